import { exactInteger, lines } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** A System V shared memory segment of the reader's IPC namespace. */
export interface SysvSegment {
  /** What it was asked for by; 0 is IPC_PRIVATE. */
  readonly key: number
  /** Its inode number in maps. */
  readonly shmid: number
  /** Mode bits; 01000 is SHM_DEST (goes with its last user), 02000 SHM_LOCKED. */
  readonly mode: number
  /** Bytes as asked for; the kernel charges whole pages. */
  readonly size: number
  /** Process that made it. */
  readonly creator: number
  /** How many attach it. */
  readonly attached: number
  readonly uid: number
  /** Bytes in RAM; `null` before Linux 2.6.34. */
  readonly rss: number | null
  /** Bytes in swap; `null` before Linux 2.6.34. */
  readonly swap: number | null
}

const FILE = 'sysvipc/shm'

/** Parses `/proc/sysvipc/shm` (ipc/shm.c sysvipc_shm_proc_show, sysvipc(7)); its columns have names, their order differs not. */
export function parseSysvShm(bytes: Uint8Array): readonly SysvSegment[] {
  const [header, ...rows] = lines(FILE, bytes)
  const titles = words(header?.text ?? '')
  if (!titles.includes('shmid')) throw new ParseError(FILE, 1, 'the column headings', header?.text)
  return rows.map(({ number, text }) => {
    const cells = words(text)
    if (cells.length !== titles.length) throw new ParseError(FILE, number, `${titles.length} columns`, text)
    const cell = (title: string): string | undefined => cells[titles.indexOf(title)]
    const integer = (title: string): number => {
      const value = exactInteger(cell(title) ?? '')
      if (value === null) throw new ParseError(FILE, number, `an integer as ${title}`, text)
      return value
    }
    const perms = cell('perms') ?? ''
    if (!/^[0-7]{1,6}$/.test(perms)) throw new ParseError(FILE, number, 'octal perms', text)
    return {
      key: integer('key'),
      shmid: integer('shmid'),
      mode: Number.parseInt(perms, 8),
      size: integer('size'),
      creator: integer('cpid'),
      attached: integer('nattch'),
      uid: integer('uid'),
      rss: titles.includes('rss') ? integer('rss') : null,
      swap: titles.includes('swap') ? integer('swap') : null,
    }
  })
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
