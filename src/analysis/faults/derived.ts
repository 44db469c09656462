import type { FaultRun, UnknownReason } from '../../model/faults.ts'
import type { Accounting, CounterReport, Derived, DerivedCaveat, DerivedId } from '../../model/faults-report.ts'
import { isUserOnly } from './accounting.ts'
import { usable } from './counters.ts'

type Counters = Readonly<Record<string, CounterReport>>

/** What a fault is taken to cost where nobody measured it; every figure made of it is called an estimate. */
export interface FaultCosts {
  readonly minorNs: number
  readonly majorNs: number
}

/** A small anonymous fault takes 0.3 µs on bare metal and 3 µs in some virtual machines; an SSD's read about 100 µs. */
export const ASSUMED_COSTS: FaultCosts = { minorNs: 1000, majorNs: 100_000 }

const MIB = 1024 ** 2
const MS_PER_S = 1000
const NS_PER_MS = 1_000_000
const PER_INSTRUCTIONS = 1000
/** Below this a rate is made of noise. */
const LEAST_WALL_MS = 1
const INSTRUCTIONS = ['instructions']
const CYCLES = ['cycles', 'cpu-cycles']

type Vendor = 'intel' | 'amd' | 'arm'

/** One way to count page walks: events that are added up, with what keeps them from being the whole truth. */
interface WalkEvents {
  readonly events: readonly string[]
  /** Added where they were counted. */
  readonly and?: readonly string[]
  readonly caveat?: DerivedCaveat
}

/**
 * What counts page walks, by vendor, best first.
 *
 * Never a ratio to dTLB-loads: those are all loads on Intel, L1 misses on AMD, and loads and stores on ARM, whose
 * dTLB-load-misses moreover may hit the second level and walk nothing (arch/x86/events, drivers/perf/arm_pmuv3.c).
 */
const DATA_WALKS: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [
    { events: ['dtlb_load_misses.walk_completed', 'dtlb_store_misses.walk_completed'] },
    { events: ['dTLB-load-misses'], and: ['dTLB-store-misses'] },
  ],
  amd: [
    { events: ['ls_l1_d_tlb_miss.all_l2_miss'], caveat: 'loads-and-stores' },
    { events: ['l2_dtlb_misses'], caveat: 'loads-and-stores' },
    { events: ['dTLB-load-misses'], caveat: 'loads-and-stores' },
  ],
  arm: [{ events: ['dtlb_walk'], caveat: 'loads-and-stores' }],
}

const CODE_WALKS: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [{ events: ['itlb_misses.walk_completed'] }, { events: ['iTLB-load-misses'] }],
  amd: [{ events: ['iTLB-load-misses'] }],
  arm: [{ events: ['itlb_walk'] }],
}

/** Only Intel counts the cycles during which a walk is under way. */
const WALK_CYCLES: Readonly<Record<Vendor, readonly WalkEvents[]>> = {
  intel: [
    { events: ['dtlb_load_misses.walk_active', 'dtlb_store_misses.walk_active'], caveat: 'walks-overlap' },
    { events: ['dtlb_load_misses.walk_duration', 'dtlb_store_misses.walk_duration'], caveat: 'walks-overlap' },
  ],
  amd: [],
  arm: [],
}

/** The figures that follow from a run's counters; one that does not has its reason. */
export function derivedOf(
  run: FaultRun,
  counters: Counters,
  accounting: Accounting,
  costs: FaultCosts,
): Readonly<Record<DerivedId, Derived>> {
  const vendor = vendorOf(run.host.cpuVendor)
  const walks = (id: DerivedId, table: typeof DATA_WALKS): Derived =>
    ratio(id, 'per-1000-instructions', PER_INSTRUCTIONS, counters, vendor, table, INSTRUCTIONS)
  return {
    faultsPerSecond: perSecond(run, accounting),
    faultsPerMiB: perMiB(run, accounting),
    dtlbWalksPer1000Instructions: walks('dtlbWalksPer1000Instructions', DATA_WALKS),
    itlbWalksPer1000Instructions: walks('itlbWalksPer1000Instructions', CODE_WALKS),
    walkCyclesShare: ratio('walkCyclesShare', 'share', 1, counters, vendor, WALK_CYCLES, CYCLES),
    minorFaultTime: time('minorFaultTime', accounting.minor, costs.minorNs, 'minor faults'),
    majorFaultTime: time('majorFaultTime', accounting.major, costs.majorNs, 'major faults'),
  }
}

function vendorOf(cpuVendor: string | null): Vendor | null {
  if (cpuVendor === 'GenuineIntel') return 'intel'
  // Hygon's are Zen cores.
  if (cpuVendor === 'AuthenticAMD' || cpuVendor === 'HygonGenuine') return 'amd'
  return cpuVendor !== null && /^arm/i.test(cpuVendor) ? 'arm' : null
}

function perSecond(run: FaultRun, { total }: Accounting): Derived {
  const base = { id: 'faultsPerSecond', unit: 'per-second', how: 'faults ÷ wall time' } as const
  if (total.value === null) return absent(base, total.reason)
  if (run.wallMs < LEAST_WALL_MS) return absent(base, 'nothing-to-divide-by')
  return figure(base, (total.value * MS_PER_S) / run.wallMs, null)
}

/** The peak is looked at now and then; of a run shorter than this it may have been missed by far. */
const LEAST_WATCHED_MS = 100

function perMiB(run: FaultRun, { total }: Accounting): Derived {
  const base = { id: 'faultsPerMiB', unit: 'per-mib', how: 'faults ÷ peak of resident memory' } as const
  if (total.value === null) return absent(base, total.reason)
  if (run.peakRssBytes === null) return absent(base, 'no-peak')
  if (run.kernel?.includes === 'process') return absent(base, 'lifetime-peak')
  if (run.peakRssBytes <= 0) return absent(base, 'nothing-to-divide-by')
  if (run.wallMs < LEAST_WATCHED_MS) return absent(base, 'no-peak')
  return figure(base, (total.value * MIB) / run.peakRssBytes, 'peak-is-lower-bound')
}

function time(id: DerivedId, faults: Accounting['minor'], costNs: number, what: string): Derived {
  const base = { id, unit: 'ms', how: `${what} × cost of one` } as const
  if (faults.value === null) return absent(base, faults.reason)
  return { ...figure(base, (faults.value * costNs) / NS_PER_MS, null), estimate: true, costNs }
}

function ratio(
  id: DerivedId,
  unit: Derived['unit'],
  factor: number,
  counters: Counters,
  vendor: Vendor | null,
  table: Readonly<Record<Vendor, readonly WalkEvents[]>>,
  divisors: readonly string[],
): Derived {
  const [divisor = ''] = divisors.filter((event) => counters[event] !== undefined)
  const scale = factor === 1 ? '' : ` × ${factor}`
  const bare = { id, unit, how: '' } as const
  if (vendor === null) return absent(bare, 'unknown-cpu')
  const ways = table[vendor]
  if (ways.length === 0) return absent(bare, 'no-such-event')
  const way = ways.find(({ events }) => events.every((event) => counters[event] !== undefined))
  if (way === undefined) return absent(bare, vendor === 'arm' ? 'no-such-event' : 'not-asked')
  const under = usable(counters, divisor)
  const base = { ...bare, how: `${way.events.join(' + ')} ÷ ${divisor || divisors[0]}${scale}` }
  if ('reason' in under) return absent(base, under.reason)
  if (under.value === 0) return absent(base, 'nothing-to-divide-by')
  const over = addUp(counters, way)
  if ('reason' in over) return absent(base, over.reason)
  const how = `${over.events.join(' + ')} ÷ ${divisor}${scale}`
  const all = [...over.events, divisor].map((event) => counters[event]).filter((counter) => counter !== undefined)
  return figure({ ...base, how }, (over.value / under.value) * factor, way.caveat ?? caveatOf(all))
}

function addUp(
  counters: Counters,
  { events, and = [] }: WalkEvents,
): { readonly value: number; readonly events: readonly string[] } | { readonly reason: UnknownReason } {
  let value = 0
  const added: string[] = []
  for (const event of [...events, ...and]) {
    const counter = usable(counters, event)
    if ('value' in counter) {
      value += counter.value
      added.push(event)
    } else if (events.includes(event)) return counter
  }
  return { value, events: added }
}

function caveatOf(counters: readonly CounterReport[]): DerivedCaveat | null {
  if (counters.some(({ state }) => state === 'scaled')) return 'multiplexed'
  return counters.some(isUserOnly) ? 'user-mode-only' : null
}

type Base = Pick<Derived, 'id' | 'unit' | 'how'>

function figure(base: Base, value: number, caveat: DerivedCaveat | null): Derived {
  return { ...base, value, reason: null, estimate: false, costNs: null, caveat }
}

function absent(base: Base, reason: UnknownReason | null): Derived {
  return { ...base, value: null, reason: reason ?? 'not-measured', estimate: false, costNs: null, caveat: null }
}
