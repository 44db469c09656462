import type { FaultKind } from '../../model/fault-attribution.ts'
import type { CodeSite } from '../../model/fault-trace.ts'
import type { Program } from './programs.ts'
import type { TracedMapping } from './space.ts'

/** A thread by what reports call it. */
export interface TracedThread {
  readonly pid: number
  readonly tid: number
  readonly comm: string
}

/** Where one fault belongs in every way of grouping. */
export interface CellKey {
  readonly mapping: TracedMapping | null
  readonly program: Program
  readonly kind: FaultKind
  readonly symbol: string | null
  readonly dso: string | null
  readonly thread: TracedThread
}

/** What is counted of faults. */
export interface Counts {
  faults: number
  /** Of those, major ones; meaningless where the two were not recorded apart. */
  major: number
  /** Pages whose first fault of all this was. */
  pages: number
  /** Pages whose first fault of this kind this was. */
  kindPages: number
  /** Faults on a page that had faulted for the same reason before. */
  refaults: number
}

/** Faults that are alike in everything. */
export interface Cell extends CellKey, Counts {}

/**
 * The faults of a recording, added up: a million samples become some hundred cells, of which every grouping is made.
 */
export class CellTable {
  readonly #cells = new Map<string, Cell>()
  /** Faults come in runs that are alike; comparing with the last one costs a tenth of making the key. */
  #last: Cell | null = null

  get cells(): Iterable<Cell> {
    return this.#cells.values()
  }

  add(key: CellKey, counts: Readonly<Counts>): void {
    const last = this.#last
    const cell = last !== null && isSame(last, key) ? last : this.#cell(key)
    this.#last = cell
    cell.faults += counts.faults
    cell.major += counts.major
    cell.pages += counts.pages
    cell.kindPages += counts.kindPages
    cell.refaults += counts.refaults
  }

  merge(other: CellTable): void {
    for (const cell of other.cells) this.add(cell, cell)
  }

  #cell({ mapping, program, kind, symbol, dso, thread }: CellKey): Cell {
    const id = `${mapping?.id ?? ''}|${program.id}|${kind}|${thread.pid}/${thread.tid} ${thread.comm}|${symbol ?? ''}|${dso ?? ''}`
    const known = this.#cells.get(id)
    if (known !== undefined) return known
    const counts = { faults: 0, major: 0, pages: 0, kindPages: 0, refaults: 0 }
    const cell = { mapping, program, kind, symbol, dso, thread, ...counts }
    this.#cells.set(id, cell)
    return cell
  }
}

function isSame(a: CellKey, b: CellKey): boolean {
  return (
    a.mapping === b.mapping &&
    a.program === b.program &&
    a.kind === b.kind &&
    a.symbol === b.symbol &&
    a.dso === b.dso &&
    a.thread.tid === b.thread.tid &&
    a.thread.pid === b.thread.pid &&
    a.thread.comm === b.thread.comm
  )
}

/** Whose code: the kernel's symbols are all of one file. */
export function codeKey({ symbol, dso }: Pick<CodeSite, 'symbol' | 'dso'>): string {
  return `${symbol ?? '?'} (${dso ?? '?'})`
}
