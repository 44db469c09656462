import type { Attribution, FaultMapping, LeadingSpot, ProgramRef } from '../../model/fault-attribution.ts'
import type { Accounting, RunFigures } from '../../model/fault-figures.ts'
import type { Advice } from '../../model/fault-notes.ts'
import type { FaultHost } from '../../model/faults.ts'
import { type HostEvents, swappedIn, swappedOut } from '../../model/host-events.ts'

/** More is not read. */
const MOST = 3
/** Below this share of all faults, or this many of them, nothing is worth changing. */
const WORTH_SHARE = 0.1
const WORTH_FAULTS = 1000
/** A major fault costs as much as a hundred minor ones. */
const WORTH_MAJOR = 10
/** A mapping in which huge pages can do something: several of 2 MiB. */
const HUGE_ENOUGH = 8 * 1024 ** 2
/** So much of a mapping must really be used before filling it in at once is no waste. */
const MOSTLY_TOUCHED = 0.8
/** Reading a page and then writing it are two faults; only beyond that was memory given back and taken again. */
const CHURN = 1.5
const MANY_MAPPINGS = 1000
const SMALL_PER_MAPPING = 4
const WORTH_WALKS = 0.05

/** Huge pages make copies after a fork as much larger; a program that copies so much of what it touches is better without. */
const MANY_COPIES = 0.1
/** Pages that may have come back for another reason, as a share of those that are thought to have been given back. */
const MOST_DOUBT = 0.1

/** Advice with its weight: the faults it would do away with. */
type Weighed = readonly [weight: number, advice: Advice]

/** What an advice is judged by, beside the recording. */
interface Surroundings {
  readonly host: FaultHost
  /** What the whole host did meanwhile. */
  readonly events: HostEvents | null
}

/** What follows from the evidence, the most useful first. What no figure of the report shows is not advised. */
export function adviceOf(
  figures: RunFigures,
  attribution: Attribution | null,
  surroundings: Surroundings,
): readonly Advice[] {
  const found = [
    ...(attribution === null ? [] : attributed(attribution, surroundings)),
    ...accounted(figures.accounting, attribution),
    ...walks(figures, attribution),
  ]
  return found
    .sort(([a], [b]) => b - a)
    .slice(0, MOST)
    .map(([, advice]) => advice)
}

function attributed(attribution: Attribution, surroundings: Surroundings): readonly Weighed[] {
  const seen = new Set<string>()
  const found: Weighed[] = []
  for (const spot of attribution.leading) {
    const weighed = ofSpot(spot, attribution, surroundings)
    // Two places in code that touch the same memory ask for the same once.
    const id = weighed === null ? '' : `${weighed[1].code} ${spot.mapping?.pid} ${spot.mapping?.start}`
    if (weighed === null || seen.has(id)) continue
    seen.add(id)
    found.push(weighed)
  }
  return [...found, ...ofForks(attribution), ...ofMappings(attribution), ...ofSwap(attribution)]
}

function ofSpot(spot: LeadingSpot, attribution: Attribution, surroundings: Surroundings): Weighed | null {
  const { faults, share, mapping, kind } = spot
  if (mapping === null || share < WORTH_SHARE) return null
  const major = spot.major ?? 0
  if (kind === 'file' && major >= WORTH_MAJOR) {
    return [major * 100, { code: 'read-ahead', major, share, mapping }]
  }
  if (faults < WORTH_FAULTS) return null
  if (kind === 'first-touch') return ofTouches(spot, mapping, attribution, surroundings)
  return kind === 'file' || kind === 'shared' ? [faults, { code: 'map-populate', faults, share, mapping }] : null
}

function ofTouches(
  { faults, share, refaults, pages, program }: LeadingSpot,
  mapping: FaultMapping,
  attribution: Attribution,
  { host, events }: Surroundings,
): Weighed | null {
  // Of a sample, a copy after a fork looks like a first touch.
  if (attribution.period > 1 && attribution.forks > 0) return null
  if (refaults > CHURN * pages) {
    const doubtful = (swappedIn(events) ?? 0) + (swappedOut(events) ?? 0) + (events?.numaHintFaults ?? 0)
    const known = attribution.period === 1 && doubtful <= MOST_DOUBT * refaults
    return known ? [refaults, { code: 'keep-memory', refaults, share, mapping }] : null
  }
  if (mapping.size >= HUGE_ENOUGH && host.thp !== null && !copiesMuch(program, faults, attribution)) {
    return [faults, { code: 'huge-pages', faults, share, mapping, thp: host.thp }]
  }
  const touched = (pages * host.pageSize) / mapping.size
  return touched >= MOSTLY_TOUCHED ? [faults, { code: 'prefault', faults, share, mapping }] : null
}

function copiesMuch({ pid, comm }: ProgramRef, faults: number, { busiest: { copies } }: Attribution): boolean {
  return copies !== null && copies.pid === pid && copies.comm === comm && copies.faults >= MANY_COPIES * faults
}

function ofForks({ busiest, faults: all }: Attribution): readonly Weighed[] {
  if (busiest.copies === null) return []
  const { faults, forks, pid, comm } = busiest.copies
  if (forks === 0 || faults < WORTH_FAULTS || faults < WORTH_SHARE * all) return []
  return [[faults, { code: 'copy-after-fork', faults, share: faults / all, forks, program: { pid, comm } }]]
}

/** Each mapping costs its own faults and system calls; an allocator's many small ones cost both again and again. */
function ofMappings({ busiest, faults: all }: Attribution): readonly Weighed[] {
  if (busiest.mappings === null) return []
  const { faults, mappings, pid, comm } = busiest.mappings
  const small = mappings >= MANY_MAPPINGS && faults <= SMALL_PER_MAPPING * mappings && faults >= WORTH_SHARE * all
  if (!small) return []
  return [[faults, { code: 'small-mappings', mappings, faults, share: faults / all, program: { pid, comm } }]]
}

function ofSwap({ busiest, faults: all }: Attribution): readonly Weighed[] {
  if (busiest.swapIns === null || busiest.swapIns.faults < WORTH_MAJOR) return []
  const { faults, pid, comm } = busiest.swapIns
  return [[faults * 100, { code: 'swapping', faults, share: faults / all, program: { pid, comm } }]]
}

/** Pages that were filled in at once and are most of all: they are no longer counted as faults, but not for nothing. */
function accounted({ preFaulted, total }: Accounting, attribution: Attribution | null): readonly Weighed[] {
  const pages = preFaulted.value ?? 0
  const all = total.value ?? 0
  const worth = attribution === null && pages >= WORTH_FAULTS && pages >= 0.5 * all
  return worth ? [[pages, { code: 'pre-faulted', pages, share: pages / all }]] : []
}

/** Walks are counted of all programs together: of several nobody knows whose they are. */
function walks({ derived }: RunFigures, attribution: Attribution | null): readonly Weighed[] {
  const share = derived.walkCyclesShare.value
  const mixed = attribution !== null && attribution.programs.length > 1
  return share !== null && share >= WORTH_WALKS && !mixed ? [[0, { code: 'page-walks', share }]] : []
}
