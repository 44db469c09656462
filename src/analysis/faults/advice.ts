import type { Accounting, Advice, Attribution, LeadingSpot, RunFigures } from '../../model/faults-report.ts'

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

/** Advice with its weight: the faults it would do away with. */
type Weighed = readonly [weight: number, advice: Advice]

/** What follows from the evidence, the most useful first. What no figure of the report shows is not advised. */
export function adviceOf(figures: RunFigures, attribution: Attribution | null, pageSize: number): readonly Advice[] {
  const found = [
    ...(attribution === null ? [] : attributed(attribution, pageSize)),
    ...accounted(figures.accounting, attribution),
    ...walks(figures),
  ]
  return found
    .sort(([a], [b]) => b - a)
    .slice(0, MOST)
    .map(([, advice]) => advice)
}

function attributed(attribution: Attribution, pageSize: number): readonly Weighed[] {
  const seen = new Set<string>()
  const found: Weighed[] = []
  for (const spot of attribution.leading) {
    const weighed = ofSpot(spot, pageSize)
    // Two places in code that touch the same memory ask for the same once.
    const id = weighed === null ? '' : `${weighed[1].code} ${spot.mapping?.pid} ${spot.mapping?.start}`
    if (weighed === null || seen.has(id)) continue
    seen.add(id)
    found.push(weighed)
  }
  return [...found, ...ofForks(attribution), ...ofMappings(attribution), ...ofSwap(attribution)]
}

function ofSpot(spot: LeadingSpot, pageSize: number): Weighed | null {
  const { faults, share, mapping, kind, refaults, pages } = spot
  if (mapping === null || share < WORTH_SHARE) return null
  const major = spot.major ?? 0
  if (kind === 'file' && major >= WORTH_MAJOR) {
    return [major * 100, { code: 'read-ahead', major, share, mapping }]
  }
  if (faults < WORTH_FAULTS) return null
  if (kind === 'first-touch' && refaults > CHURN * pages) {
    return [refaults, { code: 'keep-memory', refaults, share, mapping }]
  }
  const touched = (pages * pageSize) / mapping.size
  if (kind === 'first-touch' && mapping.size >= HUGE_ENOUGH) {
    return [faults, { code: 'huge-pages', faults, share, mapping }]
  }
  if (kind === 'first-touch' && touched >= MOSTLY_TOUCHED) {
    return [faults, { code: 'prefault', faults, share, mapping }]
  }
  if (kind === 'file' || kind === 'shared') {
    return [faults, { code: 'map-populate', faults, share, mapping }]
  }
  return null
}

function ofForks({ copiesAfterFork: copies, forks, faults }: Attribution): readonly Weighed[] {
  const worth = forks > 0 && copies >= WORTH_FAULTS && copies >= WORTH_SHARE * faults
  return worth ? [[copies, { code: 'copy-after-fork', faults: copies, share: copies / faults, forks }]] : []
}

/** Each mapping costs its own faults and system calls; an allocator's many small ones cost both again and again. */
function ofMappings({ mappings, faults, kinds }: Attribution): readonly Weighed[] {
  const touched = kinds['first-touch'] ?? 0
  const small = mappings >= MANY_MAPPINGS && touched <= SMALL_PER_MAPPING * mappings && touched >= WORTH_SHARE * faults
  return small ? [[touched, { code: 'small-mappings', mappings, faults: touched, share: touched / faults }]] : []
}

function ofSwap({ kinds, faults }: Attribution): readonly Weighed[] {
  const swapped = kinds['swap-in'] ?? 0
  return swapped >= WORTH_MAJOR ? [[swapped * 100, { code: 'swapping', faults: swapped, share: swapped / faults }]] : []
}

/** Pages that were filled in at once and are most of all: they are no longer counted as faults, but not for nothing. */
function accounted({ preFaulted, total }: Accounting, attribution: Attribution | null): readonly Weighed[] {
  const pages = preFaulted.value ?? 0
  const all = total.value ?? 0
  const worth = attribution === null && pages >= WORTH_FAULTS && pages >= 0.5 * all
  return worth ? [[pages, { code: 'pre-faulted', pages, share: pages / all }]] : []
}

function walks({ derived }: RunFigures): readonly Weighed[] {
  const share = derived.walkCyclesShare.value
  return share !== null && share >= WORTH_WALKS ? [[0, { code: 'page-walks', share }]] : []
}
