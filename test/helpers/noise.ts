/**
 * How nine real programs vary from run to run, as measured: 60 runs of each on a shared virtual machine with address
 * space randomisation on. Peak RSS in KiB, minor faults as counts.
 */

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A distribution, by its least, middle and greatest value, and its coefficient of variation. */
export interface Noise {
  readonly min: number
  readonly median: number
  readonly max: number
  readonly cv: number
  /** Values come in steps: pages, or none at all. */
  readonly step: number
  /** Where the values gather, if not around the median. */
  readonly modes?: readonly (readonly [centre: number, weight: number, width: number])[]
}

const pages = { step: 4 } as const
const counts = { step: 1 } as const

export const PEAK_RSS: Readonly<Record<string, Noise>> = {
  cprog: { min: 47_320, median: 47_420, max: 47_576, cv: 0.00154, ...pages },
  gitlog: { min: 81_696, median: 81_956, max: 82_104, cv: 0.00109, ...pages },
  cc1plus: { min: 72_516, median: 72_714, max: 72_964, cv: 0.00167, ...pages },
  sort: { min: 63_892, median: 64_228, max: 64_412, cv: 0.00204, ...pages },
  py: { min: 127_780, median: 127_964, max: 128_092, cv: 0.00051, ...pages },
  java: { min: 139_352, median: 140_246, max: 140_536, cv: 0.00185, ...pages },
  tsc: { min: 91_708, median: 94_304, max: 96_528, cv: 0.00902, ...pages },
  node: { min: 189_168, median: 194_138, max: 197_024, cv: 0.0103, ...pages },
}

export const MINOR_FAULTS: Readonly<Record<string, Noise>> = {
  cprog: { min: 7196, median: 7199, max: 7203, cv: 0.00023, ...counts },
  gitlog: { min: 88_049, median: 88_053, max: 88_059, cv: 0.00002, ...counts },
  cc1plus: { min: 12_786, median: 12_808, max: 12_829, cv: 0.00086, ...counts },
  sort: { min: 15_707, median: 15_712, max: 15_715, cv: 0.00012, ...counts },
  py: {
    min: 39_435,
    median: 39_500,
    max: 39_694,
    cv: 0.00294,
    ...counts,
    modes: [
      [39_437, 0.3, 1.5],
      [39_499, 0.3, 0.5],
      [39_692, 0.4, 1],
    ],
  },
  java: { min: 30_508, median: 30_874, max: 31_056, cv: 0.00406, ...counts },
  tsc: { min: 16_966, median: 17_609, max: 18_169, cv: 0.012, ...counts },
  node: { min: 42_007, median: 42_811, max: 44_510, cv: 0.0161, ...counts },
}

/** Threads racing in glibc's malloc: the one that must be refused, not judged. */
export const RACING: Noise = { min: 17_828, median: 23_180, max: 31_428, cv: 0.154, ...pages }

/** Draws runs: normal around the middle or its modes, cut to what was seen, in steps. */
export function draw(noise: Noise, runs: number, random: Random): number[] {
  return Array.from({ length: runs }, () => {
    for (;;) {
      const [centre, width] = placeOf(noise, random())
      const value = centre + width * normal(random)
      if (value >= noise.min && value <= noise.max) return Math.round(value / noise.step) * noise.step
    }
  })
}

function placeOf({ modes, median, cv }: Noise, at: number): readonly [centre: number, width: number] {
  let below = 0
  for (const [centre, weight, width] of modes ?? []) {
    below += weight
    if (at < below) return [centre, width]
  }
  return [median, median * cv]
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
