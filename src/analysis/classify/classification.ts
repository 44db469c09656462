import { type Kind, kindAt, kindIndex } from '../../model/kinds.ts'

/** A kind and what proves it. Rows alike share one object, so that 65,000 rows have some dozens. */
export interface Verdict {
  readonly kind: Kind
  /** Why, in a few words that name a kernel fact: `VmFlags ht`, `name [heap]`. */
  readonly evidence: string
  /** What a known runtime uses the area for, when its evidence is exact: `glibc malloc arena`. */
  readonly label: string | null
}

/** Makes verdicts, each distinct one once. */
export class Verdicts {
  readonly #known = new Map<string, Verdict>()

  /** The verdict with these parts. */
  of(kind: Kind, evidence: string, label: string | null = null): Verdict {
    const key = `${kind}\n${evidence}\n${label ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const verdict = { kind, evidence, label }
    this.#known.set(key, verdict)
    return verdict
  }
}

/** The verdict on every row of a table. */
export class Classification {
  readonly #kinds: Uint8Array
  readonly #verdicts: Verdict[]

  constructor(rows: number) {
    this.#kinds = new Uint8Array(rows)
    this.#verdicts = new Array<Verdict>(rows)
  }

  /** Enters the verdict on a row. */
  set(row: number, verdict: Verdict): void {
    this.#kinds[row] = kindIndex(verdict.kind)
    this.#verdicts[row] = verdict
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
    return (this.#verdicts[row] as Verdict).evidence
  }

  /** The runtime's use of a row, or `null`. */
  label(row: number): string | null {
    return (this.#verdicts[row] as Verdict).label
  }
}
