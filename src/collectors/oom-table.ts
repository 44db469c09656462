import { parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { scanProcesses } from './process-scan.ts'
import { listPids } from './processes.ts'
import { readParsed } from './reading.ts'

/** How a process stands with the OOM killer. */
export interface OomStanding {
  readonly pid: number
  /** A binary string. */
  readonly comm: string
  /** /proc/PID/oom_score: the highest is killed first; 0 never. `NaN` where it was not asked for. */
  readonly score: number
  /** oom_score_adj: −1000 is never killed. */
  readonly adjustment: number
  /** Bytes of RAM. */
  readonly resident: number
}

/**
 * How every process of the host stands; all of it may be read by everybody. Walks no page.
 *
 * @param scores Whether to read who is killed first: a file more of each process.
 */
export function collectOomTable(trees: Trees, pageSize: number, scores: boolean): readonly OomStanding[] {
  const { processes } = scanProcesses(trees, listPids(trees), (tree, stat) => {
    const score = scores ? readParsed(tree, 'oom_score', parseInteger) : Number.NaN
    const adjustment = readParsed(tree, 'oom_score_adj', parseInteger)
    return score === null || adjustment === null || stat.vsize === 0
      ? 'vanished'
      : { score, adjustment, resident: stat.rssPages * pageSize }
  })
  return processes.map(({ pid, stat, facts }) => ({ pid, comm: stat.comm, ...facts }))
}
