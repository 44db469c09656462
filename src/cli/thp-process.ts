import { filterRows, isEmpty } from '../analysis/filter.ts'
import { sortRecords } from '../analysis/records.ts'
import { thpBasis } from '../analysis/thp/basis.ts'
import type { MappingFacts } from '../analysis/thp/facts.ts'
import type { ThpHostReport } from '../analysis/thp/host-report.ts'
import { processFindings } from '../analysis/thp/process-findings.ts'
import {
  type FolioAnswer,
  type ThpMapping,
  type ThpProcess,
  thpProcess,
  type ZeroAnswer,
} from '../analysis/thp/process-report.ts'
import type { ThpProcessReport, TlbCounters } from '../analysis/thp/report.ts'
import type { HostFacts } from '../collectors/host.ts'
import { type PageRange, scanFolios } from '../collectors/page-frames.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { sampleZeroPages } from '../collectors/zero-pages.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import type { Trees } from '../sources/trees.ts'
import type { ThpRequest } from './thp-request.ts'

/** What all processes of a report share. */
export interface ProcessWorld {
  readonly trees: Trees
  readonly host: HostFacts
  readonly system: ThpHostReport
  /** Bytes of a huge page. */
  readonly block: number
  readonly request: ThpRequest
  /** Told how many pages have been looked at. */
  readonly onPages: (pages: number) => void
}

/** Pages of address space that are looked at unless --folios asks for it: 256 MiB of 4 KiB pages, at most 0.4 s. */
const CHEAP_PAGES = 2 ** 16
/** And when it does: 64 GiB, some seconds in huge pages and a minute or two in small ones. */
const MOST_PAGES = 2 ** 24

/** Makes the report on a process from its mappings as read; looks its pages up where that was asked for. */
export function reportProcess(
  memory: ProcessMemory,
  counters: TlbCounters | null,
  world: ProcessWorld,
): ThpProcessReport {
  const { host, system, block, request } = world
  const basis = thpBasis(memory, host, system)
  const { table, facts } = basis
  const process = thpProcess({
    ...basis,
    folios: folioAnswer(memory, table, facts, world),
    zeros: zeroAnswer(memory, table, facts, world),
  })
  const matching = matchingRows(process, request, block)
  const ordered = orderRows(process, matching, request, block)
  const { limit } = request.mappings
  return {
    process,
    rows: limit === null ? ordered : ordered.slice(0, limit),
    matched: ordered.length,
    findings: processFindings(process, {
      host,
      block,
      pools: system.pools,
      khugepagedSpeed: system.khugepagedSpeed,
    }),
    counters,
  }
}

function folioAnswer(
  memory: ProcessMemory,
  table: MappingTable,
  facts: readonly MappingFacts[],
  { trees, host, system, block, request, onPages }: ProcessWorld,
): FolioAnswer {
  const { folios } = request
  const smaller = system.settings?.sizes.some(
    ({ size, enabled }) => size < block && enabled !== null && enabled !== 'never',
  )
  const wanted = folios ?? (smaller === true && trees.asRoot)
  if (!wanted || memory.space === null) return 'not-asked'
  const ranges = densestFirst(facts).map((each) => rangeOf(table, each))
  const budget = { pageSize: host.pageSize, maxPages: folios === true ? MOST_PAGES : CHEAP_PAGES, onProgress: onPages }
  return withProcess(trees, memory, (tree) => scanFolios(trees, tree, ranges, budget))
}

function zeroAnswer(
  memory: ProcessMemory,
  table: MappingTable,
  facts: readonly MappingFacts[],
  { trees, host, block, request }: ProcessWorld,
): ZeroAnswer {
  if (!request.zeros || memory.space === null) return 'not-asked'
  const ranges = facts.filter(({ anonHuge }) => anonHuge > 0).map((each) => rangeOf(table, each))
  return withProcess(trees, memory, (tree) => sampleZeroPages(tree, ranges, { block, pageSize: host.pageSize }))
}

/** Holds the process's directory again, and only if it is still the same process's. */
function withProcess<Answer>(
  trees: Trees,
  memory: ProcessMemory,
  look: (tree: Trees['proc']) => Answer,
): Answer | { readonly reason: 'gone'; readonly errno: string; readonly path: string } {
  const pinned = trees.proc.pin(String(memory.pid))
  if (!pinned.ok) return { reason: 'gone', errno: pinned.refusal.errno, path: pinned.refusal.path }
  using tree = pinned.value
  return look(tree)
}

/** Mappings with the largest resident share first: they are worth the budget. Drivers' pages have no folios to tell of. */
function densestFirst(facts: readonly MappingFacts[]): readonly MappingFacts[] {
  const resident = facts.filter(({ rss, backing }) => rss > 0 && backing.of !== 'none')
  return resident.sort((a, b) => b.rss / b.size - a.rss / a.size || b.rss - a.rss)
}

function rangeOf(table: MappingTable, { row }: MappingFacts): PageRange {
  return { row, start: table.start[row] as number, end: table.end[row] as number }
}

/** Of a huge page: a smaller gain is not worth a line. */
const MUCH = 8

/** Mappings that pass the filter; without one, a person who asked for no order is shown only those that matter. */
function matchingRows(process: ThpProcess, request: ThpRequest, block: number): readonly ThpMapping[] {
  const { filter, form } = request
  const rows = Array.from(filterRows(process.table, process.classes, filter), (row) => process.mappings[row])
  const mappings = rows.filter((mapping) => mapping !== undefined)
  if (form !== 'text' || request.mappings.order !== null || !isEmpty(filter)) return mappings
  return mappings.filter(({ facts, gain }) => {
    if (Number.isNaN(facts.rss)) return true
    return gain >= block / MUCH || facts.huge > 0 || facts.hugetlb > 0 || facts.small >= block / 2
  })
}

/** As asked; otherwise, for a person, what mending would bring most first. */
function orderRows(
  process: ThpProcess,
  mappings: readonly ThpMapping[],
  { form, mappings: { order } }: ThpRequest,
  block: number,
): readonly ThpMapping[] {
  if (order !== null) {
    const rows = mappings.map((mapping) => ({ process, mapping, block }))
    return sortRecords(rows, order).map(({ mapping }) => mapping)
  }
  if (form !== 'text') return mappings
  return [...mappings].sort(
    (a, b) =>
      known(b.gain) - known(a.gain) ||
      known(b.facts.huge + b.facts.hugetlb) - known(a.facts.huge + a.facts.hugetlb) ||
      known(b.facts.small) - known(a.facts.small),
  )
}

function known(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
