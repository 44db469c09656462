import { GATE_PAGE, MappingTable } from '../model/mapping-table.ts'
import { parseCmdline } from '../parsers/cmdline.ts'
import { atLeast } from '../parsers/kernel-version.ts'
import { MapsParser } from '../parsers/maps.ts'
import { SmapsParser } from '../parsers/smaps.ts'
import { parseSmapsRollup, type SmapsRollup } from '../parsers/smaps-rollup.ts'
import { type ProcStatus, parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { predict, TYPICAL_RATES } from './cost.ts'
import type { HostFacts } from './host.ts'
import { type ProcessScan, type ScanAnswer, scanProcesses } from './process-scan.ts'
import { listPids } from './processes.ts'
import { readParsed } from './reading.ts'
import { largestHold, pagesOf, rollupHolds } from './walk-cost.ts'

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
  /** The sums were not read, because that would have made the process wait longer than was allowed. */
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
  return scanProcesses(trees, listPids(trees), (tree) => readUse(tree, host, options), options.onProgress)
}

function readUse(tree: FileTree, host: HostFacts, options: HugeScanOptions): ScanAnswer<HugeUse> {
  const status = readParsed(tree, 'status', parseStatus)
  if (status === null) return 'vanished'
  const maps = new MappingTable()
  const parser = new MapsParser(maps)
  const listed = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!listed.ok) return listed.refusal.reason === 'denied' ? 'denied' : 'vanished'
  const tooCostly = stallOf(status, maps, host) > options.maxStallMs
  const sums = tooCostly ? null : readSums(tree, host)
  if (sums === null && !tooCostly) return 'vanished'
  return {
    cmdline: readParsed(tree, 'cmdline', parseCmdline) ?? [],
    rss: status.vmRss ?? Number.NaN,
    anonymous: sums?.anonymous ?? Number.NaN,
    pssAnon: sums?.pssAnon ?? Number.NaN,
    anonHuge: sums?.anonHugePages ?? Number.NaN,
    // Kernels that lack these lines have no such pages.
    shmemHuge: sums === null ? Number.NaN : (sums.shmemPmdMapped ?? 0),
    fileHuge: sums === null ? Number.NaN : (sums.filePmdMapped ?? 0),
    hugetlb: status.hugetlbPages ?? Number.NaN,
    capable: capableBytes(maps, options.block),
    thpEnabled: status.thpEnabled,
    tooCostly,
  }
}

function stallOf(status: ProcStatus, maps: MappingTable, host: HostFacts): number {
  const holds = atLeast(host.kernel, 4, 14) ? rollupHolds(host.kernel) : 'smaps'
  const held = holds === 'all' ? null : largestHold(maps, host.pageSize, holds)
  const size = pagesOf({ resident: status.vmRss ?? 0, pageTables: status.vmPte }, host.pageSize)
  return predict({ mappings: maps.length, held, ...size }, TYPICAL_RATES).stallMs
}

type Sums = Pick<SmapsRollup, 'anonymous' | 'pssAnon' | 'anonHugePages' | 'shmemPmdMapped' | 'filePmdMapped'>

/** Kernels before 4.14 have no smaps_rollup: there smaps is added up. */
function readSums(tree: FileTree, host: HostFacts): Sums | null {
  return atLeast(host.kernel, 4, 14) ? readParsed(tree, 'smaps_rollup', parseSmapsRollup) : addedUp(tree)
}

const KEYS = new Set(['Anonymous', 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped'])

function addedUp(tree: FileTree): Sums | null {
  const table = new MappingTable()
  const parser = new SmapsParser(table, KEYS)
  const read = tree.scan('smaps', (bytes, length, final) => parser.write(bytes, length, final))
  if (!read.ok || table.length === 0) return null
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
