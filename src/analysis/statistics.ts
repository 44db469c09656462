import type { Spread } from '../model/fault-figures.ts'

/** Median absolute deviation to standard deviation, for normally distributed values. */
const MAD_TO_SIGMA = 1.4826
/** With this the greater of the two estimates is, of ten normally distributed values, 0.99 of their deviation; of three 0.74. */
const RANGE_TO_SIGMA = 3.85
/** Up to here the exact distribution is counted out: a few million additions. */
const MOST_EXACT = 60

/** The median; the mean of the middle two where there is no middle one. `NaN` of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

/** What is told of several runs; `null` of none. The median, because fault counts are discrete and skewed. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const middle = median(values)
  const min = Math.min(...values)
  const max = Math.max(...values)
  const mad = median(values.map((value) => Math.abs(value - middle)))
  const sigma = Math.max(MAD_TO_SIGMA * mad, (max - min) / RANGE_TO_SIGMA)
  return { n: values.length, median: middle, min, max, sigma, values }
}

/**
 * One-sided Mann–Whitney test: how likely values as large as `after` beside `before` would be if both were alike.
 *
 * Exact, also with ties, which are the rule here (a single-threaded program may fault equally often in every run): of
 * all ways to choose so many of the joint ranks, the share with a sum as large. Beyond some sixty values the normal
 * approximation with its correction for ties.
 */
export function mannWhitney(before: readonly number[], after: readonly number[]): number {
  const ranks = doubledRanks([...before, ...after])
  const observed = ranks.slice(before.length).reduce((sum, rank) => sum + rank, 0)
  return ranks.length <= MOST_EXACT ? exact(ranks, after.length, observed) : normal(ranks, after.length, observed)
}

/** The smallest probability that so many runs can give: that of complete separation without ties. */
export function smallestProbability(before: number, after: number): number {
  let ways = 1
  for (let index = 1; index <= after; index++) ways *= (before + index) / index
  return 1 / ways
}

/** Twice the rank of each value, so that shared ranks are whole numbers. */
function doubledRanks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const ranks = new Map<number, number>()
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number
    let to = from
    while (to < sorted.length && sorted[to] === value) to++
    ranks.set(value, from + 1 + to)
    from = to
  }
  return values.map((value) => ranks.get(value) as number)
}

/** Share of the ways to choose `size` of the ranks whose sum is at least `observed`. */
function exact(ranks: readonly number[], size: number, observed: number): number {
  const most = ranks.reduce((sum, rank) => sum + rank, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1))
  ;(ways[0] as Float64Array)[0] = 1
  for (const rank of ranks) {
    for (let chosen = size; chosen > 0; chosen--) {
      const from = ways[chosen - 1] as Float64Array
      const to = ways[chosen] as Float64Array
      for (let sum = most; sum >= rank; sum--) to[sum] = (to[sum] as number) + (from[sum - rank] as number)
    }
  }
  const counts = ways[size] as Float64Array
  let all = 0
  let extreme = 0
  counts.forEach((count, sum) => {
    all += count
    if (sum >= observed) extreme += count
  })
  return extreme / all
}

function normal(ranks: readonly number[], size: number, observed: number): number {
  const n = ranks.length
  const mean = size * (n + 1)
  const squares = ranks.reduce((sum, rank) => sum + (rank - (n + 1)) ** 2, 0)
  const variance = (size * (n - size) * squares) / (n * (n - 1))
  return variance === 0 ? 1 : upperTail((observed - 1 - mean) / Math.sqrt(variance))
}

/** Upper tail of the normal distribution: Abramowitz and Stegun 26.2.17, good to 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly
  return z >= 0 ? tail : 1 - tail
}
