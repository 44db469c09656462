const BLOCK_BITS = 12
/** Rows of a block. */
export const BLOCK_ROWS = 2 ** BLOCK_BITS
/** Rows that a column has room for at first: most processes have fewer. */
const FIRST_ROWS = 256
const LAST_OF_BLOCK = BLOCK_ROWS - 1

/** The numbers of a block: `least + steps[index] * scale`, or `known[steps[index]]`; without steps all are `least`. */
interface Packed {
  readonly least: number
  readonly scale: number
  readonly steps: Uint8Array | Uint16Array | Uint32Array | Float64Array | null
  /** The few numbers that a block consists of, where they lie far apart: devices, inodes. */
  readonly known: readonly number[] | null
}

/** Columns of so few blocks stay as they are: to pack 65,000 rows took up to a fifth more CPU time for `--json`. */
const FEW_BLOCKS = 16

/**
 * A column of numbers, one a row, in any number of rows; `NaN` is "unknown".
 *
 * In a long column only the block of rows that is being written is held as doubles. The others are packed into the
 * narrowest integers that hold them, most into none at all: of a million mappings' smaps 24 columns are 192 MB as doubles
 * and about 10 MB packed, and nothing is copied when a table grows.
 */
export class PackedNumbers {
  readonly #scale: number
  /** Blocks by their numbers, of which each is in one of the two. */
  #plain: (Float64Array | undefined)[] = []
  readonly #packed: (Packed | undefined)[] = []
  #open: Float64Array = new Float64Array(FIRST_ROWS).fill(Number.NaN)
  /** Which block is open. */
  #block = 0

  /** @param scale What the numbers are mostly multiples of; any number can be held. */
  constructor(scale = 1) {
    this.#scale = scale
  }

  /** The value of a row; `NaN` for one that was never told. */
  at(row: number): number {
    const block = row >>> BLOCK_BITS
    const index = row & LAST_OF_BLOCK
    const plain = block === this.#block ? this.#open : this.#plain[block]
    if (plain !== undefined) return plain[index] ?? Number.NaN
    const packed = this.#packed[block]
    return packed === undefined ? Number.NaN : unpacked(packed, index)
  }

  /** Enters the value of a row. */
  set(row: number, value: number): void {
    const index = row & LAST_OF_BLOCK
    if (row >>> BLOCK_BITS === this.#block && index < this.#open.length) this.#open[index] = value
    else this.open(row)[index] = value
  }

  /**
   * The numbers of the block that a row is in, for whoever writes many: row `r` is at `r % BLOCK_ROWS`. To be asked for
   * anew behind the end of the array, which may be shorter than a block, and whenever a block begins.
   */
  open(row: number): Float64Array {
    const block = row >>> BLOCK_BITS
    if (block !== this.#block) this.#change(block)
    else if ((row & LAST_OF_BLOCK) >= this.#open.length) this.#open = longer(this.#open, row & LAST_OF_BLOCK)
    return this.#open
  }

  #change(block: number): void {
    const closed = longer(this.#open, LAST_OF_BLOCK)
    this.#plain[this.#block] = closed
    if (block >= FEW_BLOCKS) {
      this.#packAll()
      // Its numbers are packed, so it serves again: an array a block left up to 10 MiB of garbage.
      this.#open = this.#opened(block, closed)
    } else this.#open = this.#opened(block, new Float64Array(BLOCK_ROWS))
    this.#block = block
  }

  #packAll(): void {
    for (const [at, plain] of this.#plain.entries()) {
      if (plain !== undefined) this.#packed[at] = pack(plain, this.#scale)
    }
    this.#plain = []
  }

  /** The numbers of a block that was not open; in `room`, if they are not in an array of their own. */
  #opened(block: number, room: Float64Array): Float64Array {
    const plain = this.#plain[block]
    const packed = this.#packed[block]
    this.#plain[block] = undefined
    this.#packed[block] = undefined
    if (plain !== undefined) return plain
    if (packed === undefined) return room.fill(Number.NaN)
    for (let index = 0; index < BLOCK_ROWS; index++) room[index] = unpacked(packed, index)
    return room
  }
}

/** The same numbers with room for one at `index`. */
function longer(values: Float64Array, index: number): Float64Array {
  let { length } = values
  if (index < length) return values
  while (length <= index) length *= 2
  const room = new Float64Array(length).fill(Number.NaN)
  room.set(values)
  return room
}

/** Packs a block: multiples of `scale` by their distance from the least, others by which of few numbers they are. */
function pack(values: Float64Array, scale: number): Packed {
  const { least, most } = rangeOf(values, scale)
  const range = most - least
  if (range === 0) return { least: least * scale, scale, steps: null, known: null }
  const few = range < 2 ** 8 ? null : byNumber(values)
  if (few !== null) return few
  if (Number.isNaN(range)) return { least: 0, scale: 1, steps: values.slice(), known: null }
  const steps = roomFor(range)
  for (let index = 0; index < steps.length; index++) steps[index] = (values[index] as number) / scale - least
  return { least: least * scale, scale, steps, known: null }
}

/** The least and the most of a block in units of `scale`; `NaN` when one is no whole number below 2^31 of them. */
function rangeOf(values: Float64Array, scale: number): { readonly least: number; readonly most: number } {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    const step = value / scale
    if ((step | 0) !== step) return { least: Number.NaN, most: Number.NaN }
    if (step < least) least = step
    if (step > most) most = step
  }
  return { least, most }
}

function roomFor(range: number): Uint8Array | Uint16Array | Uint32Array {
  if (range < 2 ** 8) return new Uint8Array(BLOCK_ROWS)
  return range < 2 ** 16 ? new Uint16Array(BLOCK_ROWS) : new Uint32Array(BLOCK_ROWS)
}

/** `null` when a block has more than 256 different numbers. */
function byNumber(values: Float64Array): Packed | null {
  const ids = new Map<number, number>()
  const steps = new Uint8Array(BLOCK_ROWS)
  for (let index = 0; index < values.length; index++) {
    const double = values[index] as number
    // A double that is a small integer is looked up several times faster as one.
    const value = (double | 0) === double ? double | 0 : double
    const id = ids.get(value) ?? ids.size
    if (id === 2 ** 8) return null
    ids.set(value, id)
    steps[index] = id
  }
  const known = [...ids.keys()]
  return { least: known[0] as number, scale: 1, steps: known.length === 1 ? null : steps, known }
}

function unpacked({ least, scale, steps, known }: Packed, index: number): number {
  if (steps === null) return least
  const step = steps[index] as number
  return known === null ? least + step * scale : (known[step] as number)
}
