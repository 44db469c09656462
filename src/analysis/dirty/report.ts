import type { CgroupDirty } from '../../collectors/cgroup-dirty.ts'
import type { HostFacts } from '../../collectors/host.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import type { WritebackState } from '../../collectors/writeback.ts'
import type { WritebackDevice } from '../../collectors/writeback-devices.ts'
import type { Durability } from '../../model/durability.ts'
import type { PageCacheRefusal } from '../../model/page-cache.ts'
import type { SourceRead } from '../../model/provenance.ts'
import { missingReason } from '../totals.ts'
import { type DirtyFile, dirtyFiles, type FileFacts } from './files.ts'
import type { DirtyMappings, DurabilityGroup } from './process.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'
import { type Standing, standingOf } from './standing.ts'

/** A process and what a power failure would take of its files. Bytes; `NaN` is unknown. */
export interface DirtyProcess {
  readonly memory: ProcessMemory
  readonly mappings: DirtyMappings
  /** By what becomes of a store. */
  readonly groups: readonly DurabilityGroup[]
  /** Of the files that it maps or has open for writing, whoever stored to them; each file once. */
  readonly atRisk: number
  /** Whether `atRisk` is the least that it may be. */
  readonly atLeast: boolean
  /** Dirty as its own mappings of files show it, each page once. */
  readonly mapped: number
  /** Files with something at risk. */
  readonly files: number
  /** Mappings through which stores need msync. */
  readonly msyncMappings: number
  /** Not data at risk: private memory without a file, copies of pages of files, memory that no disk backs. */
  readonly anonymous: number
  readonly copies: number
  readonly volatile: number
  /** Dirty pages of files without a name. */
  readonly unlinked: number
  /** Why figures of smaps are unknown; `null` when they are known. */
  readonly missing: string | null
  /** Its cgroup, of TARGETs; `null` where that is not to be seen. */
  readonly cgroup: CgroupDirty | null
}

/** What all files together would lose, each counted once. Bytes. */
export interface RiskTotal {
  /** Files with something at risk. */
  readonly files: number
  /** Files of which it is not known. */
  readonly unknown: number
  readonly atRisk: number
  /** Whether it is the least that it may be: some file's page cache could not be asked about. */
  readonly atLeast: boolean
  readonly dirty: number
  readonly writeback: number
  /** Dirty as mappings show it; `NaN` when some of them have not been walked. */
  readonly mapped: number
}

/** How many processes were looked at to find those that matter. */
export interface DirtyScan {
  /** Processes with memory. */
  readonly looked: number
  /** Processes that did not let themselves be read. */
  readonly denied: number
}

/** Everything that any form of `mmapctl dirty` shows. */
export interface DirtyReport {
  readonly host: HostFacts
  readonly standing: Standing
  readonly devices: readonly WritebackDevice[]
  readonly processes: readonly DirtyProcess[]
  /** Files with something at risk, with stores that need care, or of which it is not known. */
  readonly files: readonly DirtyFile[]
  readonly total: RiskTotal
  /** What of the host's dirty memory the files are; `null` when only some processes were asked about. */
  readonly reconciliation: Reconciliation | null
  readonly scan: DirtyScan | null
  readonly openFiles: OpenFilesLook
  /** Why the page cache of files could not be asked about, those included that are not listed; each file once. */
  readonly refusals: readonly PageCacheRefusal[]
  readonly provenance: readonly SourceRead[]
}

/** Whether files that are open for writing and not mapped are in the report. */
export type OpenFilesLook =
  | { readonly looked: true }
  | { readonly looked: false; readonly why: 'not-asked' | PageCacheRefusal }

/** What was read for a report. */
export interface DirtyFacts {
  readonly host: HostFacts
  readonly state: WritebackState
  readonly devices: readonly WritebackDevice[]
  readonly processes: readonly DirtyMappings[]
  readonly files: FileFacts
  /** By PID. */
  readonly cgroups: ReadonlyMap<number, CgroupDirty>
  readonly scan: DirtyScan | null
  readonly openFiles: OpenFilesLook
  readonly provenance: readonly SourceRead[]
}

/** Makes the report. */
export function dirtyReport(facts: DirtyFacts): DirtyReport {
  const { host, state, devices, processes, scan, openFiles, provenance } = facts
  const standing = standingOf(state, host.pageSize)
  // What processes hold that did not let themselves be read is in no sum.
  const unseen = (scan?.denied ?? 0) > 0
  const all = dirtyFiles(processes, facts.files, host.pageSize)
  const byPid = filesByPid(all)
  const reports = processes.map((process) => {
    const own = dirtyFiles([process], facts.files, host.pageSize)
    const { pid } = process.memory
    return { ...processReport(process, byPid.get(pid) ?? [], own), cgroup: facts.cgroups.get(pid) ?? null }
  })
  return {
    host,
    standing,
    devices,
    processes: scan === null ? reports : reports.filter(matters),
    files: all.filter(isOfInterest),
    total: totalOf(all, unseen),
    reconciliation: scan === null ? null : reconcile(all, standing, unseen),
    scan,
    openFiles,
    refusals: all.flatMap(({ refusal }) => refusal ?? []),
    provenance,
  }
}

/** Words of a file that a person cares for even while nothing of it is dirty. */
const CARE: readonly Durability[] = ['msync', 'unlinked']

function isOfInterest({ atRisk, durability, dirty, writeback, mapped }: DirtyFile): boolean {
  return CARE.includes(durability) || atRisk !== 0 || dirty > 0 || writeback > 0 || mapped > 0
}

/** Of a scan, those with anything at risk or with mappings that stores go through. */
function matters({ atRisk, msyncMappings, unlinked }: DirtyProcess): boolean {
  return atRisk > 0 || msyncMappings > 0 || unlinked > 0
}

/**
 * @param files That it maps or has open, as all processes together show them.
 * @param own The same as it alone shows them.
 */
function processReport(
  mappings: DirtyMappings,
  files: readonly DirtyFile[],
  own: readonly DirtyFile[],
): Omit<DirtyProcess, 'cgroup'> {
  const { memory, groups, looked } = mappings
  const total = totalOf(files, false)
  const known = memory.space !== null && looked
  const of = (durability: Durability, figure: 'dirty' | 'copies' | 'mappings'): number =>
    groups.find((group) => group.durability === durability)?.[figure] ?? (known ? 0 : Number.NaN)
  return {
    memory,
    mappings,
    groups,
    atRisk: memory.space === null ? Number.NaN : total.atRisk,
    atLeast: total.atLeast,
    mapped: known && memory.space?.depth === 'smaps' ? totalOf(own, false).mapped : Number.NaN,
    files: total.files,
    msyncMappings: looked ? of('msync', 'mappings') : 0,
    anonymous: of('anonymous', 'dirty'),
    copies: of('private', 'copies'),
    volatile: of('volatile', 'dirty'),
    unlinked: of('unlinked', 'dirty'),
    missing: missingFigures(mappings),
  }
}

function missingFigures({ memory, looked }: DirtyMappings): string | null {
  if (memory.space?.depth === 'smaps') return null
  return looked ? missingReason(memory) : 'what maps no file shared and writable was not walked'
}

function filesByPid(files: readonly DirtyFile[]): ReadonlyMap<number, readonly DirtyFile[]> {
  const found = new Map<number, DirtyFile[]>()
  for (const file of files) {
    for (const pid of file.pids) {
      const own = found.get(pid)
      if (own === undefined) found.set(pid, [file])
      else own.push(file)
    }
  }
  return found
}

/** Adds files up. What is not known of one makes the sum the least that it may be. */
function totalOf(files: readonly DirtyFile[], unseen: boolean): RiskTotal {
  const sum = (value: (file: DirtyFile) => number): number =>
    files.reduce((total, file) => total + (Number.isNaN(value(file)) ? 0 : value(file)), 0)
  return {
    files: files.filter(({ atRisk }) => atRisk > 0).length,
    unknown: files.filter(({ atRisk }) => Number.isNaN(atRisk)).length,
    atRisk: sum(({ atRisk }) => atRisk),
    atLeast: unseen || files.some(({ atLeast }) => atLeast),
    dirty: sum(({ dirty, unlinked }) => (unlinked ? 0 : dirty)),
    writeback: sum(({ writeback, unlinked }) => (unlinked ? 0 : writeback)),
    mapped: files.reduce((total, { mapped, unlinked }) => total + (unlinked ? 0 : mapped), 0),
  }
}
