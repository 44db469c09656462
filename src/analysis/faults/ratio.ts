import type { CounterReport, Derived, DerivedCaveat, DerivedId } from '../../model/fault-figures.ts'
import type { UnknownReason } from '../../model/faults.ts'
import { isUserOnly } from './accounting.ts'
import { usable } from './counters.ts'
import type { Vendor, WalkEvents } from './walk-events.ts'

type Counters = Readonly<Record<string, CounterReport>>

/** A ratio of events, of the first way that was counted: walks by instructions, or cycles in walks by all cycles. */
export function ratio(
  id: DerivedId,
  unit: Derived['unit'],
  factor: number,
  counters: Counters,
  vendor: Vendor | null,
  table: Readonly<Record<Vendor, readonly WalkEvents[]>>,
  divisors: readonly string[],
): Derived {
  const [divisor = divisors[0] ?? ''] = divisors.filter((event) => counters[event] !== undefined)
  const scale = factor === 1 ? '' : ` × ${factor}`
  const bare = { id, unit, how: '' } as const
  if (vendor === null) return absent(bare, hasNoPmu(counters) ? 'no-pmu' : 'unknown-cpu')
  const way = table[vendor].find(({ events }) => events.every((event) => counters[event] !== undefined))
  if (way === undefined) return absent(bare, reasonForNone(counters, vendor, table[vendor]))
  const base = { ...bare, how: `${way.events.join(' + ')} ÷ ${divisor}${scale}` }
  const counted = addUp(counters, way, divisor)
  if ('reason' in counted) return absent(base, counted.reason)
  if (counted.under === 0) return absent(base, 'nothing-to-divide-by')
  const how = `${counted.events.join(' + ')} ÷ ${divisor}${scale}`
  return figure({ ...base, how }, (counted.over / counted.under) * factor, ...counted.caveats)
}

function hasNoPmu(counters: Counters): boolean {
  return Object.values(counters).some(({ reason }) => reason === 'no-pmu')
}

function reasonForNone(counters: Counters, vendor: Vendor, ways: readonly WalkEvents[]): UnknownReason {
  if (ways.length === 0) return 'no-such-event'
  if (hasNoPmu(counters)) return 'no-pmu'
  return vendor === 'arm' ? 'no-such-event' : 'not-asked'
}

/** Numerator and denominator, what of the events was added, and what is to be known of them. */
interface Counted {
  readonly over: number
  readonly under: number
  readonly events: readonly string[]
  readonly caveats: readonly DerivedCaveat[]
}

function addUp(counters: Counters, way: WalkEvents, divisor: string): Counted | { readonly reason: UnknownReason } {
  const { events, and = [], caveat } = way
  const cores = coresOf(counters, [...events, divisor])
  const value = (event: string): Known | { readonly reason: UnknownReason } =>
    cores === null ? usable(counters, event) : onCores(counters, event, cores)
  const under = value(divisor)
  if ('reason' in under) return under
  let over = 0
  const added: string[] = []
  for (const event of [...events, ...and]) {
    const counter = value(event)
    if ('value' in counter) {
      over += counter.value
      added.push(event)
    } else if (events.includes(event)) return counter
  }
  const all = [...added, divisor].map((event) => counters[event]).filter((counter) => counter !== undefined)
  const caveats = [...(caveat === undefined ? [] : [caveat]), ...caveatsOf(all)]
  const others =
    cores !== null && counters[divisor]?.pmus.some(({ pmu, value: on }) => (on ?? 0) > 0 && !cores.has(pmu))
  return { over, under: under.value, events: added, caveats: others === true ? [...caveats, 'some-cores'] : caveats }
}

interface Known {
  readonly value: number
}

/** Of a hybrid CPU, the kinds of core that count all of some events; `null` on others. */
function coresOf(counters: Counters, events: readonly string[]): ReadonlySet<string> | null {
  const kinds = events.map((event) => counters[event]?.pmus ?? [])
  if (kinds.every((pmus) => pmus.length === 0)) return null
  const [first = [], ...others] = kinds.map((pmus) => pmus.filter(({ value }) => value !== null).map(({ pmu }) => pmu))
  return new Set(first.filter((pmu) => others.every((pmus) => pmus.includes(pmu))))
}

/** What such cores counted of an event, not scaled up. */
function onCores(
  counters: Counters,
  event: string,
  cores: ReadonlySet<string>,
): Known | { readonly reason: UnknownReason } {
  const counter = counters[event]
  if (counter === undefined) return { reason: 'not-asked' }
  const on = counter.pmus.filter(({ pmu, value }) => value !== null && cores.has(pmu))
  if (on.length === 0 || on.length < cores.size) return { reason: counter.reason ?? 'not-counted' }
  return { value: on.reduce((sum, { value }) => sum + (value ?? 0), 0) }
}

function caveatsOf(counters: readonly CounterReport[]): readonly DerivedCaveat[] {
  const caveats: DerivedCaveat[] = []
  if (counters.some(({ state }) => state === 'scaled')) caveats.push('multiplexed')
  if (counters.some(isUserOnly)) caveats.push('user-mode-only')
  return caveats
}

/** What a derived figure is called, and how it is made. */
type Base = Pick<Derived, 'id' | 'unit' | 'how'>

/** A derived figure that is known. */
export function figure(base: Base, value: number, ...caveats: readonly DerivedCaveat[]): Derived {
  return { ...base, value, reason: null, estimate: false, costNs: null, caveats }
}

/** One that is not, and why. */
export function absent(base: Base, reason: UnknownReason | null): Derived {
  return { ...base, value: null, reason: reason ?? 'not-measured', estimate: false, costNs: null, caveats: [] }
}
