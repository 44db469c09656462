import { type Kind, kindIndex } from '../../model/kinds.ts'
import { PackedNumbers } from '../../model/packed-numbers.ts'

/** A kind and what proves it. Rows alike share one object, so that 65,000 rows have some dozens. */
export interface Verdict {
  readonly kind: Kind
  /** Why, in a few words that name a kernel fact: `VmFlags ht`, `name [heap]`. */
  readonly evidence: string
  /** What a known runtime uses the area for, when its evidence is exact: `glibc malloc arena`. */
  readonly label: string | null
  /** Position of the kind in report order. */
  readonly kindIndex: number
  /** Its number among those of one classification. */
  readonly id: number
}

/** Makes verdicts, each distinct one once. */
export class Verdicts {
  readonly #known = new Map<string, Verdict>()
  /** All so far, by their numbers. */
  readonly list: Verdict[] = []

  /** The verdict with these parts. */
  of(kind: Kind, evidence: string, label: string | null = null): Verdict {
    const key = `${kind}\n${evidence}\n${label ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const verdict = { kind, evidence, label, kindIndex: kindIndex(kind), id: this.list.length }
    this.#known.set(key, verdict)
    this.list.push(verdict)
    return verdict
  }
}

/** The verdict on every row of a table, kept as its number. */
export class Classification {
  readonly #ids = new PackedNumbers()
  readonly #verdicts: readonly Verdict[]

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts.list
  }

  /** Enters the verdict on a row. */
  set(row: number, verdict: Verdict): void {
    this.#ids.set(row, verdict.id)
  }

  /** The kind of a row. */
  kind(row: number): Kind {
    return this.#verdict(row).kind
  }

  /** Position of a row's kind in report order. */
  kindIndex(row: number): number {
    return this.#verdict(row).kindIndex
  }

  /** Why a row has its kind. */
  evidence(row: number): string {
    return this.#verdict(row).evidence
  }

  /** The runtime's use of a row, or `null`. */
  label(row: number): string | null {
    return this.#verdict(row).label
  }

  #verdict(row: number): Verdict {
    return this.#verdicts[this.#ids.at(row)] as Verdict
  }
}
