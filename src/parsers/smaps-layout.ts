import { BLOCK_ROWS } from '../model/packed-numbers.ts'
import type { UsageColumn } from '../model/usage-column.ts'
import { COLON, decimalEndingAt, LF } from './ascii.ts'

const LETTER_V = 0x56
/** Length of the label in front of a record's flags. */
export const FLAGS_LABEL_BYTES = 'VmFlags:'.length

/** Where one field's line lies in a record. Offsets are from the start of the record's body. */
export interface FieldPlace {
  readonly firstByte: number
  readonly lineStart: number
  readonly colon: number
  /** The last digit of the value. */
  readonly valueEnd: number
  readonly lineEnd: number
  readonly scale: number
  /** Where the value goes; `null` when it is not wanted. */
  readonly column: UsageColumn | null
}

/**
 * The body of a record up to its `VmFlags:` line, which a kernel prints alike for every mapping: learnt from one
 * record, checked on each. Kept in flat arrays, since it is gone through for every mapping: of objects it took half as
 * long again.
 */
export class BodyLayout {
  /** Bytes from the start of the body to its `VmFlags:` line. */
  readonly length: number
  /** Lines before `VmFlags:`. */
  readonly lines: number

  /** Three bytes of every line that must be where they are, by offset: the key's first, its colon, the line feed. */
  readonly #offsets: Int32Array
  readonly #bytes: Uint8Array
  readonly #valueEnds: Int32Array
  readonly #scales: Float64Array
  readonly #columns: readonly UsageColumn[]
  #values: readonly Float64Array[] = []
  /** The rows that `#values` are of. */
  #from = 0
  #to = 0

  constructor(places: readonly FieldPlace[], length: number) {
    const kept = places.filter((place) => place.column !== null)
    this.length = length
    this.lines = places.length
    this.#offsets = Int32Array.from(places.flatMap((place) => [place.lineEnd, place.colon, place.lineStart]))
    this.#bytes = Uint8Array.from(places.flatMap((place) => [LF, COLON, place.firstByte]))
    this.#valueEnds = Int32Array.from(kept, (place) => place.valueEnd)
    this.#scales = Float64Array.from(kept, (place) => place.scale)
    this.#columns = kept.flatMap((place) => place.column ?? [])
  }

  /** Looks up where the values of a row and those after it go. */
  #open(row: number): void {
    this.#values = this.#columns.map((column) => column.open(row))
    this.#from = row - (row % BLOCK_ROWS)
    this.#to = this.#from + Math.min(...this.#values.map((values) => values.length))
  }

  /** Whether the body that starts at `body` has every line where the layout has it. */
  fits(bytes: Uint8Array, body: number): boolean {
    const flags = body + this.length
    if (bytes[flags] !== LETTER_V || bytes[flags + FLAGS_LABEL_BYTES - 1] !== COLON) return false
    const offsets = this.#offsets
    const expected = this.#bytes
    for (let index = 0; index < offsets.length; index++) {
      if (bytes[body + byteOffset(offsets, index)] !== expected[index]) return false
    }
    return true
  }

  /** Reads the wanted figures of a body that fits; false when one is not a plain number. */
  read(bytes: Uint8Array, body: number, row: number): boolean {
    const ends = this.#valueEnds
    if (row >= this.#to) this.#open(row)
    const at = row - this.#from
    for (let index = 0; index < ends.length; index++) {
      const value = decimalEndingAt(bytes, body + byteOffset(ends, index))
      if (Number.isNaN(value)) return false
      const column = this.#values[index] as Float64Array
      column[at] = value * (this.#scales[index] as number)
    }
    return true
  }
}

function byteOffset(offsets: Int32Array, index: number): number {
  return offsets[index] as number
}
