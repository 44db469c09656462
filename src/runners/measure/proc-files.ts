import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'

const CHUNK = 64 * 1024
const scratch = Buffer.allocUnsafe(CHUNK)

/** A file of a process as a binary string; `null` when it cannot be read, mostly because the process is gone. */
export function readProc(path: string): string | null {
  try {
    const descriptor = openSync(path, 'r')
    try {
      let text = ''
      for (;;) {
        const count = readSync(descriptor, scratch, 0, CHUNK, null)
        if (count === 0) return text
        text += scratch.toString('latin1', 0, count)
      }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) return null
    throw error
  }
}

/** Target of a link of procfs, a binary string. */
export function readProcLink(path: string): string | null {
  try {
    return readlinkSync(path, { encoding: 'buffer' }).toString('latin1')
  } catch {
    return null
  }
}

/** The memory of a process, or of one of its threads, in the file that costs least. Bytes; `null` is "not printed". */
export interface StatusFigures {
  readonly peakRss: number
  readonly rss: number
  /** RssAnon + RssShmem. */
  readonly own: number
  readonly shmem: number
  readonly pageTables: number | null
  readonly locked: number | null
  readonly swap: number | null
}

/** Reads `status`; `null` for what has no memory: gone, a zombie, or past its exit_mm. */
export function readStatusFigures(task: number): StatusFigures | null {
  const text = readProc(`/proc/${task}/status`)
  if (text === null) return null
  const peakRss = sizeIn(text, 'VmHWM')
  const rss = sizeIn(text, 'VmRSS')
  if (peakRss === null || rss === null) return null
  const anon = sizeIn(text, 'RssAnon')
  const shmem = sizeIn(text, 'RssShmem') ?? 0
  return {
    peakRss,
    rss,
    // Before Linux 4.5 the parts of VmRSS are not told apart.
    own: anon === null ? rss : anon + shmem,
    shmem,
    pageTables: sum(sizeIn(text, 'VmPTE'), sizeIn(text, 'VmPMD') ?? 0),
    locked: sizeIn(text, 'VmLck'),
    swap: sizeIn(text, 'VmSwap'),
  }
}

/** Without the whole parser of status: this one runs a hundred times a second for each process. */
function sizeIn(text: string, key: string): number | null {
  const at = text.indexOf(`\n${key}:`)
  if (at < 0) return null
  const from = at + key.length + 2
  const kib = Number(text.slice(from, text.indexOf(' kB', from)))
  return Number.isNaN(kib) ? null : kib * 1024
}

function sum(a: number | null, b: number): number | null {
  return a === null ? null : a + b
}

/** Lines of maps: what counts against vm.max_map_count, and so without the gate page, which belongs to no process. */
export function countMaps(task: number): number | null {
  const text = readProc(`/proc/${task}/maps`)
  if (text === null || text === '') return null
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return text.endsWith('[vsyscall]\n') ? lines - 1 : lines
}
