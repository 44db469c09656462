import type { Address } from './address.ts'
import { NamePool } from './name-pool.ts'
import { PackedNumbers } from './packed-numbers.ts'
import { type FieldUnit, UsageColumn } from './usage-column.ts'

/** A bare-minimum row count that no small process ever has to grow from. */
const INITIAL_CAPACITY = 256
/** What file offsets are multiples of, on every machine. */
const PAGE = 4096
/** A table that outgrows this many rows gets room for `HUGE` at once: what is never written takes no memory. */
const LARGE = 16_384
const HUGE = 2 ** 20
/** The largest id that 16 bits hold. */
const NARROW_IDS = 0xffff
const MINOR_BITS = 20
const MINOR_SPAN = 2 ** MINOR_BITS

/** Ids of texts, of 16 bits while they fit: 4 MB less of a million mappings, which share a few hundred names and flags. */
export type Ids = Uint16Array | Int32Array

/**
 * The mappings of one address space in address order, one row per VMA of the kernel, never coalesced.
 *
 * A struct of arrays rather than an array of objects: at 65,000 mappings it is five times faster to fill, makes no
 * garbage, and needs an eighth of the memory. Grow it only through `reserve`, before the loop that fills it.
 */
export class MappingTable {
  length = 0
  start = new Float64Array(INITIAL_CAPACITY)
  /** Exclusive. */
  end = new Float64Array(INITIAL_CAPACITY)
  /** Offset in the file, in bytes; 0 when no file is attached. */
  readonly offset = new PackedNumbers(PAGE)
  /** Bits of `perms.ts`. */
  perms = new Uint8Array(INITIAL_CAPACITY)
  /** Superblock device, major and minor packed as the kernel's `dev_t` (20 minor bits). */
  readonly device = new PackedNumbers()
  /** Inode number; see `inodeText` for those above 2^53. */
  readonly inode = new PackedNumbers()
  /** Index into `names`; 0 is "no name". Entered with `setName`. */
  name: Ids = new Uint16Array(INITIAL_CAPACITY)
  /** Index into `flagSets` plus one; 0 is "VmFlags not known". Entered with `setFlags`. */
  flags: Ids = new Uint16Array(INITIAL_CAPACITY)

  readonly names = new NamePool()
  /** Distinct `VmFlags:` values as printed, such as `rd wr mr mw me ac`. */
  readonly flagSets = new NamePool()
  /** Figures of smaps in the kernel's order; empty when only maps was read. */
  readonly columns: UsageColumn[] = []
  /** Inodes that a double cannot hold, by row. */
  readonly bigInodes = new Map<number, string>()
  /** Values of unknown smaps lines that are not numbers, by kernel key and row. */
  readonly texts = new Map<string, Map<number, string>>()
  /** The text ended inside a record: the kernel's answer was cut short. */
  truncated = false

  #capacity = INITIAL_CAPACITY
  readonly #splitFlags: (readonly string[])[] = []

  /** Makes room for `count` rows in all. */
  reserve(count: number): void {
    if (count <= this.#capacity) return
    const capacity = Math.max(count, this.#capacity * 2, count > LARGE ? HUGE : 0)
    this.start = grown(this.start, new Float64Array(capacity))
    this.end = grown(this.end, new Float64Array(capacity))
    this.perms = grown(this.perms, new Uint8Array(capacity))
    this.name = grown(this.name, emptyLike(this.name, capacity))
    this.flags = grown(this.flags, emptyLike(this.flags, capacity))
    this.#capacity = capacity
  }

  /** Enters the name of a row, an index into `names`. */
  setName(row: number, id: number): void {
    if (id > NARROW_IDS) this.name = widened(this.name)
    this.name[row] = id
  }

  /** Enters the VmFlags of a row, an index into `flagSets` plus one. */
  setFlags(row: number, id: number): void {
    if (id > NARROW_IDS) this.flags = widened(this.flags)
    this.flags[row] = id
  }

  /** Adds a column of unknown values for a field seen for the first time. */
  addColumn(key: string, unit: FieldUnit): UsageColumn {
    const column = new UsageColumn(key, unit)
    this.columns.push(column)
    return column
  }

  /** The column of a kernel key, or `undefined` when this kernel does not print it (or it was not asked for). */
  column(key: string): UsageColumn | undefined {
    return this.columns.find((column) => column.key === key)
  }

  /** A figure of one row, `NaN` when unknown. */
  value(key: string, row: number): number {
    return this.column(key)?.at(row) ?? Number.NaN
  }

  /** Length of a mapping in bytes. */
  size(row: number): number {
    return (this.end[row] as Address) - (this.start[row] as Address)
  }

  /** The name as the kernel printed it, as a binary string; empty when there is none. */
  nameOf(row: number): string {
    return this.names.get(this.name[row] as number)
  }

  /** The two-letter VmFlags of a row, or `null` when they are not known. */
  flagsOf(row: number): readonly string[] | null {
    const id = this.flags[row] as number
    if (id === 0) return null
    const known = this.#splitFlags[id]
    if (known !== undefined) return known
    const text = this.flagSets.get(id - 1)
    const codes = text === '' ? [] : text.split(' ')
    this.#splitFlags[id] = codes
    return codes
  }

  /** The inode in exact decimal digits. */
  inodeText(row: number): string {
    return this.bigInodes.get(row) ?? String(this.inode.at(row))
  }

  /** Whether the row has a file behind it (an inode), real or of the kernel's own. */
  hasInode(row: number): boolean {
    return this.inode.at(row) !== 0
  }
}

/** Where the kernel's own half begins. The gate page of x86-64 lies there: printed with every process, part of none. */
export const GATE_PAGE = 0xffffffff00000000

/** How many of the mappings count against `vm.max_map_count`: all but the gate page. */
export function countMappings(table: MappingTable): number {
  const last = table.length - 1
  return last >= 0 && (table.start[last] as number) >= GATE_PAGE ? last : table.length
}

/** Packs a device number as the kernel's `dev_t` does. */
export function packDevice(major: number, minor: number): number {
  return major * MINOR_SPAN + minor
}

/** The same of a device number as stat(2) gives it: linux/kdev_t.h new_encode_dev, taken apart as makedev(3) does. */
export function packStatDevice(encoded: bigint): number {
  const major = ((encoded >> 8n) & 0xfffn) | ((encoded >> 32n) & 0xfffff000n)
  const minor = (encoded & 0xffn) | ((encoded >> 12n) & 0xffffff00n)
  return packDevice(Number(major), Number(minor))
}

/** `fe:00`: the kernel's own spelling, hex, at least two digits each. */
export function deviceText(device: number): string {
  const minor = device % MINOR_SPAN
  const major = (device - minor) / MINOR_SPAN
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`
}

function emptyLike(ids: Ids, capacity: number): Ids {
  return ids instanceof Uint16Array ? new Uint16Array(capacity) : new Int32Array(capacity)
}

function widened(ids: Ids): Ids {
  return ids instanceof Uint16Array ? Int32Array.from(ids) : ids
}

function grown<Column extends Float64Array | Uint8Array | Ids>(old: Column, fresh: Column): Column {
  fresh.set(old)
  return fresh
}
