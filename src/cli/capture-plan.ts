import { neededSources } from '../analysis/rules/engine.ts'
import { RULES } from '../analysis/rules/index.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { collectOomScores } from '../collectors/limit-sample.ts'
import { collectProcess } from '../collectors/process.ts'
import { FACT_SOURCES } from '../collectors/process-facts.ts'
import { surveyProcesses } from '../collectors/process-survey.ts'
import { listPids } from '../collectors/processes.ts'
import { collectThpHost, snapshotEvents } from '../collectors/thp-host.ts'
import { answerKey, type CaptureTarget } from '../model/capture.ts'
import { FailureError } from '../model/failure.ts'
import type { Recording } from '../sources/recording-tree.ts'
import { recordingTrees, rememberingTrees } from '../sources/recording-trees.ts'
import type { Trees } from '../sources/trees.ts'
import { recordPages } from './capture-pages.ts'
import { measureDirty } from './dirty-session.ts'
import { commitAnswer } from './doctor-memory-sources.ts'
import { hostSources, processSources } from './doctor-sources.ts'
import { noPermission } from './no-permission.ts'
import { lookAtHost } from './overcommit-host.ts'
import { readTarget } from './overcommit-processes.ts'

/** How much of each process a capture holds. */
export interface CaptureDepth {
  readonly basic: boolean
  readonly maxStallMs: number
  /** Keep what pagemap and kpageflags tell of every page. */
  readonly pagemap?: boolean
  readonly onProgress?: ((mappings: number) => void) | undefined
}

/** What became of the processes that a capture was asked for. */
export interface CaptureOutcome {
  readonly targets: readonly CaptureTarget[]
  readonly failures: readonly Error[]
}

/**
 * Asks the questions of every report, so that each can be answered from the recording. Processes come first, and their
 * mappings with all checks; what later reports ask of them again is answered from the recording.
 */
export function recordEverything(
  trees: Trees,
  pids: readonly number[],
  recording: Recording,
  depth: CaptureDepth,
): CaptureOutcome {
  const first = recordingTrees(trees, recording)
  const host = collectHost(first)
  const targets: CaptureTarget[] = []
  const walked = new Set<number>()
  const failures: Error[] = []
  for (const pid of pids) {
    try {
      const memory = collectProcess(first, host, pid, { ...depth, pages: true, wanted: 'all', pageSize: host.pageSize })
      const { stat } = memory
      targets.push({ pid, startTime: stat.startTime, comm: stat.comm })
      if (memory.space?.depth === 'smaps') walked.add(pid)
      if (memory.space === null) failures.push(noPermission(memory, trees))
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      failures.push(error)
    }
  }
  // Processes are found by name in a capture too: among those that it was made of.
  recording.keep(answerKey('list', 'proc', '.'), { kind: 'list', names: targets.map(({ pid }) => String(pid)) })
  const asked = {
    trees: rememberingTrees(trees, recording),
    host,
    pids: targets.map(({ pid }) => pid),
    allowed: (pid: number) => (walked.has(pid) ? Number.POSITIVE_INFINITY : 0),
    maxStallMs: depth.basic ? 0 : depth.maxStallMs,
  }
  for (const questions of REPORTS) {
    try {
      questions(asked)
    } catch (error) {
      // A report that cannot be made now cannot be made from the capture either, for the reason that it holds.
      if (!(error instanceof FailureError)) throw error
    }
  }
  if (depth.pagemap === true) recordPages(asked, depth)
  recording.settle()
  return { targets, failures }
}

/** What the reports are asked about, once the mappings have been read. */
export interface Asked {
  readonly trees: Trees
  readonly host: HostFacts
  readonly pids: readonly number[]
  /** The stall that reading smaps may cause: none is left where it has been read, and none is allowed where it was not. */
  readonly allowed: (pid: number) => number
  /** The stall that another walk may cause. */
  readonly maxStallMs: number
}

/** What the reports ask beyond `collectProcess`. */
const REPORTS: readonly ((asked: Asked) => void)[] = [
  ({ trees, host }) => collectThpHost(trees, host.pageSize, true),
  ({ trees }) => snapshotEvents(trees),
  ({ trees, host, pids, maxStallMs }) => {
    const wanted = new Set(FACT_SOURCES.filter((file) => file !== 'smaps'))
    surveyProcesses(trees, host, pids, { wanted, maxStallMs, uid: null, onProgress: () => undefined })
  },
  questionsOfOvercommit,
  ({ trees, host, pids, allowed }) => {
    for (const maxStallMs of new Set(pids.map(allowed))) {
      const alike = pids.filter((pid) => allowed(pid) === maxStallMs)
      measureDirty(trees, host, alike, { maxStallMs, ...QUIET, openFiles: true, remote: false })
    }
  },
  // doctor
  ({ trees, host, pids, allowed }) => {
    const terms = { host, commit: commitAnswer(trees, host), needed: neededSources(RULES) }
    hostSources(trees, terms, null)
    for (const pid of pids) processSources(trees, terms, pid, { maxStallMs: allowed(pid) })
  },
]

function questionsOfOvercommit({ trees, host: facts, pids, allowed }: Asked): void {
  const view = lookAtHost(trees, facts, null)
  const mounts = cgroupMounts(trees, readersMounts(trees))
  const candidates = collectOomScores(trees, listPids(trees))
  const context = { trees, facts, view, mounts, earlier: new Map(), candidates }
  for (const pid of pids) {
    const depth = { maxStallMs: allowed(pid), basic: false, pageSize: facts.pageSize, onProgress: () => undefined }
    readTarget(pid, context, depth)
  }
}

/** What cannot be read is in the recording as a refusal. */
const QUIET = { onProgress: () => undefined, onFailure: () => undefined }
