import type { HostFacts } from '../collectors/host.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { refusalText } from '../model/errno.ts'
import { countMappings, type MappingTable } from '../model/mapping-table.ts'
import { type FigureId, figure, type Sums } from './figures.ts'

/** What a whole process has and costs; bytes but for the counts. `null` is unknown, with its reason in `unavailable`. */
export interface Totals {
  /** Address space. */
  readonly size: number | null
  readonly rss: number | null
  readonly rssAnon: number | null
  readonly rssFile: number | null
  readonly rssShmem: number | null
  /** Highest RSS so far. */
  readonly rssPeak: number | null
  readonly pss: number | null
  readonly uss: number | null
  readonly swap: number | null
  readonly dirty: number | null
  readonly huge: number | null
  readonly hugetlb: number | null
  /** Size of locked mappings, resident or not. */
  readonly locked: number | null
  readonly pageTables: number | null
  /** Mappings that count against `vm.max_map_count`. */
  readonly mappings: number | null
  readonly maxMappings: number | null
}

export type TotalId = keyof Totals

/** Totals with where each comes from, and why the unknown ones are. */
export interface TotalsReport {
  readonly totals: Totals
  /** Kernel source of each known total. */
  readonly sources: Readonly<Partial<Record<TotalId, string>>>
  /** Reason for each unknown one. */
  readonly unavailable: Readonly<Partial<Record<TotalId, string>>>
}

interface Known {
  readonly value: number
  readonly source: string
}

type Answer = Known | { readonly reason: string }

/**
 * Adds up a process: from smaps where it was read, else from the files that everybody may read. `sums` are those over
 * all mappings, as `totalRows` makes them.
 */
export function totalsOf(memory: ProcessMemory, host: HostFacts, sums: Sums): TotalsReport {
  const figures = figureAnswers(memory, sums)
  const fromStatus = statusAnswers(memory)
  const rollup = rollupAnswers(memory.space)
  const answers: Record<TotalId, Answer> = {
    size: memory.status?.vmSize == null ? statmSize(memory, host) : fromStatus('vmSize', 'VmSize'),
    rss: figures('rss') ?? fromStatus('vmRss', 'VmRSS'),
    rssAnon: fromStatus('rssAnon', 'RssAnon'),
    rssFile: fromStatus('rssFile', 'RssFile'),
    rssShmem: fromStatus('rssShmem', 'RssShmem'),
    rssPeak: fromStatus('vmHwm', 'VmHWM'),
    pss: figures('pss') ?? rollup('pss') ?? { reason: missingReason(memory) },
    uss: figures('uss') ?? rollup('uss') ?? { reason: missingReason(memory) },
    swap: figures('swap') ?? rollup('swap') ?? fromStatus('vmSwap', 'VmSwap (anonymous memory only)'),
    dirty: figures('dirty') ?? rollup('dirty') ?? { reason: missingReason(memory) },
    huge: figures('huge') ?? rollup('huge') ?? { reason: missingReason(memory) },
    hugetlb: figures('hugetlb') ?? fromStatus('hugetlbPages', 'HugetlbPages'),
    locked: fromStatus('vmLck', 'VmLck'),
    pageTables: pageTables(memory),
    mappings: mappings(memory),
    maxMappings: known(host.maxMapCount, '/proc/sys/vm/max_map_count') ?? { reason: 'vm.max_map_count cannot be read' },
  }
  return split(answers)
}

/** Why figures that only smaps has are missing from this report. */
export function missingReason(memory: ProcessMemory): string {
  if (memory.space === null) return 'needs ptrace access to the process'
  const { shallow } = memory.space
  if (shallow?.why === 'asked') return 'smaps was not read: --basic'
  if (shallow?.why === 'too-costly') return 'smaps was not read: it would stall the process longer than --max-stall'
  if (shallow?.why === 'refused' && shallow.refusal.reason === 'not-captured') return 'smaps is not in the capture'
  if (shallow?.why === 'refused') return `smaps could not be read: ${refusalText(shallow.refusal)}`
  if (memory.space.consistency.repaired > 0) return 'mappings appeared while smaps was read, and have no figures'
  return 'this kernel does not print it'
}

function figureAnswers(memory: ProcessMemory, sums: Sums): (id: FigureId) => Known | null {
  const { space } = memory
  if (space === null || space.depth === 'maps') return () => null
  if (space.depth === 'pagemap')
    return (id) => known(sums[id], `pagemap: PAGEMAP_SCAN, as ${keysRead(id, space.table).join(' + ')}`)
  return (id) => known(sums[id], `smaps: Σ ${keysRead(id, space.table).join(' + ')}`)
}

/** From smaps_rollup, where it was read because smaps would have held the process up for longer. */
function rollupAnswers(space: ProcessMemory['space']): (id: FigureId) => Known | null {
  const fields = space?.rollup?.fields
  if (fields === undefined) return () => null
  return (id) => {
    const { required, optional = [] } = figure(id)
    const keys = [...required, ...optional.filter((key) => fields.has(key))]
    const values = keys.map((key) => fields.get(key) ?? Number.NaN)
    const sum = values.reduce((total, value) => total + value, 0)
    return known(Number.isNaN(sum) ? null : sum, `smaps_rollup: ${keys.join(' + ')}`)
  }
}

/** The kernel's keys that a figure was really made of: this kernel may lack optional ones. */
function keysRead(id: FigureId, table: MappingTable): readonly string[] {
  const { required, optional = [] } = figure(id)
  return [...required, ...optional.filter((key) => table.column(key) !== undefined)]
}

function statusAnswers(memory: ProcessMemory): (field: StatusField, kernelName: string) => Answer {
  const { status } = memory
  return (field, kernelName) => {
    const answer = known(status?.[field] ?? null, `status: ${kernelName}`)
    return answer ?? { reason: status === null ? 'status could not be read' : 'this kernel does not print it' }
  }
}

type StatusField =
  | 'vmSize'
  | 'vmRss'
  | 'vmHwm'
  | 'rssAnon'
  | 'rssFile'
  | 'rssShmem'
  | 'vmSwap'
  | 'vmLck'
  | 'hugetlbPages'

function statmSize(memory: ProcessMemory, host: HostFacts): Answer {
  const pages = memory.statm?.size ?? null
  const answer = known(pages === null ? null : pages * host.pageSize, 'statm: size')
  return answer ?? { reason: 'neither status nor statm could be read' }
}

/** Kernels before 4.15 count the second level apart. */
function pageTables(memory: ProcessMemory): Answer {
  const pte = memory.status?.vmPte ?? null
  const pmd = memory.status?.vmPmd ?? null
  const source = pmd === null ? 'status: VmPTE' : 'status: VmPTE + VmPMD'
  return known(pte === null ? null : pte + (pmd ?? 0), source) ?? { reason: 'this kernel does not print it' }
}

function mappings(memory: ProcessMemory): Answer {
  if (memory.space === null) return { reason: missingReason(memory) }
  const { table, depth } = memory.space
  return { value: countMappings(table), source: `${depth === 'smaps' ? depth : 'maps'}: lines, without the gate page` }
}

function known(value: number | null, source: string): Known | null {
  return value === null ? null : { value, source }
}

function split(answers: Record<TotalId, Answer>): TotalsReport {
  const totals: Partial<Record<TotalId, number | null>> = {}
  const sources: Partial<Record<TotalId, string>> = {}
  const unavailable: Partial<Record<TotalId, string>> = {}
  for (const [id, answer] of Object.entries(answers) as [TotalId, Answer][]) {
    totals[id] = 'value' in answer ? answer.value : null
    if ('value' in answer) sources[id] = answer.source
    else unavailable[id] = answer.reason
  }
  return { totals: totals as Totals, sources, unavailable }
}
