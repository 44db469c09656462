import { classify } from '../analysis/classify/classify.ts'
import { classifyContext } from '../analysis/classify/context.ts'
import type { HostView } from '../analysis/overcommit/host-report.ts'
import { ObjectRegister } from '../analysis/overcommit/object-register.ts'
import type { OomRules, ProcessReadings } from '../analysis/overcommit/process-report.ts'
import { mappedObjects, type SharedObject } from '../analysis/overcommit/shared-objects.ts'
import type { CgroupMount } from '../collectors/cgroup-mounts.ts'
import { COMMIT_FIELDS } from '../collectors/commit-process.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectLimitSample, type LimitSample } from '../collectors/limit-sample.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { readLinkText } from '../collectors/reading.ts'
import { FailureError } from '../model/failure.ts'
import { atLeast } from '../parsers/kernel-version.ts'
import type { Trees } from '../sources/trees.ts'
import { type ScanOptions, segmentList, sizeOf } from './overcommit-scan.ts'

/** What is known before a process is read. */
export interface ProcessContext {
  readonly trees: Trees
  readonly facts: HostFacts
  readonly view: HostView
  readonly mounts: readonly CgroupMount[]
  /** Samples taken before the interval, by PID. */
  readonly earlier: ReadonlyMap<number, LimitSample>
  readonly candidates: ProcessReadings['candidates']
}

/** Which rules this kernel makes OOM scores by. */
export function oomRules({ kernel }: HostFacts): OomRules {
  return { scaled: atLeast(kernel, 5, 9), adminBonus: !atLeast(kernel, 4, 17) }
}

/** Reads one process that was asked about. Throws a failure when it has no memory to speak of. */
export function readTarget(pid: number, context: ProcessContext, options: ScanOptions): ProcessReadings {
  const { trees, facts, mounts } = context
  const memory = collectProcess(trees, facts, pid, { ...options, pages: true, wanted: COMMIT_FIELDS })
  const sample = collectLimitSample(trees, pid, mounts)
  if (sample === null) throw new FailureError({ code: 'vanished', pid })
  return {
    memory,
    context: classifyContext(memory, facts),
    sample,
    earlier: context.earlier.get(pid) ?? null,
    objects: objectsOf(memory, context),
    candidates: context.candidates,
  }
}

/** The shared memory that a process maps, with its size where the files may be asked. */
function objectsOf(memory: ProcessMemory, { trees, facts, view }: ProcessContext): readonly SharedObject[] {
  const { space } = memory
  const pinned = trees.proc.pin(String(memory.pid))
  if (space === null || !pinned.ok) return []
  using tree = pinned.value
  const context = classifyContext(memory, facts)
  const tmpfs = new Set([...context.fsTypes].filter(([, type]) => type === 'tmpfs').map(([device]) => device))
  const namespace = readLinkText(tree, 'ns/ipc') ?? ''
  const register = new ObjectRegister(facts.pageSize)
  const mapped = mappedObjects(space.table, classify(space.table, context), tmpfs, namespace)
  register.add(memory.pid, mapped, (mapping) => sizeOf(tree, space, mapping))
  return register.objects(segmentList(trees, view)).filter((object) => object.mappedBy > 0)
}
