import type { Address } from '../../model/address.ts'
import { FAULT_KIND_NAMES, type FaultKind } from '../../model/fault-attribution.ts'
import type { Counts } from './cells.ts'

/** Pages are numbered by the time of their last fault, with the kinds of all their faults in the low bits. */
const KIND_BITS = 2 ** FAULT_KIND_NAMES.length
const BIT = new Map<FaultKind, number>(FAULT_KIND_NAMES.map((kind, index) => [kind, 2 ** index]))

/** The faults of one process so far. */
interface Pages {
  readonly seen: Map<Address, number>
  /** The process it was forked from, with the number of faults at that time: older pages of that one are its too. */
  readonly parent: { readonly pages: Pages; readonly at: number } | null
  /** Number of faults when it last forked; −1 if never. */
  forkedAt: number
  /** Of pages that it faulted on again after a fork, when they were first there: what its children inherited. */
  readonly earlier: Map<Address, number>
}

/** Which pages faulted before, for what, and whether a fork came between. One number a page. */
export class PageHistory {
  readonly #processes = new Map<number, Pages>()
  #now = 0
  /** The process that was asked for last: nearly always the next one too. */
  #last: { readonly pid: number; readonly pages: Pages } | null = null

  /** How many faults were entered so far: what comes later has no smaller number. */
  get now(): number {
    return this.#now
  }

  /** What is known of a page before its next fault; what was at its address before `since` was another page. */
  before(pid: number, page: Address, since: number): { again: boolean; forked: boolean } {
    const pages = this.#pages(pid)
    const own = pages.seen.get(page)
    if (own !== undefined && timeOf(own) >= since) {
      const forked = timeOf(own) < pages.forkedAt
      return { again: !forked, forked }
    }
    return { again: false, forked: isInherited(pages, page, since) }
  }

  /** Enters a fault; tells what of it is new. */
  enter(pid: number, page: Address, kind: FaultKind, since: number): Pick<Counts, 'pages' | 'kindPages' | 'refaults'> {
    const { seen, earlier, forkedAt } = this.#pages(pid)
    const before = seen.get(page)
    const known = before !== undefined && timeOf(before) >= since ? before : undefined
    if (known !== undefined && timeOf(known) < forkedAt && !earlier.has(page)) earlier.set(page, known)
    const kinds = known === undefined ? 0 : known % KIND_BITS
    const bit = BIT.get(kind) ?? 0
    const sameKind = (kinds & bit) !== 0
    seen.set(page, this.#now++ * KIND_BITS + (kinds | bit))
    return { pages: known === undefined ? 1 : 0, kindPages: sameKind ? 0 : 1, refaults: sameKind ? 1 : 0 }
  }

  fork(pid: number, parent: number): void {
    const pages = this.#pages(parent)
    this.#processes.set(pid, emptyPages({ pages, at: this.#now }))
    this.#last = null
    pages.forkedAt = this.#now
  }

  exec(pid: number): void {
    this.#processes.delete(pid)
    this.#last = null
  }

  #pages(pid: number): Pages {
    if (this.#last?.pid === pid) return this.#last.pages
    const known = this.#processes.get(pid)
    const pages = known ?? emptyPages(null)
    if (known === undefined) this.#processes.set(pid, pages)
    this.#last = { pid, pages }
    return pages
  }
}

function emptyPages(parent: Pages['parent']): Pages {
  return { seen: new Map(), parent, forkedAt: -1, earlier: new Map() }
}

/** When a page faulted last, in faults. */
function timeOf(entry: number): number {
  return Math.floor(entry / KIND_BITS)
}

/** Whether an ancestor had the page when this process, or the ancestor between, was forked. */
function isInherited(pages: Pages, page: Address, since: number): boolean {
  for (let { parent } = pages; parent !== null; parent = parent.pages.parent) {
    const known = parent.pages.earlier.get(page) ?? parent.pages.seen.get(page)
    if (known !== undefined && timeOf(known) >= since && timeOf(known) < parent.at) return true
  }
  return false
}
