/** What recording one fault costs the program, in milliseconds: 1.6 µs on Linux 6.18 in a virtual machine. */
const COST_MS = 0.0016
/** How much longer a recorded run may take. */
const MOST_OVERHEAD = 0.1
/** A run that takes no longer than this more is recorded whole. */
const TOLERABLE_MS = 200
/** Primes: programs touch pages in strides, and a period that divides the stride would see the same place each time. */
const PERIODS = [1, 11, 101, 1009, 10_007]

/** The shortest period with which recording keeps below a tenth of the run, judged by an earlier run. */
export function periodFor(faults: number, wallMs: number): number {
  const budget = Math.max(TOLERABLE_MS, MOST_OVERHEAD * wallMs)
  return PERIODS.find((period) => (faults / period) * COST_MS <= budget) ?? (PERIODS.at(-1) as number)
}
