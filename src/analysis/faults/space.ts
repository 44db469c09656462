import type { Address } from '../../model/address.ts'
import type { Program } from './programs.ts'

/** A mapping as perf saw it appear; anonymous ones and stacks grow while they keep their identity. */
export interface TracedMapping {
  readonly id: number
  readonly pid: number
  start: Address
  end: Address
  readonly perms: string | null
  name: string
  /** The program that had it mapped. */
  readonly program: Program
  /** `fe:00 2146508`; `null` where the name alone is known. */
  readonly file: string | null
  /** How many faults had been taken when something else was last at its addresses. */
  readonly since: number
}

/** A stretch of addresses; what is left of a mapping when newer ones were put over it. */
export interface Range {
  readonly start: Address
  readonly end: Address
  readonly mapping: TracedMapping
}

/** What one process has mapped, by address. */
export class Space {
  ranges: Range[]
  stack: TracedMapping | null
  program: Program
  /** This process's own copies of mappings that it inherited. */
  readonly inherited = new Map<TracedMapping, TracedMapping>()

  constructor(program: Program, ranges: Range[] = [], stack: TracedMapping | null = null) {
    this.program = program
    this.ranges = ranges
    this.stack = stack
  }

  /** Index of the first range that ends above the address. */
  at(address: Address): number {
    let low = 0
    let high = this.ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.ranges[middle] as Range).end <= address) low = middle + 1
      else high = middle
    }
    return low
  }

  find(address: Address): TracedMapping | null {
    const range = this.ranges[this.at(address)]
    return range !== undefined && range.start <= address ? range.mapping : null
  }

  /** Puts a range over whatever was there, as mmap(2) does. */
  put(range: Range): void {
    const from = this.at(range.start)
    let to = from
    const left: Range[] = []
    const right: Range[] = []
    for (; to < this.ranges.length; to++) {
      const old = this.ranges[to] as Range
      if (old.start >= range.end) break
      if (old.start < range.start) left.push({ ...old, end: range.start })
      if (old.end > range.end) right.push({ ...old, start: range.end })
    }
    this.ranges.splice(from, to - from, ...left, range, ...right)
  }
}
