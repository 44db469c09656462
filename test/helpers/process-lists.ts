import { type PsQuestion, type PsReport, psReport } from '../../src/analysis/ps/report.ts'
import { chooseColumns } from '../../src/cli/ps-columns.ts'
import { collectHost } from '../../src/collectors/host.ts'
import type { FactSource, ProcessFacts } from '../../src/collectors/process-facts.ts'
import type { ListTerms } from '../../src/collectors/process-list.ts'
import { type ProcessSurvey, surveyProcesses } from '../../src/collectors/process-survey.ts'
import { listPids } from '../../src/collectors/processes.ts'
import type { Trees } from '../../src/sources/trees.ts'
import { liveTrees } from '../../src/sources/trees.ts'

/** A captured host with eighteen processes of some services. */
export const SERVICES = 'test/fixtures/hosts/services/proc'

/** Everything but what lists mappings. */
export const USUAL_SOURCES: readonly FactSource[] = [
  'stat',
  'cgroup',
  'oom_score',
  'oom_score_adj',
  'cmdline',
  'smaps_rollup',
]

/** Reads all processes of a procfs the way `mmapctl ps` does. */
export function survey(
  trees: Trees,
  wanted: readonly FactSource[] = USUAL_SOURCES,
  terms: Partial<ListTerms> = {},
): ProcessSurvey {
  const all = { wanted: new Set(wanted), maxStallMs: 1000, uid: null, ...terms }
  return surveyProcesses(trees, collectHost(trees), listPids(trees), all)
}

/** Reads a captured host, as if it took no time. */
export function captured(procfs = SERVICES): ProcessSurvey {
  const read = survey(liveTrees(procfs))
  const reads = read.reads.map((each) => ({ ...each, durationMs: 0.1, longestReadMs: 0.1 }))
  return { ...read, reads }
}

/** The report on a survey that a question without flags makes. */
export function reportOn(read: ProcessSurvey, question: Partial<PsQuestion> = {}): PsReport {
  const grouping = question.grouping ?? null
  const { fields, groupColumns, by } = chooseColumns({ basic: false, grouping, text: true })
  return psReport(read, { fields, groupColumns, by, grouping, reverse: false, limit: null, whole: true, ...question })
}

/** The process with this PID. */
export function processOf(read: ProcessSurvey, pid: number): ProcessFacts {
  const found = read.list.processes.find((process) => process.pid === pid)
  if (found === undefined) throw new Error(`no process ${pid}: ${read.list.missing.get(pid)}`)
  return found
}
