import { isScattered, medianSlope, orderP, type Reading, stepsP } from './trend.ts'

/** What a series of readings looks like. */
export type GrowthShape =
  /** Too few readings, or over too short a time, to say anything. */
  | 'too-short'
  /** No trend beyond its own noise. */
  | 'stable'
  /** Grew, but ever more slowly or not any more: caches and heaps fill. */
  | 'warming-up'
  /** Rises and falls back: what is allocated is given back later. */
  | 'sawtooth'
  /** Stands higher and higher, but in too few steps, or among too large ones, to say that it goes on. */
  | 'rising'
  /** What remains after each fall keeps rising, as fast as before: what a leak looks like. */
  | 'growing'

/** The verdict on a series, with what it was made of. */
export interface Growth {
  readonly shape: GrowthShape
  /** Units a second that what remains rises by: a median of slopes, so that single readings do not sway it. */
  readonly bytesPerSecond: number
  /**
   * How surely it goes on rising, 0 to 1: 1 − p of a one-sided test on what remains after each fall, that it stands in
   * order (Mann–Kendall); of what rises, and does not scatter as noise does, the lesser of that and of a second one, that
   * its steps go up.
   */
  readonly confidence: number
  readonly readings: number
  readonly seconds: number
}

/** What is too little of a rise to speak of: any allocator does that. */
export interface LeastGain {
  /** Over the window, in the unit of the readings. */
  readonly amount: number
  /** As a part of what there was. */
  readonly share: number
}

/** Fewer readings say nothing of a trend. */
const LEAST_READINGS = 24
/** The window is cut into so many parts; the least of each is what remained after any fall. */
const PARTS = 12
/** A trend is believed above this confidence. */
const SURE = 0.99
const LEAST_OF_MEMORY: LeastGain = { amount: 256 * 1024, share: 0.01 }
/** The second half of a warm-up rises at most this much of what the first half did. */
const SLOWING = 0.4
/** And its last third, at most this much of what all of it did: it has come to rest. */
const RESTING = 0.1

/**
 * Tells growth that looks like a leak from warm-up and from sawtooth.
 *
 * The window is cut into twelve parts of equal time, and the least reading of each is kept: garbage that is collected
 * shows in the readings but not in these minima. If they stand in order (Mann–Kendall) and gain enough (a Theil–Sen
 * slope), they rise. A rise that in the second half of the window is less than 40 % as fast as in the first, or as over
 * all, is a warm-up: a single step is one, wherever it stands. Any other is growth, unless the minima wander or take steps
 * and chance might have made as much of these: then they are merely rising. If the minima do not rise, but readings fall and rise by more than their
 * noise, it is a sawtooth.
 */
export function judgeGrowth(readings: readonly Reading[], least: LeastGain = LEAST_OF_MEMORY): Growth {
  const seconds = readings.length < 2 ? 0 : (readings.at(-1) as Reading).at - (readings[0] as Reading).at
  const facts = { readings: readings.length, seconds }
  if (readings.length < LEAST_READINGS || seconds <= 0) {
    return { shape: 'too-short', bytesPerSecond: Number.NaN, confidence: 0, ...facts }
  }
  const floor = minimaOf(readings, seconds)
  const values = floor.map(({ value }) => value)
  const ordered = 1 - orderP(values)
  const slope = medianSlope(floor)
  const enough = leastGain(floor, least)
  if (ordered < SURE || slope * seconds < enough) {
    const shape = fallsBack(readings, floor, enough) ? 'sawtooth' : 'stable'
    return { shape, bytesPerSecond: slope, confidence: ordered, ...facts }
  }
  const late = medianSlope(floor.slice(-Math.ceil(floor.length / 2)))
  // Of a warm-up it is what the second half still does that says what comes next.
  if (isSlowing(floor, slope, late)) {
    return { shape: 'warming-up', bytesPerSecond: Math.max(0, late), confidence: ordered, ...facts }
  }
  const confidence = isScattered(floor) ? ordered : Math.min(ordered, 1 - stepsP(values))
  return { shape: confidence < SURE ? 'rising' : 'growing', bytesPerSecond: slope, confidence, ...facts }
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

function leastGain(floor: readonly Reading[], { amount, share }: LeastGain): number {
  return Math.max(amount, (floor[0]?.value ?? 0) * share)
}

function isSlowing(floor: readonly Reading[], slope: number, late: number): boolean {
  const early = medianSlope(floor.slice(0, Math.ceil(floor.length / 2)))
  const last = medianSlope(floor.slice(-Math.ceil(floor.length / 3)))
  return late < Math.max(early, slope) * SLOWING || last < slope * RESTING
}

/** Whether readings stand well above what remains, again and again. */
function fallsBack(readings: readonly Reading[], floor: readonly Reading[], enough: number): boolean {
  const values = readings.map(({ value }) => value)
  const swing = maximum(values) + maximum(floor.map(({ value }) => -value))
  let falls = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index - 1] as number) - (values[index] as number) > swing * 0.3) falls++
  }
  return swing >= enough && falls >= 2
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}
