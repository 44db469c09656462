import { standingOf } from '../analysis/dirty/standing.ts'
import type { RuleSources, SourceAnswer, SourceAnswers, SourceName } from '../analysis/rules/sources.ts'
import { hugePageSize, thpBasis } from '../analysis/thp/basis.ts'
import { type ThpHostReport, thpHostReport } from '../analysis/thp/host-report.ts'
import { thpProcess, type ZeroAnswer } from '../analysis/thp/process-report.ts'
import type { HostFacts } from '../collectors/host.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { collectThpHost, type ThpHost } from '../collectors/thp-host.ts'
import { readWritebackState } from '../collectors/writeback.ts'
import { sampleZeroPages } from '../collectors/zero-pages.ts'
import type { Trees } from '../sources/trees.ts'
import { reportOnProcess } from './dirty-found.ts'
import { missingAnswer } from './doctor-answers.ts'

/** What the analyses of `thp` and `dirty` say of the host; each only where a rule needs it. */
export function hostReports(
  trees: Trees,
  { host, needed }: Terms,
  counters: { readonly before: Counters | null; readonly after: Counters | null },
): Pick<SourceAnswers, 'hugePages' | 'writeback'> {
  return {
    ...(needed.has('hugePages') || needed.has('thp') ? { hugePages: hugePages(trees, host, counters) } : {}),
    ...(needed.has('writeback')
      ? { writeback: { ok: true, value: standingOf(readWritebackState(trees), host.pageSize) } as const }
      : {}),
  }
}

/** What these sources are read for. */
interface Terms {
  readonly host: HostFacts
  readonly needed: ReadonlySet<SourceName>
}

/** The host's counters at a moment. */
interface Counters {
  readonly at: number
  readonly vmstat: ReadonlyMap<string, number> | null
}

function hugePages(
  trees: Trees,
  host: HostFacts,
  { before, after }: { readonly before: Counters | null; readonly after: Counters | null },
): SourceAnswer<ThpHostReport> {
  const read: ThpHost = collectThpHost(trees, host.pageSize, false)
  const snapshot = (counters: Counters | null) => ({ at: counters?.at ?? 0, counters: counters?.vmstat ?? null })
  const events =
    before === null ? { before: snapshot(after), after: null } : { before: snapshot(before), after: snapshot(after) }
  const block = hugePageSize(read.settings, host.pageSize)
  return { ok: true, value: thpHostReport(read, host.pageSize, block, events) }
}

/** What the analysis of `dirty` says of a process; its files are asked about beside its mappings. */
export function dirtySource(trees: Trees, host: HostFacts, memory: ProcessMemory): SourceAnswer<RuleSources['dirty']> {
  if (memory.space === null) return missingAnswer(memory)
  return { ok: true, value: reportOnProcess(trees, host, memory) }
}

/** What is known of a process once the host has been looked at for the second time. */
export function laterSources(
  trees: Trees,
  { host, needed }: Terms,
  memory: ProcessMemory,
  answers: SourceAnswers,
  zeros: boolean,
): Pick<SourceAnswers, 'thp'> {
  return needed.has('thp') ? { thp: thpSource(trees, host, memory, answers, zeros) } : {}
}

function thpSource(
  trees: Trees,
  host: HostFacts,
  memory: ProcessMemory,
  { hugePages: system }: SourceAnswers,
  zeros: boolean,
): SourceAnswer<RuleSources['thp']> {
  if (system === undefined) return { ok: false, why: 'huge pages were not looked at' }
  if (!system.ok) return system
  const depth = memory.space?.depth
  if (depth !== 'smaps' && depth !== 'pagemap') return missingAnswer(memory)
  const basis = thpBasis(memory, host, system.value)
  const answer = zeros ? zeroSample(trees, host, basis) : 'not-asked'
  return { ok: true, value: thpProcess({ ...basis, folios: 'not-asked', zeros: answer }) }
}

function zeroSample(trees: Trees, host: HostFacts, basis: ReturnType<typeof thpBasis>): ZeroAnswer {
  const { memory, table, facts, block } = basis
  const pinned = trees.proc.pin(String(memory.pid))
  if (!pinned.ok) return pinned.refusal
  using tree = pinned.value
  const ranges = facts
    .filter(({ anonHuge }) => anonHuge > 0)
    .map(({ row }) => ({ start: table.start[row] as number, end: table.end[row] as number }))
  return sampleZeroPages(tree, ranges, { block, pageSize: host.pageSize })
}
