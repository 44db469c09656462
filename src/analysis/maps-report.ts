import type { HostFacts } from '../collectors/host.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import type { SplitAddress } from '../model/address.ts'
import { MappingTable } from '../model/mapping-table.ts'
import type { SourceRead } from '../model/provenance.ts'
import type { Classification } from './classify/classification.ts'
import { classify } from './classify/classify.ts'
import { classifyContext } from './classify/context.ts'
import { coalesce } from './coalesce.ts'
import type { Sums } from './figures.ts'
import { type Filter, filterRows, isEmpty } from './filter.ts'
import { type AddressPlace, findGaps, type GapReport, locate } from './gaps.ts'
import { type Group, type Grouping, groupRows, totalOfGroups, totalRows } from './groups.ts'
import { type Order, sortView } from './order.ts'
import { allRows, singleRows, type ViewRows } from './rows.ts'
import { type TotalsReport, totalsOf } from './totals.ts'

/** What a user asked of the mappings. */
export interface MapsQuestion {
  readonly filter: Filter
  readonly grouping: Grouping | null
  readonly order: Order | null
  /** Show neighbouring segments of one file as one row. */
  readonly coalesce: boolean
  /** Show at most so many rows; `null` for all. */
  readonly limit: number | null
  /** For a person who asked for no order and no limit: of a very long list, the largest rows alone. */
  readonly overview: boolean
  /** Show this address and its neighbours alone. */
  readonly address: SplitAddress | null
  readonly gaps: boolean
}

/** All mappings, as they are: what other reports ask. */
export const WHOLE: MapsQuestion = {
  filter: {},
  grouping: null,
  order: null,
  coalesce: false,
  limit: null,
  overview: false,
  address: null,
  gaps: false,
}

/** Where an asked-for address lies, with the gaps beside it. */
export interface AddressAnswer {
  readonly address: SplitAddress
  readonly place: AddressPlace
}

/** Everything that any form of `mmapctl maps` shows of one process. */
export interface MapsReport {
  readonly memory: ProcessMemory
  readonly host: HostFacts
  readonly table: MappingTable
  readonly classes: Classification
  readonly totals: TotalsReport
  /** Rows that passed the filter, in the order of the report, cut to the limit; never joined. */
  readonly rows: Int32Array
  /** The same rows as a person sees them: joined where that was wanted. */
  readonly view: ViewRows
  /** How many rows passed the filter before the limit cut them; of `rows` and of `view`. */
  readonly matched: { readonly mappings: number; readonly rows: number }
  readonly filtered: boolean
  /** The list was too long for a person, so that the largest rows are shown. */
  readonly overview: boolean
  /** Sums over all rows that passed the filter. */
  readonly matchedSums: Sums
  readonly grouping: Grouping
  readonly groups: readonly Group[]
  readonly gaps: GapReport | null
  readonly located: AddressAnswer | null
  readonly provenance: readonly SourceRead[]
}

/** More rows than this are a dump, not an answer. */
const LONG_LIST = 500
/** So many rows of a long list are shown, largest first. */
const OVERVIEW_ROWS = 50

/** Makes the report from a process as read. */
export function mapsReport(
  memory: ProcessMemory,
  host: HostFacts,
  question: MapsQuestion,
  provenance: readonly SourceRead[],
): MapsReport {
  const table = memory.space?.table ?? new MappingTable()
  const classes = classify(table, classifyContext(memory, host))
  const located =
    question.address === null ? null : { address: question.address, place: locate(table, question.address.page) }
  const all = located === null ? filterRows(table, classes, question.filter) : neighbours(located.place)
  const joined = question.coalesce && located === null ? coalesce(table, classes, all) : singleRows(all)
  const overview = question.overview && joined.length > LONG_LIST
  const order = overview
    ? { by: (memory.space?.depth ?? 'maps') === 'maps' ? 'size' : 'rss', reverse: false }
    : question.order
  const limit = overview ? OVERVIEW_ROWS : (question.limit ?? Number.POSITIVE_INFINITY)
  const view = sortView(table, joined, classes, order)
  const single = joined.length === all.length ? view : sortView(table, singleRows(all), classes, order)
  const grouping = question.grouping ?? 'kind'
  const groups = groupRows(table, classes, all, grouping)
  const matchedSums = totalOfGroups(groups)
  const sums = all.length === table.length ? matchedSums : totalRows(table, allRows(table.length))
  return {
    memory,
    host,
    table,
    classes,
    totals: totalsOf(memory, host, sums),
    rows: single.first.subarray(0, Math.min(limit, single.length)),
    view: { first: view.first, count: view.count, length: Math.min(limit, view.length) },
    matched: { mappings: all.length, rows: view.length },
    overview,
    filtered: !isEmpty(question.filter),
    matchedSums,
    grouping,
    groups,
    gaps: question.gaps || located !== null ? findGaps(table) : null,
    located,
    provenance,
  }
}

function neighbours(place: AddressPlace): Int32Array {
  return Int32Array.from([place.below, place.row, place.above].filter((row) => row !== null))
}
