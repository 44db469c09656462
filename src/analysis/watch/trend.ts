import { median } from '../statistics.ts'

/** One reading of a figure. */
export interface Reading {
  /** Seconds since any fixed moment. */
  readonly at: number
  /** Bytes, or a count. */
  readonly value: number
}

/** Theil–Sen: the median of the slopes between all pairs; `NaN` of fewer than two. */
export function medianSlope(points: readonly Reading[]): number {
  const slopes: number[] = []
  points.forEach((a, index) => {
    for (const b of points.slice(index + 1)) if (b.at > a.at) slopes.push((b.value - a.value) / (b.at - a.at))
  })
  return slopes.length === 0 ? Number.NaN : median(slopes)
}

/**
 * One-sided Mann–Kendall: how likely so many rises among all pairs are of values in random order. Normal approximation
 * with correction for ties and continuity; from eight points on it is within 0.01 of the exact value.
 */
export function orderP(values: readonly number[]): number {
  const n = values.length
  let score = 0
  values.forEach((a, index) => {
    for (const b of values.slice(index + 1)) score += Math.sign(b - a)
  })
  const ties = new Map<number, number>()
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1)
  let variance = n * (n - 1) * (2 * n + 5)
  for (const count of ties.values()) variance -= count * (count - 1) * (2 * count + 5)
  if (variance <= 0) return 1
  const z = (score - Math.sign(score)) / Math.sqrt(variance / 18)
  return 1 - normalCdf(z)
}

/**
 * How likely a sum of steps nearly as large is when each step might as well have gone the other way: of all ways to
 * choose their signs, the share with such a sum. Exact, for at most some sixteen steps. Nearly, because steps that hardly
 * count in the sum are no evidence either.
 *
 * Memory is a sum of steps: one that wanders, or that took three steps up and none down, stands in order too, which is
 * all that Mann–Kendall sees.
 */
export function stepsP(values: readonly number[]): number {
  const steps = values.slice(1).flatMap((value, index) => {
    const step = value - (values[index] as number)
    return step === 0 ? [] : [step]
  })
  const observed = steps.reduce((sum, step) => sum + step, 0)
  let sums: readonly number[] = [0]
  for (const step of steps) sums = sums.flatMap((sum) => [sum + step, sum - step])
  const least = observed - Math.abs(observed) * NEARLY
  return sums.filter((sum) => sum >= least).length / sums.length
}

/**
 * Whether values scatter about their trend as independent noise does, so that their order may be judged by itself: the
 * von Neumann ratio of what is left without the trend, squared steps over squared deviations. It is about 2 for noise,
 * and less for what wanders or takes steps.
 */
export function isScattered(points: readonly Reading[]): boolean {
  const slope = medianSlope(points)
  const rest = points.map(({ at, value }) => value - slope * (at - (points[0]?.at ?? 0)))
  const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length
  const deviations = rest.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const steps = rest.slice(1).reduce((sum, value, index) => sum + (value - (rest[index] as number)) ** 2, 0)
  return deviations > 0 && steps / deviations >= NOISE
}

const NOISE = 2
const NEARLY = 0.1

/** Abramowitz and Stegun 7.1.26 by way of erf: absolute error below 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const erf = 1 - poly * Math.exp(-x * x)
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2
}
