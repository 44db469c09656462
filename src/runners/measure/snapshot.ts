import type { RawMemory, Weight } from '../../model/raw-measurement.ts'
import { readProc, readProcLink } from './proc-files.ts'

/** A process, and the thread whose files tell of its memory: its first, unless that one has ended before others. */
export interface Member {
  readonly pid: number
  readonly task: number
  /** It is known to have no private page in common with another process: it is no copy, and no copy of it is there. */
  readonly unrelated: boolean
}

/** Sums of smaps_rollup by process, with the texts they are from. */
export interface Rollups {
  readonly weight: Weight
  readonly texts: ReadonlyMap<number, string>
}

/** How much a tree holds when what its processes share is counted once. `null` before Linux 5.4. */
export function readRollups(members: readonly Member[]): Rollups | null {
  const texts = new Map<number, string>()
  let rss = 0
  let own = 0
  for (const { pid, task } of members) {
    const text = readProc(`/proc/${task}/smaps_rollup`)
    if (text === null || text === '') continue
    texts.set(pid, text)
    const pss = figureIn(text, 'Pss')
    const anon = figureIn(text, 'Pss_Anon')
    const shmem = figureIn(text, 'Pss_Shmem')
    if (pss === null || anon === null || shmem === null) return null
    rss += pss
    own += anon + shmem
  }
  return { weight: { rss, own }, texts }
}

function figureIn(rollup: string, key: string): number | null {
  const kib = new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]
  return kib === undefined ? null : Number(kib) * 1024
}

/** What was read of the memory of processes. */
export interface Memories {
  readonly processes: readonly RawMemory[]
  /** How many may not be read. */
  readonly refused: number
  /** What they held when they had been read, what they share counted in each. */
  readonly after: Weight
}

/**
 * Reads the memory of all the processes that may be read. `figuresOf` reads the cheap figures of one, again after the
 * costly ones.
 */
export function readMemories(
  members: readonly Member[],
  rollups: Rollups | null,
  figuresOf: (member: Member) => Weight | null,
): Memories {
  const processes: RawMemory[] = []
  let refused = 0
  let rss = 0
  let own = 0
  for (const member of members) {
    const { pid, task } = member
    const smaps = readProc(`/proc/${task}/smaps`)
    if (smaps === null) refused++
    const figures = figuresOf(member)
    // Cut short, or empty, when the process has given its memory up meanwhile.
    if (smaps === null || smaps === '' || figures === null) continue
    rss += figures.rss
    own += figures.own
    processes.push({
      pid,
      comm: (readProc(`/proc/${task}/comm`) ?? '').replace(/\n$/, ''),
      exe: readProcLink(`/proc/${task}/exe`),
      smaps,
      rollup: rollups?.texts.get(pid) ?? null,
      mountinfo: readProc(`/proc/${task}/mountinfo`),
    })
  }
  return { processes, refused, after: { rss, own } }
}
