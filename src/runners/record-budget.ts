/** What is recorded of each fault, which decides what that costs. */
export interface RecordedDetail {
  readonly stacks: boolean
  readonly errorCodes: boolean
}

/** One recorded fault: what it costs the program, and what it takes in the file. */
interface SampleCost {
  readonly ms: number
  readonly bytes: number
}

/** Measured with a million faults on Linux 6.18 in a virtual machine. */
const PLAIN: SampleCost = { ms: 0.0016, bytes: 48 }
const STACKS: SampleCost = { ms: 0.0019, bytes: 72 }
const ERROR_CODES: SampleCost = { ms: 0.0024, bytes: 168 }

/** How much longer a recorded run may take. */
const MOST_OVERHEAD = 0.1
/** What nobody minds, however short the run. */
const TOLERABLE_MS = 200
/** Printing a recording takes 2.5 µs and 130 bytes a sample: this much is a few seconds. */
const MOST_BYTES = 256 * 1024 ** 2
/** Primes: programs touch pages in strides, and a period that divides the stride would see the same place each time. */
const PERIODS = [1, 11, 101, 1009, 10_007]

/** The rule for what recording may cost: a tenth of the run, or 0.2 s. */
export class RecordBudget {
  readonly #cost: SampleCost

  constructor({ stacks, errorCodes }: RecordedDetail) {
    this.#cost = errorCodes ? ERROR_CODES : stacks ? STACKS : PLAIN
  }

  /** Whether a recording of this size has cost too much of a run that has taken so long. */
  isSpent(bytes: number, elapsedMs: number): boolean {
    return bytes > MOST_BYTES || (bytes / this.#cost.bytes) * this.#cost.ms > allowance(elapsedMs)
  }

  /** The shortest period that keeps to it, judged by an earlier run. */
  periodFor(faults: number, wallMs: number): number {
    const keeps = (period: number): boolean => (faults / period) * this.#cost.ms <= allowance(wallMs)
    return PERIODS.find(keeps) ?? (PERIODS.at(-1) as number)
  }
}

function allowance(wallMs: number): number {
  return Math.max(TOLERABLE_MS, MOST_OVERHEAD * wallMs)
}
