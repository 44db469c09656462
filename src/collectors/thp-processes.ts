import { GATE_PAGE, MappingTable } from '../model/mapping-table.ts'
import { parseCmdline } from '../parsers/cmdline.ts'
import { atLeast } from '../parsers/kernel-version.ts'
import { MapsParser } from '../parsers/maps.ts'
import { SmapsParser } from '../parsers/smaps.ts'
import { parseSmapsRollup, type SmapsRollup } from '../parsers/smaps-rollup.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { predict, TYPICAL_RATES, type WalkRates } from './cost.ts'
import type { HostFacts } from './host.ts'
import { readPages, takePageFigures } from './page-tier.ts'
import { type ProcessScan, type ScanAnswer, scanProcesses } from './process-scan.ts'
import { listPids } from './processes.ts'
import { readParsed } from './reading.ts'
import { largestHold, measureRates, pagesOf, rollupHolds } from './walk-cost.ts'

/** What the cheap files say of a process's huge memory. Bytes; `NaN` is unknown. */
export interface HugeUse {
  /** Arguments, binary strings. */
  readonly cmdline: readonly string[]
  readonly rss: number
  readonly anonymous: number
  /** Anonymous memory, each page divided by how often it is mapped; Linux 5.4. */
  readonly pssAnon: number
  readonly anonHuge: number
  readonly shmemHuge: number
  readonly fileHuge: number
  readonly hugetlb: number
  /** Private anonymous address space in whole huge pages: what could be huge at most. */
  readonly capable: number
  /** `null` where it is not printed. */
  readonly thpEnabled: boolean | null
  /** The sums are not known, because reading them would have made the process wait longer than was allowed. */
  readonly tooCostly: boolean
}

/** How far to go. */
export interface HugeScanOptions {
  /** Bytes of a huge page. */
  readonly block: number
  readonly maxStallMs: number
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Reads the huge memory of all processes: status, maps and smaps_rollup of each. */
export function scanHugeUse(trees: Trees, host: HostFacts, options: HugeScanOptions): ProcessScan<HugeUse> {
  let measured: WalkRates | null = null
  const rates = (): WalkRates => {
    measured ??= measureRates()
    return measured
  }
  const terms = { ...options, rates }
  return scanProcesses(trees, listPids(trees), (tree) => readUse(tree, host, terms), options.onProgress)
}

/** This machine's speed is measured only where it matters. */
type Terms = HugeScanOptions & { readonly rates: () => WalkRates }

function readUse(tree: FileTree, host: HostFacts, options: Terms): ScanAnswer<HugeUse> {
  const status = readParsed(tree, 'status', parseStatus)
  if (status === null) return 'vanished'
  const maps = new MappingTable()
  const parser = new MapsParser(maps)
  const listed = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!listed.ok) return listed.refusal.reason === 'denied' ? 'denied' : 'vanished'
  const sums =
    stallOf(status, maps, host) > options.maxStallMs ? pageSums(tree, maps, host, options) : readSums(tree, host)
  if (sums === null) return 'vanished'
  return {
    cmdline: readParsed(tree, 'cmdline', parseCmdline) ?? [],
    rss: status.vmRss ?? Number.NaN,
    anonymous: sums.anonymous ?? Number.NaN,
    pssAnon: sums.pssAnon ?? Number.NaN,
    anonHuge: sums.anonHugePages ?? Number.NaN,
    // Kernels that lack these lines have no such pages.
    shmemHuge: sums.shmemPmdMapped ?? 0,
    fileHuge: sums.filePmdMapped ?? 0,
    hugetlb: status.hugetlbPages ?? Number.NaN,
    capable: capableBytes(maps, options.block),
    thpEnabled: status.thpEnabled,
    tooCostly: sums === UNREAD,
  }
}

function stallOf(status: ProcStatus, maps: MappingTable, host: HostFacts): number {
  const holds = atLeast(host.kernel, 4, 14) ? rollupHolds(host.kernel) : 'smaps'
  const held = holds === 'all' ? null : largestHold(maps, host.pageSize, holds)
  const size = pagesOf({ resident: status.vmRss ?? 0, pageTables: status.vmPte }, host.pageSize)
  return predict({ mappings: maps.length, held, ...size }, TYPICAL_RATES).stallMs
}

type Sums = Pick<SmapsRollup, 'anonymous' | 'pssAnon' | 'anonHugePages' | 'shmemPmdMapped' | 'filePmdMapped'>

const UNREAD: Sums = {
  anonymous: Number.NaN,
  pssAnon: Number.NaN,
  anonHugePages: Number.NaN,
  shmemPmdMapped: Number.NaN,
  filePmdMapped: Number.NaN,
}

/** What looking at pages tells instead; or that a walk is short enough all the same. */
function pageSums(tree: FileTree, maps: MappingTable, host: HostFacts, options: Terms): Sums | null {
  const { maxStallMs } = options
  const pages = readPages(tree, maps, { pageSize: host.pageSize, maxStallMs, rates: options.rates() })
  if (!pages.ok) return UNREAD
  if (pages.rollup.stallMs <= maxStallMs) return readSums(tree, host)
  takePageFigures(tree, maps, pages.sums)
  return { ...sumsOf(maps), pssAnon: null }
}

/** Kernels before 4.14 have no smaps_rollup: there smaps is added up. */
function readSums(tree: FileTree, host: HostFacts): Sums | null {
  return atLeast(host.kernel, 4, 14) ? readParsed(tree, 'smaps_rollup', parseSmapsRollup) : addedUp(tree)
}

const KEYS = new Set(['Anonymous', 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped'])

function addedUp(tree: FileTree): Sums | null {
  const table = new MappingTable()
  const parser = new SmapsParser(table, KEYS)
  const read = tree.scan('smaps', (bytes, length, final) => parser.write(bytes, length, final))
  return !read.ok || table.length === 0 ? null : sumsOf(table)
}

function sumsOf(table: MappingTable): Sums {
  const sum = (key: string): number | null => {
    const column = table.column(key)
    if (column === undefined) return null
    let bytes = 0
    for (let row = 0; row < table.length; row++) bytes += column.at(row)
    return bytes
  }
  return {
    anonymous: sum('Anonymous'),
    pssAnon: null,
    anonHugePages: sum('AnonHugePages'),
    shmemPmdMapped: sum('ShmemPmdMapped'),
    filePmdMapped: sum('FilePmdMapped'),
  }
}

/** Names that the kernel gives to private anonymous memory. */
const ANONYMOUS_NAME = /^(?:\[heap\]|\[stack\]|\[anon:.*\])?$/s

function capableBytes(table: MappingTable, block: number): number {
  let capable = 0
  for (let row = 0; row < table.length; row++) {
    const start = table.start[row] as number
    const private_ = !table.hasInode(row) && start < GATE_PAGE && table.perms[row] !== 0
    if (!private_ || !ANONYMOUS_NAME.test(table.nameOf(row))) continue
    const whole = Math.floor((table.end[row] as number) / block) - Math.ceil(start / block)
    capable += Math.max(0, whole * block)
  }
  return capable
}
