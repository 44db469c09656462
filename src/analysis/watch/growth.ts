import { median } from '../statistics.ts'

/** One reading of a figure. */
export interface Reading {
  /** Seconds since any fixed moment. */
  readonly at: number
  /** Bytes. */
  readonly value: number
}

/** What a series of readings looks like. */
export type GrowthShape =
  /** Too few readings, or over too short a time, to say anything. */
  | 'too-short'
  /** No trend beyond its own noise. */
  | 'stable'
  /** Grew, but ever more slowly: caches and heaps fill. */
  | 'warming-up'
  /** Rises and falls back: what is allocated is given back later. */
  | 'sawtooth'
  /** What remains after each fall keeps rising, as fast as before: what a leak looks like. */
  | 'growing'

/** The verdict on a series, with what it was made of. */
export interface Growth {
  readonly shape: GrowthShape
  /** Bytes a second that what remains rises by: a median of slopes, so that single readings do not sway it. */
  readonly bytesPerSecond: number
  /** How surely there is a trend, 0 to 1: 1 − p of a one-sided Mann–Kendall test on what remains. */
  readonly confidence: number
  readonly readings: number
  readonly seconds: number
}

/** Fewer readings, or less time, say nothing of a trend. */
const LEAST_READINGS = 24
/** The window is cut into so many parts; the least of each is what remained after any fall. */
const PARTS = 12
/** A trend is believed above this confidence. */
const SURE = 0.99
/** Growth below this over the window is noise of any allocator. */
const LEAST_BYTES = 256 * 1024
const LEAST_SHARE = 0.01
/** The second half of a warm-up rises at most this much of what the first half did. */
const SLOWING = 0.4

/**
 * Tells growth that looks like a leak from warm-up and from sawtooth.
 *
 * The window is cut into twelve parts of equal time, and the least reading of each is kept: garbage that is collected
 * shows in the readings but not in these minima. A Mann–Kendall test says whether the minima rise, a Theil–Sen slope
 * how fast. If they rise, but in the second half of the window by less than 40 % of the first half's rise, it is a
 * warm-up. If they do not, but readings fall and rise by more than their noise, it is a sawtooth.
 */
export function judgeGrowth(readings: readonly Reading[]): Growth {
  const seconds = readings.length < 2 ? 0 : (readings.at(-1) as Reading).at - (readings[0] as Reading).at
  const facts = { readings: readings.length, seconds }
  if (readings.length < LEAST_READINGS || seconds <= 0) {
    return { shape: 'too-short', bytesPerSecond: Number.NaN, confidence: 0, ...facts }
  }
  const floor = minimaOf(readings, seconds)
  const bytesPerSecond = medianSlope(floor)
  const confidence = 1 - trendP(floor.map(({ value }) => value))
  const gained = bytesPerSecond * seconds
  const rises = confidence >= SURE && gained >= leastGain(floor)
  const shape = rises
    ? isSlowing(floor)
      ? 'warming-up'
      : 'growing'
    : fallsBack(readings, floor)
      ? 'sawtooth'
      : 'stable'
  return { shape, bytesPerSecond, confidence, ...facts }
}

/** The least reading of each part of the window. */
function minimaOf(readings: readonly Reading[], seconds: number): readonly Reading[] {
  const first = (readings[0] as Reading).at
  const least: (Reading | undefined)[] = new Array(PARTS).fill(undefined)
  for (const reading of readings) {
    const part = Math.min(PARTS - 1, Math.floor(((reading.at - first) / seconds) * PARTS))
    const known = least[part]
    if (known === undefined || reading.value < known.value) least[part] = reading
  }
  return least.filter((each) => each !== undefined)
}

/** Theil–Sen: the median of the slopes between all pairs. */
function medianSlope(points: readonly Reading[]): number {
  const slopes: number[] = []
  points.forEach((a, index) => {
    for (const b of points.slice(index + 1)) if (b.at > a.at) slopes.push((b.value - a.value) / (b.at - a.at))
  })
  return slopes.length === 0 ? Number.NaN : median(slopes)
}

/**
 * One-sided Mann–Kendall: how likely so many rises among all pairs are without a trend. Normal approximation with
 * correction for ties and continuity; from eight points on it is within 0.01 of the exact value.
 */
function trendP(values: readonly number[]): number {
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

/** Abramowitz and Stegun 7.1.26 by way of erf: absolute error below 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const erf = 1 - poly * Math.exp(-x * x)
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2
}

function leastGain(floor: readonly Reading[]): number {
  return Math.max(LEAST_BYTES, (floor[0]?.value ?? 0) * LEAST_SHARE)
}

function isSlowing(floor: readonly Reading[]): boolean {
  const half = Math.ceil(floor.length / 2)
  const early = medianSlope(floor.slice(0, half))
  const late = medianSlope(floor.slice(-half))
  return late < early * SLOWING
}

/** Whether readings stand well above what remains, again and again. */
function fallsBack(readings: readonly Reading[], floor: readonly Reading[]): boolean {
  const values = readings.map(({ value }) => value)
  const swing = Math.max(...values) - Math.min(...floor.map(({ value }) => value))
  let falls = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index - 1] as number) - (values[index] as number) > swing * 0.3) falls++
  }
  return swing >= leastGain(floor) && falls >= 2
}
