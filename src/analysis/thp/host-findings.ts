import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { ThpFinding } from '../../model/thp-findings.ts'
import type { ThpSettings } from '../../model/thp-settings.ts'
import type { EventReport } from './events.ts'
import type { Fragmentation } from './fragmentation.ts'
import type { Pressure } from './rules.ts'

/** What the findings on the host are made from. */
export interface HostFindingSource {
  readonly settings: ThpSettings | null
  readonly pools: readonly HugetlbPool[]
  readonly events: EventReport
  readonly pressure: Pressure
  readonly fragmentation: Fragmentation | null
}

/** A few fallbacks are normal. */
const MUCH_FALLBACK = 0.1
/** With so little of the free memory in large blocks, most huge pages must be made by compaction first. */
const LITTLE_HUGE = 0.1

/** Some are always on their way to being split. */
const MUCH_PARTIAL = 32 * 2 ** 20

/** What is to be noticed of the host. */
export function hostFindings(source: HostFindingSource): readonly ThpFinding[] {
  return [
    ...source.pools.flatMap(poolFindings),
    ...fallbacks(source),
    ...fragmented(source.fragmentation),
    ...partiallyMapped(source.settings),
    ...overrides(source.settings),
  ]
}

function poolFindings({ size, total, free, reserved, overcommit, surplus }: HugetlbPool): readonly ThpFinding[] {
  if (total === 0 || reserved === null) return []
  const idle = free - reserved
  const findings: ThpFinding[] = []
  if (idle > 0) findings.push({ code: 'pool-idle', size, pages: idle, bytes: idle * size })
  if (reserved > 0) findings.push({ code: 'pool-reserved', size, pages: reserved, bytes: reserved * size })
  const mayGrow = (overcommit ?? 0) > (surplus ?? 0)
  if (idle <= 0 && !mayGrow) findings.push({ code: 'pool-exhausted', size, pages: total })
  return findings
}

function fallbacks({ events, pressure }: HostFindingSource): readonly ThpFinding[] {
  if (!(pressure.fallbackShare > MUCH_FALLBACK)) return []
  const perSecond = events.events.find(({ name }) => name === 'thp_fault_fallback')?.perSecond ?? Number.NaN
  return [{ code: 'fallbacks', share: pressure.fallbackShare, perSecond, charged: pressure.chargeRefused }]
}

function fragmented(fragmentation: Fragmentation | null): readonly ThpFinding[] {
  if (fragmentation === null || !(fragmentation.freeHuge < fragmentation.free * LITTLE_HUGE)) return []
  return [{ code: 'fragmented', free: fragmentation.free, freeHuge: fragmentation.freeHuge }]
}

function partiallyMapped(settings: ThpSettings | null): readonly ThpFinding[] {
  const sizes = settings?.sizes ?? []
  const bytes = sizes.reduce((sum, { size, stats }) => sum + size * (stats['nr_anon_partially_mapped'] ?? 0), 0)
  return bytes < MUCH_PARTIAL ? [] : [{ code: 'partially-mapped', bytes }]
}

/** `never` stops those sizes alone that inherit it. */
function overrides(settings: ThpSettings | null): readonly ThpFinding[] {
  if (settings?.enabled !== 'never') return []
  const sizes = settings.sizes.filter(({ enabled }) => enabled === 'always' || enabled === 'madvise')
  return sizes.length === 0 ? [] : [{ code: 'size-overrides-never', sizes: sizes.map(({ size }) => size) }]
}
