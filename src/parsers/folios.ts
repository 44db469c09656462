import type { FolioCounts, FolioSize } from '../model/folios.ts'
import { KPF_ANON, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL, KPF_THP, KPF_ZERO_PAGE } from './kpageflags.ts'

/** Tells of any page frame whether it is a tail: what follows a mapped part shows whether the folio goes on. */
export type TailTest = (frame: number) => boolean

/**
 * Puts the pages of a mapping together to the large folios they belong to, by what pagemap and kpageflags say of them.
 * The kernel's own tools/mm/thpmaps goes by the same rules: pages that follow each other in both address and frame, from
 * a head to the page before the next one, are a folio mapped whole; tails without their head, and a head whose last tail
 * is not there, are one mapped in part.
 */
export class FolioCounter {
  readonly #pageSize: number
  readonly #isTail: TailTest
  readonly #sizes = new Map<string, { of: 'anon' | 'file'; size: number; aligned: number; unaligned: number }>()
  readonly #partial = { anon: 0, file: 0 }
  #zero = 0
  /** The folio under way: first page and frame, how many pages, and whether the first is its head. */
  #page = 0
  #frame = 0
  #pages = 0
  #headed = false
  #of: 'anon' | 'file' = 'anon'

  constructor(pageSize: number, isTail: TailTest) {
    this.#pageSize = pageSize
    this.#isTail = isTail
  }

  /** Takes the next present page, in address order: its number, its frame, and what kpageflags says of that. */
  add(page: number, frame: number, flags: number): void {
    const follows = page === this.#page + this.#pages && frame === this.#frame + this.#pages
    if (this.#pages > 0 && follows && (flags & KPF_THP) !== 0 && (flags & KPF_COMPOUND_TAIL) !== 0) {
      this.#pages++
      return
    }
    if (this.#pages > 0) this.#close(follows ? (flags & KPF_COMPOUND_TAIL) !== 0 : null)
    if ((flags & KPF_ZERO_PAGE) !== 0) this.#zero += this.#pageSize
    else if ((flags & KPF_THP) !== 0) this.#open(page, frame, flags)
  }

  /** Ends a mapping: folios do not go on in the next one. */
  end(): void {
    if (this.#pages > 0) this.#close(null)
  }

  /** What was counted so far. */
  counts(): FolioCounts {
    const sizes: FolioSize[] = [...this.#sizes.values()]
    sizes.sort((a, b) => (a.of === b.of ? a.size - b.size : a.of < b.of ? -1 : 1))
    return { sizes, partialAnon: this.#partial.anon, partialFile: this.#partial.file, zero: this.#zero }
  }

  #open(page: number, frame: number, flags: number): void {
    this.#page = page
    this.#frame = frame
    this.#pages = 1
    this.#headed = (flags & KPF_COMPOUND_HEAD) !== 0
    this.#of = (flags & KPF_ANON) !== 0 ? 'anon' : 'file'
  }

  /** @param goesOn Whether the frame behind the folio's last mapped page is a tail of it; `null` when it was not read. */
  #close(goesOn: boolean | null): void {
    const bytes = this.#pages * this.#pageSize
    const whole = this.#headed && !(goesOn ?? this.#isTail(this.#frame + this.#pages))
    if (whole) this.#countWhole(bytes)
    else this.#partial[this.#of] += bytes
    this.#pages = 0
  }

  #countWhole(bytes: number): void {
    const key = `${this.#of} ${bytes}`
    const entry = this.#sizes.get(key) ?? { of: this.#of, size: bytes, aligned: 0, unaligned: 0 }
    if (this.#page % this.#pages === 0) entry.aligned += bytes
    else entry.unaligned += bytes
    this.#sizes.set(key, entry)
  }
}
