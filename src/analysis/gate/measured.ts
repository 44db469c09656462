import type { TreeMappings } from '../../collectors/measured-memory.ts'
import { countMappings, type MappingTable } from '../../model/mapping-table.ts'
import type {
  Fidelity,
  Measured,
  MeasuredProcess,
  MeasuredRun,
  MetricName,
  RunEnd,
  TreeSnapshot,
} from '../../model/measured-run.ts'
import type { RawMeasurement, RawProcess, RawTree } from '../../model/raw-measurement.ts'
import { type FigureId, figureReader } from '../figures.ts'
import { type Surroundings, treeSnapshot } from './groups.ts'
import { runNotes } from './run-notes.ts'

/** A run as it was measured, with what was parsed of it. */
export interface RunFacts {
  readonly raw: RawMeasurement
  /** The tree's mappings where most was resident. */
  readonly peak: TreeMappings | null
  /** Those where most was its own; `null` when that was at the same moment. */
  readonly ownPeak: TreeMappings | null
  readonly dtlbMisses: Measured
  readonly surroundings: Surroundings
}

/** More processes than this are not listed one by one. */
const LISTED = 100

/** What a run has shown: figures, the memory at the peak, and what a reader must know of both. */
export function measuredRun(facts: RunFacts): MeasuredRun {
  const { raw, surroundings } = facts
  const own = facts.ownPeak ?? facts.peak
  const peak = facts.peak === null ? null : treeSnapshot(facts.peak, surroundings)
  const anonPeak = facts.ownPeak === null ? peak : treeSnapshot(facts.ownPeak, surroundings)
  const fidelity = fidelityOf(raw)
  return {
    end: endOf(raw),
    seconds: raw.seconds,
    fidelity,
    method: raw.method,
    randomised: raw.randomised,
    metrics: {
      'peak-rss': peakRss(raw.tree, fidelity),
      anon: polled(highestAnon(raw.tree, own, anonPeak), NOT_SEEN),
      'minor-faults': faults(raw, 'minor'),
      'major-faults': faults(raw, 'major'),
      mappings: mappings(facts, fidelity),
      'page-tables': polled(raw.tree.highs.pageTables, NOT_SEEN),
      locked: polled(raw.tree.highs.locked, NOT_SEEN),
      swap: polled(raw.tree.highs.swap, NOT_SEEN),
      huge: sumOf(own, 'huge'),
      dirty: dirtyOf(own),
      'file-huge': fileHuge(facts.peak),
      'dtlb-misses': facts.dtlbMisses,
    } satisfies Record<MetricName, Measured>,
    mostResident: fidelity === 'exact' ? mostResident(raw.tree) : null,
    mostMappings: mostMappings(facts),
    peak,
    anonPeak,
    processes: listed(raw.tree.processes),
    notes: runNotes(raw, fidelity, own),
  }
}

const NOT_SEEN = 'no process was seen with memory: the program ended before it was looked at'

/** A run is exact when every process was looked at while it was held at its end: one that goes on may still grow. */
function fidelityOf({ method, tree }: RawMeasurement): Fidelity {
  if (method === 'poll') return 'polled'
  const { processes } = tree
  return processes.length > 0 && processes.every(({ seenAtEnd, outlived }) => seenAtEnd && !outlived)
    ? 'exact'
    : 'polled'
}

function endOf({ end, oomKills }: RawMeasurement): RunEnd {
  if (end.timedOutMs !== null) return { how: 'timeout', afterMs: end.timedOutMs }
  if (end.signal === null) return { how: 'exited', status: end.code ?? 0 }
  return { how: 'killed', signal: end.signal, oom: end.signal === 'SIGKILL' && (oomKills ?? 0) > 0 }
}

function peakRss({ processes }: RawTree, fidelity: Fidelity): Measured {
  const peaks = processes.flatMap(({ peakRss: peak, earlierPeakRss }) => (peak === null ? [] : [peak, earlierPeakRss]))
  return peaks.length === 0 ? { value: null, why: NOT_SEEN } : { value: Math.max(...peaks), fidelity }
}

/** One process may have been many programs, one after the other; what outlived the run may still have grown. */
function mostResident({ processes }: RawTree): number | null {
  if (processes.some(({ outlived }) => outlived)) return null
  return processes.reduce((sum, { peakRss: peak, earlierPeakRss }) => sum + Math.max(peak ?? 0, earlierPeakRss), 0)
}

/**
 * Between snapshots cheaper figures tell how much there is, though not of what. Mappings of several processes that share
 * pages are of as many moments: their sum may be too high.
 */
function highestAnon({ highs }: RawTree, own: TreeMappings | null, anonPeak: TreeSnapshot | null): number | null {
  if (highs.own === null) return anonPeak?.anon ?? null
  const atOnce = own?.processes.every(({ rollup }) => rollup === null) ?? false
  return atOnce ? Math.max(highs.own, anonPeak?.anon ?? 0) : highs.own
}

/** Traced processes are asked one by one; of others the kernel tells what was waited for. */
function faults({ method, tree }: RawMeasurement, kind: 'minor' | 'major'): Measured {
  const fidelity = tree.processes.some(({ outlived }) => outlived) ? 'polled' : 'exact'
  if (method !== 'ptrace') {
    const value = tree.reaped?.[kind] ?? null
    return value === null ? { value, why: '/proc/self/stat cannot be read' } : { value, fidelity }
  }
  const own = tree.processes.map((each) => (kind === 'minor' ? each.minorFaults : each.majorFaults) ?? Number.NaN)
  const value = own.reduce((sum, count) => sum + count, 0)
  if (Number.isNaN(value)) return { value: null, why: 'a process ended without being held there' }
  return { value, fidelity }
}

function mappings({ raw, peak }: RunFacts, fidelity: Fidelity): Measured {
  if (fidelity === 'exact') {
    const counts = raw.tree.processes.flatMap((each) => each.mappings ?? [])
    if (counts.length > 0) return { value: Math.max(...counts), fidelity }
    return { value: null, why: 'the mappings may not be read' }
  }
  const counts = countsOf(peak)
  return polled(counts.length === 0 ? null : Math.max(...counts), NOT_SEEN)
}

/** Who tidies up before its end has few mappings there, however many it had. */
function mostMappings({ raw, peak, ownPeak }: RunFacts): number | null {
  const atEnd = raw.tree.processes.flatMap((each) => each.mappings ?? [])
  const counts = [...atEnd, ...countsOf(peak), ...countsOf(ownPeak)]
  return counts.length === 0 ? null : Math.max(...counts)
}

function countsOf(tree: TreeMappings | null): readonly number[] {
  return tree?.processes.map(({ table }) => countMappings(table)) ?? []
}

/** The most of any one process, as peak RSS is: a sum over workers that map one file would excuse a growth of each. */
function fileHuge(tree: TreeMappings | null): Measured {
  if (tree === null) return { value: null, why: NOT_SEEN }
  const of = ({ table }: TreeMappings['processes'][number]): number => sumOver(table, FILE_HUGE)
  return polled(known(Math.max(0, ...tree.processes.map(of))), UNPRINTED)
}

const FILE_HUGE: RowReader = (table) => (row) => table.value('FilePmdMapped', row)

/** What a tree has written, each page once: of what several processes map, the share of each is added up. */
function dirtyOf(tree: TreeMappings | null): Measured {
  if (tree === null || tree.processes.length < 2) return sumOf(tree, 'dirty')
  return sumOfRows(tree, dirtyShare, 'before Linux 6.0 nothing tells what processes share of it')
}

/** Pss_Dirty; without it, where nothing is shared, what is private. */
function dirtyShare(table: MappingTable): ReturnType<RowReader> {
  if (table.column('Pss_Dirty') !== undefined) return (row) => table.value('Pss_Dirty', row)
  return (row) => (table.value('Shared_Dirty', row) === 0 ? table.value('Private_Dirty', row) : Number.NaN)
}

function sumOf(tree: TreeMappings | null, figure: FigureId): Measured {
  if (tree === null) return { value: null, why: NOT_SEEN }
  return sumOfRows(tree, (table) => figureReader(table, figure))
}

type RowReader = (table: MappingTable) => (row: number) => number

const UNPRINTED = 'this kernel does not print it'

function sumOfRows(tree: TreeMappings, reader: RowReader, why = UNPRINTED): Measured {
  return polled(known(tree.processes.reduce((sum, { table }) => sum + sumOver(table, reader), 0)), why)
}

function sumOver(table: MappingTable, reader: RowReader): number {
  const read = reader(table)
  let sum = 0
  for (let row = 0; row < table.length; row++) sum += read(row)
  return sum
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function polled(value: number | null, why: string): Measured {
  return value === null ? { value, why } : { value, fidelity: 'polled' }
}

function listed(processes: readonly RawProcess[]): readonly MeasuredProcess[] {
  const weight = ({ peakRss: peak }: RawProcess): number => peak ?? 0
  const largest = new Set([...processes].sort((a, b) => weight(b) - weight(a)).slice(0, LISTED))
  return processes
    .filter((process) => largest.has(process))
    .map(({ pid, parent, comm, exe, peakRss: peak, seenAtEnd, outlived }) => ({
      pid,
      parent,
      comm,
      exe,
      peakRss: seenAtEnd ? peak : null,
      outlived,
    }))
}
