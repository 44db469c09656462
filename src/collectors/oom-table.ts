import { parseStatm } from '../parsers/statm.ts'
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
  /** /proc/PID/oom_score: the highest is killed first; 0 never. */
  readonly score: number
  /** oom_score_adj: −1000 is never killed. */
  readonly adjustment: number
  /** Bytes of RAM. */
  readonly resident: number
}

/** How every process of the host stands; all of it may be read by everybody. Walks no page. */
export function collectOomTable(trees: Trees, pageSize: number): readonly OomStanding[] {
  const { processes } = scanProcesses(trees, listPids(trees), (tree) => {
    const score = readParsed(tree, 'oom_score', parseInteger)
    const adjustment = readParsed(tree, 'oom_score_adj', parseInteger)
    const statm = readParsed(tree, 'statm', parseStatm)
    return score === null || adjustment === null || statm === null || statm.size === 0
      ? 'vanished'
      : { score, adjustment, resident: statm.resident * pageSize }
  })
  return processes.map(({ pid, stat, facts }) => ({ pid, comm: stat.comm, ...facts }))
}
