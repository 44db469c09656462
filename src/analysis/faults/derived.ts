import type { Accounting, CounterReport, Derived, DerivedId } from '../../model/fault-figures.ts'
import type { FaultRun } from '../../model/faults.ts'
import { absent, figure, ratio } from './ratio.ts'
import { CODE_WALKS, DATA_WALKS, vendorOf, WALK_CYCLES } from './walk-events.ts'

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

/** The figures that follow from a run's counters; one that does not has its reason. `alone` unless descendants are known of. */
export function derivedOf(
  run: FaultRun,
  counters: Counters,
  accounting: Accounting,
  costs: FaultCosts,
  alone: boolean,
): Readonly<Record<DerivedId, Derived>> {
  const vendor = vendorOf(run.host.cpuVendor)
  const walks = (id: DerivedId, table: typeof DATA_WALKS): Derived =>
    ratio(id, 'per-1000-instructions', PER_INSTRUCTIONS, counters, vendor, table, INSTRUCTIONS)
  return {
    faultsPerSecond: perSecond(run, accounting),
    faultsPerMiB: perMiB(run, accounting, alone),
    dtlbWalksPer1000Instructions: walks('dtlbWalksPer1000Instructions', DATA_WALKS),
    itlbWalksPer1000Instructions: walks('itlbWalksPer1000Instructions', CODE_WALKS),
    walkCyclesShare: ratio('walkCyclesShare', 'share', 1, counters, vendor, WALK_CYCLES, CYCLES),
    minorFaultTime: time('minorFaultTime', accounting.minor, costs.minorNs, 'minor faults'),
    majorFaultTime: time('majorFaultTime', accounting.major, costs.majorNs, 'major faults'),
  }
}

function perSecond(run: FaultRun, { total }: Accounting): Derived {
  const base = { id: 'faultsPerSecond', unit: 'per-second', how: 'faults ÷ wall time' } as const
  if (total.value === null) return absent(base, total.reason)
  if (run.wallMs < LEAST_WALL_MS) return absent(base, 'nothing-to-divide-by')
  return figure(base, (total.value * MS_PER_S) / run.wallMs)
}

/** The peak is looked at now and then; of a run shorter than this it may have been missed by far. */
const LEAST_WATCHED_MS = 100

/** Why the peak of a run is not known, or not well enough to divide by it. */
export function noPeak({ wallMs }: Pick<FaultRun, 'wallMs'>): 'short-run' | 'no-peak' {
  return wallMs < LEAST_WATCHED_MS ? 'short-run' : 'no-peak'
}

function perMiB(run: FaultRun, { total }: Accounting, alone: boolean): Derived {
  const base = { id: 'faultsPerMiB', unit: 'per-mib', how: 'faults ÷ peak of resident memory' } as const
  if (total.value === null) return absent(base, total.reason)
  if (!alone) return absent(base, 'descendants')
  if (run.peakRssBytes === null) return absent(base, noPeak(run))
  if (run.kernel?.includes === 'process') return absent(base, 'lifetime-peak')
  if (run.peakRssBytes <= 0) return absent(base, 'nothing-to-divide-by')
  if (run.wallMs < LEAST_WATCHED_MS) return absent(base, 'short-run')
  return figure(base, (total.value * MIB) / run.peakRssBytes, 'peak-is-lower-bound')
}

function time(id: DerivedId, faults: Accounting['minor'], costNs: number, what: string): Derived {
  const base = { id, unit: 'ms', how: `${what} × cost of one` } as const
  if (faults.value === null) return absent(base, faults.reason)
  return { ...figure(base, (faults.value * costNs) / NS_PER_MS), estimate: true, costNs }
}
