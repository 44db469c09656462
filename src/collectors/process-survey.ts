import type { SourceRead } from '../model/provenance.ts'
import { type Meminfo, parseMeminfo } from '../parsers/meminfo.ts'
import type { Trees } from '../sources/trees.ts'
import type { HostFacts } from './host.ts'
import { collectList, type ListTerms, type ProcessList } from './process-list.ts'
import { readParsed } from './reading.ts'

/** Processes and the memory of the host that they are on. */
export interface ProcessSurvey {
  readonly host: HostFacts
  readonly list: ProcessList
  /** `null` when it could not be read. */
  readonly meminfo: Meminfo | null
  readonly reads: readonly SourceRead[]
  /** Path of the procfs. */
  readonly procRoot: string
}

/** Reads the processes, and the host's memory right after them. */
export function surveyProcesses(
  trees: Trees,
  host: HostFacts,
  pids: readonly number[],
  terms: ListTerms,
): ProcessSurvey {
  const list = collectList(trees, host, pids, terms)
  return {
    host,
    list,
    meminfo: readParsed(trees.proc, 'meminfo', parseMeminfo),
    reads: trees.ledger.take(),
    procRoot: trees.proc.pathOf('.'),
  }
}
