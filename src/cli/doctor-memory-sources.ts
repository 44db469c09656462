import { classifyContext } from '../analysis/classify/context.ts'
import type { HostView } from '../analysis/overcommit/host-report.ts'
import { type PromiseReport, promiseReport } from '../analysis/overcommit/process-report.ts'
import { areManyPromises, isShort } from '../analysis/rules/host-shortage.ts'
import { type Motion, motionOf } from '../analysis/rules/motion.ts'
import type { SourceAnswer, SourceAnswers, SourceName } from '../analysis/rules/sources.ts'
import { cgroupMounts, readersMounts } from '../collectors/cgroup-mounts.ts'
import { collectHeldFiles } from '../collectors/held-files.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectKsm } from '../collectors/ksm.ts'
import { collectLimitSample } from '../collectors/limit-sample.ts'
import { collectNodes, collectPlacement, type NumaPlacement } from '../collectors/numa.ts'
import { collectOomTable, type OomStanding } from '../collectors/oom-table.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { type MotionSample, sampleMotion } from '../collectors/process-motion.ts'
import { collectDetachedSegments } from '../collectors/sysv-segments.ts'
import { collectThreadPromise, type ThreadPromise } from '../collectors/thread-promise.ts'
import { collectThreadStacks } from '../collectors/thread-stacks.ts'
import { FailureError } from '../model/failure.ts'
import { parseInterruptRow } from '../parsers/interrupts.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { answerOf, ONCE, readAnswer } from './doctor-answers.ts'
import { lookAtHost } from './overcommit-host.ts'
import { oomRules } from './overcommit-processes.ts'

/** What these files ask for of who reads them. */
const PTRACE = 'needs ptrace access to the process'

/** What these sources are read for. */
interface Terms {
  readonly host: HostFacts
  readonly commit: SourceAnswer<HostView>
  readonly needed: ReadonlySet<SourceName>
}

/** Why something is not there: a capture may not hold it, whatever the host could have told. */
function held(trees: Trees, why: string): string {
  return trees.capture === null ? why : 'the capture does not hold what they need'
}

/** What only ptrace access gives; a capture may not hold it. */
function tracedAnswer<Value>(trees: Trees, value: Value | null): SourceAnswer<Value> {
  if (value !== null) return { ok: true, value }
  return { ok: false, why: held(trees, PTRACE), withheld: trees.capture === null }
}

/** What the kernel promises and has left, once for the whole report. */
export function commitAnswer(trees: Trees, host: HostFacts): SourceAnswer<HostView> {
  try {
    return { ok: true, value: lookAtHost(trees, host, null) }
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    return { ok: false, why: `${trees.proc.pathOf('meminfo')} cannot be read` }
  }
}

/** Sources of the host that are read only where a rule needs them. */
export function hostMemorySources(trees: Trees, terms: Terms): SourceAnswers {
  const { needed } = terms
  return {
    ...(needed.has('oomTable') ? { oomTable: oomAnswer(trees, terms) } : {}),
    ...(needed.has('threadPromise') ? { threadPromise: threadAnswer(trees, terms) } : {}),
    ...(needed.has('detachedSegments')
      ? {
          detachedSegments: answerOf(
            collectDetachedSegments(trees),
            held(trees, 'the System V segments cannot be read'),
          ),
        }
      : {}),
    ...(needed.has('ksm')
      ? { ksm: answerOf(collectKsm(trees), held(trees, 'this kernel does not merge pages (KSM)')) }
      : {}),
  }
}

function oomAnswer(trees: Trees, { host, commit }: Terms): SourceAnswer<readonly OomStanding[]> {
  if (trees.capture !== null) return { ok: false, why: 'a capture holds the OOM scores of its own processes alone' }
  // Who is next matters to hosts that are short of memory: the others are spared a file of each process.
  return { ok: true, value: collectOomTable(trees, host.pageSize, commit.ok && isShort(commit.value)) }
}

/** Files of every process, and only where so much is promised that it matters whose it is. */
function threadAnswer(trees: Trees, { host, commit }: Terms): SourceAnswer<ThreadPromise | null> {
  const areMany = commit.ok && areManyPromises(commit.value)
  return { ok: true, value: areMany ? collectThreadPromise(trees, host.pageSize) : null }
}

/** Sources of a process that are read only where a rule needs them. */
export function processMemorySources(
  trees: Trees,
  terms: Terms,
  { tree, memory }: { readonly tree: FileTree; readonly memory: ProcessMemory },
): SourceAnswers {
  const { needed, host } = terms
  const table = memory.space?.table ?? null
  return {
    ...(needed.has('heldFiles') ? { heldFiles: tracedAnswer(trees, collectHeldFiles(tree, memory.mounts)) } : {}),
    ...(needed.has('promises') ? { promises: promisesOf(trees, terms, memory) } : {}),
    ...(needed.has('threadStacks')
      ? {
          threadStacks: tracedAnswer(trees, table === null ? null : collectThreadStacks(tree, table, host)),
        }
      : {}),
    ...(needed.has('numa') ? { numa: placementOf(trees, tree) } : {}),
  }
}

function promisesOf(trees: Trees, { host, commit }: Terms, memory: ProcessMemory): SourceAnswer<PromiseReport> {
  if (!commit.ok) return commit
  const sample = collectLimitSample(trees, memory.pid, cgroupMounts(trees, readersMounts(trees)))
  if (sample === null) return { ok: false, why: 'the process has ended' }
  const context = classifyContext(memory, host)
  const readings = { memory, context, sample, earlier: null, objects: [], candidates: [] }
  const question = { order: null, limit: null, whatIf: null }
  return { ok: true, value: promiseReport(commit.value, readings, oomRules(host), question) }
}

function placementOf(trees: Trees, tree: FileTree): SourceAnswer<NumaPlacement> {
  const nodes = collectNodes(trees)
  if (nodes === null) return { ok: false, why: held(trees, 'the nodes with memory cannot be read') }
  return tracedAnswer(trees, collectPlacement(tree, nodes))
}

/** Looks at each process; `null` where one is gone. */
export function sampleMotions(trees: Trees, pids: readonly number[]): ReadonlyMap<number, MotionSample | null> {
  return new Map(pids.map((pid) => [pid, sampleMotion(trees, pid)]))
}

/** What several looks at a process came to. */
export function motionAnswer(
  looks: readonly ReadonlyMap<number, MotionSample | null>[],
  pid: number,
  host: HostFacts,
): SourceAnswer<Motion> {
  if (looks.length < 2) return ONCE
  return answerOf(
    motionOf(
      looks.map((look) => look.get(pid) ?? null),
      host.pageSize,
    ),
    'the process has ended',
  )
}

/** TLB flushes that each CPU was asked for since boot; `null` where that is not counted. */
export function readFlushes(trees: Trees): readonly number[] | null {
  const read = readAnswer(trees.proc, 'interrupts', (bytes) => parseInterruptRow(bytes, 'TLB'))
  return read.ok ? read.value : null
}

/** How often a second each CPU was asked for a flush between two looks. */
export function flushRates(
  before: { readonly at: number; readonly flushes: readonly number[] | null } | null,
  after: readonly number[] | null,
): SourceAnswer<readonly number[]> {
  if (before === null) return ONCE
  const { flushes, at } = before
  // A CPU that came or went shifts the columns.
  if (flushes === null || after === null || flushes.length !== after.length) {
    return { ok: false, why: 'this machine does not count TLB flushes that other CPUs ask for (x86 does)' }
  }
  const seconds = (performance.now() - at) / 1000
  return { ok: true, value: after.map((count, cpu) => (count - (flushes[cpu] as number)) / seconds) }
}
