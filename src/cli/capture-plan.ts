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
import { recordingTrees, rememberingTrees, type Trees } from '../sources/trees.ts'
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
  const failures: Error[] = []
  for (const pid of pids) {
    try {
      const memory = collectProcess(first, host, pid, { ...depth, wanted: 'all', pageSize: host.pageSize })
      const { stat } = memory
      targets.push({ pid, startTime: stat.startTime, comm: stat.comm })
      if (memory.space === null) failures.push(noPermission(memory, trees.asRoot))
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      failures.push(error)
    }
  }
  // Processes are found by name in a capture too: among those that it was made of.
  recording.keep(answerKey('list', 'proc', '.'), { kind: 'list', names: targets.map(({ pid }) => String(pid)) })
  const later = rememberingTrees(trees, recording)
  for (const questions of REPORTS) {
    try {
      questions(later, host, targets)
    } catch (error) {
      // A report that cannot be made now cannot be made from the capture either, for the reason that it holds.
      if (!(error instanceof FailureError)) throw error
    }
  }
  return { targets, failures }
}

/** What the reports ask beyond `collectProcess`. */
const REPORTS: readonly ((trees: Trees, host: HostFacts, targets: readonly CaptureTarget[]) => void)[] = [
  (trees, host) => collectThpHost(trees, host.pageSize, true),
  (trees) => snapshotEvents(trees),
  (trees, host, targets) => {
    const wanted = new Set(FACT_SOURCES.filter((file) => file !== 'smaps'))
    const terms = { wanted, ...UNBOUNDED, uid: null, onProgress: () => undefined }
    surveyProcesses(
      trees,
      host,
      targets.map(({ pid }) => pid),
      terms,
    )
  },
  questionsOfOvercommit,
  (trees, host, targets) => {
    const pids = targets.map(({ pid }) => pid)
    measureDirty(trees, host, pids, { ...UNBOUNDED, ...QUIET, openFiles: true, remote: false })
  },
  // doctor
  (trees, host, targets) => {
    const terms = { host, commit: commitAnswer(trees, host), needed: neededSources(RULES) }
    hostSources(trees, terms, null)
    for (const { pid } of targets) processSources(trees, terms, pid, UNBOUNDED)
  },
]

function questionsOfOvercommit(trees: Trees, facts: HostFacts, targets: readonly CaptureTarget[]): void {
  const view = lookAtHost(trees, facts, null)
  const mounts = cgroupMounts(trees, readersMounts(trees))
  const candidates = collectOomScores(trees, listPids(trees))
  const context = { trees, facts, view, mounts, earlier: new Map(), candidates }
  for (const { pid } of targets) {
    readTarget(pid, context, { ...UNBOUNDED, basic: false, pageSize: facts.pageSize, onProgress: () => undefined })
  }
}

/** What cannot be read is in the recording as a refusal. */
const QUIET = { onProgress: () => undefined, onFailure: () => undefined }

/** The mappings have been read, so that asking for them again costs nobody anything. */
const UNBOUNDED = { maxStallMs: Number.POSITIVE_INFINITY }
