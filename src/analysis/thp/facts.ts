import type { MappingTable } from '../../model/mapping-table.ts'
import { GATE_PAGE } from '../../model/mapping-table.ts'
import type { ThpSettings } from '../../model/thp-settings.ts'
import type { Classification } from '../classify/classification.ts'
import { type Backing, backingOf, type MountFacts } from './backing.ts'
import { cutBytes } from './cut.ts'
import { allows, anonymousPolicy, type Policy, shmemPolicy } from './policy.ts'
import { fits, type Shape, shapeOf } from './shape.ts'

/** What decides whether a mapping's memory is huge. Bytes; `NaN` is unknown. */
export interface MappingFacts {
  readonly row: number
  readonly size: number
  readonly backing: Backing
  /** VmFlags; `null` when smaps was not read. */
  readonly flags: readonly string[] | null
  /** How it lies among huge pages of the PMD size. */
  readonly shape: Shape
  readonly rss: number
  readonly anonymous: number
  readonly anonHuge: number
  readonly shmemHuge: number
  readonly fileHuge: number
  /** Mapped by huge entries: the three together. */
  readonly huge: number
  /** Resident and not so mapped. */
  readonly small: number
  /** Of `small`, at most so much lies in whole blocks. */
  readonly within: number
  readonly hugetlb: number
  readonly swap: number
  /** Mapped more than once, by other processes as a rule. */
  readonly shared: number
  readonly ksm: number
  /** What smaps says as THPeligible; `null` where it does not. */
  readonly eligible: boolean | null
  /** Whether the policy for its kind of memory lets it have huge pages of the PMD size; `null` without settings. */
  readonly policy: Policy | null
  /** Sizes of large folios below the PMD size that it may have, by policy and shape, ascending. */
  readonly smaller: readonly number[]
  /** Bytes of it in blocks that a hole or another part of the same memory divides; looked for where policy allows. */
  readonly cut: number
}

/** What the facts are made from. */
export interface FactsSource {
  readonly table: MappingTable
  readonly classes: Classification
  readonly settings: ThpSettings | null
  readonly mounts: ReadonlyMap<number, MountFacts>
  /** Size in bytes of a huge page. */
  readonly block: number
}

/** Gathers the facts of every mapping of a process, in address order. */
export function mappingFacts(source: FactsSource): readonly MappingFacts[] {
  const { table } = source
  const value = fieldReader(table)
  const facts: MappingFacts[] = []
  for (let row = 0; row < table.length; row++) facts.push(factsOf(source, row, value))
  return facts
}

type FieldReader = (key: string, row: number) => number

function factsOf(source: FactsSource, row: number, value: FieldReader): MappingFacts {
  const { table, settings, block } = source
  const start = table.start[row] as number
  const end = table.end[row] as number
  const flags = table.flagsOf(row)
  const backing = rowBacking(source, row)
  const offset = backing.of === 'anonymous' ? null : table.offset.at(row)
  const shape = shapeOf(start, end, offset, block)
  const [rss, anonHuge] = [value('Rss', row), value('AnonHugePages', row)]
  // Kernels that lack these lines have no such pages.
  const ifPrinted = (key: string): number => (table.column(key) === undefined ? 0 : value(key, row))
  const [shmemHuge, fileHuge] = [ifPrinted('ShmemPmdMapped'), ifPrinted('FilePmdMapped')]
  const huge = anonHuge + shmemHuge + fileHuge
  const small = Math.max(0, rss - huge)
  const eligible = value('THPeligible', row)
  const advised = flags?.includes('hg') ?? false
  const policy = settings === null ? null : policyFor(settings, backing, settings.pmdSize)
  return {
    row,
    size: end - start,
    backing,
    flags,
    shape,
    rss,
    anonymous: value('Anonymous', row),
    anonHuge,
    shmemHuge,
    fileHuge,
    huge,
    small,
    within: Math.max(0, Math.min(small, shape.capable - huge)),
    hugetlb: flags === null && backing.of === 'hugetlb' ? Number.NaN : hugetlbOf(value, row),
    swap: value('Swap', row),
    shared: value('Shared_Clean', row) + value('Shared_Dirty', row),
    ksm: orNothing(value('KSM', row)),
    eligible: Number.isNaN(eligible) ? null : eligible === 1,
    policy,
    smaller: settings === null ? [] : smallerSizes(settings, backing, advised, { start, end, offset }),
    // Without flags nobody knows what was advised, and so whether it matters.
    cut: small > 0 && policy !== null && allows(policy, advised || flags === null) ? cutBytes(table, row, block) : 0,
  }
}

function rowBacking({ table, classes, mounts }: FactsSource, row: number): Backing {
  if ((table.start[row] as number) >= GATE_PAGE) return { of: 'none' }
  return backingOf(classes.kind(row), table.hasInode(row), mounts.get(table.device.at(row)) ?? null)
}

function policyFor(settings: ThpSettings, backing: Backing, size: number): Policy | null {
  if (backing.of === 'anonymous') return anonymousPolicy(settings, size)
  return backing.of === 'shmem' ? shmemPolicy(settings, size, backing.owner) : null
}

interface Place {
  readonly start: number
  readonly end: number
  readonly offset: number | null
}

function smallerSizes(settings: ThpSettings, backing: Backing, advised: boolean, place: Place): readonly number[] {
  const { start, end, offset } = place
  return settings.sizes
    .map(({ size }) => size)
    .filter((size) => {
      if (size >= settings.pmdSize) return false
      const policy = policyFor(settings, backing, size)
      return policy !== null && allows(policy, advised) && fits(start, end, offset, size)
    })
}

/** Columns are looked up once, not for each row. */
function fieldReader(table: MappingTable): FieldReader {
  const columns = new Map(table.columns.map((column) => [column.key, column]))
  return (key, row) => columns.get(key)?.at(row) ?? Number.NaN
}

function hugetlbOf(value: FieldReader, row: number): number {
  return orNothing(value('Shared_Hugetlb', row)) + orNothing(value('Private_Hugetlb', row))
}

function orNothing(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
