import { type Kind, kindAt, kindIndex } from '../../model/kinds.ts'
import { NamePool } from '../../model/name-pool.ts'

/** A kind and what proves it. */
export interface Verdict {
  readonly kind: Kind
  /** Why, in a few words that name a kernel fact: `VmFlags ht`, `name [heap]`. */
  readonly evidence: string
  /** What a known runtime uses the area for, when its evidence is exact: `glibc malloc arena`. */
  readonly label: string | null
}

/** The verdict on every row of a table, stored as three small columns. */
export class Classification {
  readonly #kinds: Uint8Array
  readonly #evidence: Uint16Array
  readonly #labels: Uint16Array
  readonly #texts = new NamePool()

  constructor(rows: number) {
    this.#kinds = new Uint8Array(rows)
    this.#evidence = new Uint16Array(rows)
    this.#labels = new Uint16Array(rows)
  }

  /** Enters the verdict on a row. */
  set(row: number, verdict: Verdict): void {
    this.#kinds[row] = kindIndex(verdict.kind)
    this.#evidence[row] = this.#texts.intern(verdict.evidence)
    this.#labels[row] = this.#texts.intern(verdict.label ?? '')
  }

  /** The kind of a row. */
  kind(row: number): Kind {
    return kindAt(this.#kinds[row] as number)
  }

  /** Position of a row's kind in report order. */
  kindIndex(row: number): number {
    return this.#kinds[row] as number
  }

  /** Why a row has its kind. */
  evidence(row: number): string {
    return this.#texts.get(this.#evidence[row] as number)
  }

  /** The runtime's use of a row, or `null`. */
  label(row: number): string | null {
    const id = this.#labels[row] as number
    return id === 0 ? null : this.#texts.get(id)
  }
}
