import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { liveTrees, type Trees } from '../../src/sources/trees.ts'
import { fixtureText } from './fixtures.ts'

/** Mounts of the machine that the processes of the fixtures were captured on. */
const MOUNTS = [
  '21 1 254:0 / / rw,relatime - ext4 /dev/root rw',
  '22 21 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12000000k',
  '23 22 0:27 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw',
  '24 21 0:39 / /srv/lab/kernel/hugemnt rw,relatime - hugetlbfs none rw,pagesize=2M',
]

/** What is known of a process that a test makes up. */
export interface FakeProcess {
  /** Folder of a captured process whose files it gets. */
  readonly sample?: string
  readonly comm?: string
  readonly state?: string
  readonly ppid?: number
  /** Arguments; none for a kernel thread. */
  readonly cmdline?: readonly string[]
  /** Target of `exe`. */
  readonly exe?: string
  /** Path in the unified hierarchy. */
  readonly cgroup?: string
  /** Flags of `stat`, where a kernel thread has 0x200000. */
  readonly flags?: number
  /** Files to replace or add, latin1; `null` takes one away. */
  readonly files?: Readonly<Record<string, string | null>>
}

/**
 * A directory that looks like procfs, for what no test can make a kernel do. Only names and contents are alike: reads
 * are not cut at 4 KiB, and nothing in it ever changes by itself.
 */
export class FakeProc implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'mmapctl-proc-'))

  constructor() {
    this.write('sys/kernel/osrelease', '6.18.44\n')
    this.write('sys/vm/max_map_count', '65530\n')
    this.write('uptime', '5000.00 9000.00\n')
  }

  /** Adds a process; without a sample it is one of seven mappings. */
  add(pid: number, process: FakeProcess = {}): this {
    const { sample = 'ia32', cmdline = [process.comm ?? sample], exe, cgroup = '/', files = {} } = process
    const source = new URL(`../fixtures/proc/${sample}/`, import.meta.url)
    cpSync(source, join(this.path, String(pid)), { recursive: true })
    const all: Record<string, string | null> = {
      stat: statOf(pid, sample, process),
      cmdline: cmdline.map((argument) => `${argument}\0`).join(''),
      cgroup: `0::${cgroup}\n`,
      mountinfo: `${MOUNTS.join('\n')}\n`,
      ...files,
    }
    if (process.cmdline === undefined && process.comm === undefined) delete all['cmdline']
    for (const [name, text] of Object.entries(all)) this.write(`${pid}/${name}`, text)
    if (exe !== undefined) symlinkSync(Buffer.from(exe, 'latin1'), join(this.path, `${pid}/exe`))
    return this
  }

  /** Writes or removes one file, latin1. */
  write(file: string, text: string | null): void {
    const path = join(this.path, file)
    rmSync(path, { force: true })
    if (text === null) return
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, 'latin1')
  }

  /** The trees that commands read, with nothing noted yet. */
  trees(): Trees {
    return liveTrees(this.path)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

/** The sample's `stat` with the made-up parts in their places: PID, comm, state, parent, flags. */
function statOf(pid: number, sample: string, { comm, state, ppid, flags }: FakeProcess): string {
  const text = fixtureText(`proc/${sample}/stat`)
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ')
  if (state !== undefined) fields[0] = state
  if (ppid !== undefined) fields[1] = String(ppid)
  if (flags !== undefined) fields[6] = String(flags)
  return `${pid} (${comm ?? text.slice(text.indexOf('(') + 1, close)}) ${fields.join(' ')}`
}
