import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GrowthShape, judgeGrowth } from '../../../src/analysis/watch/growth.ts'
import type { Reading } from '../../../src/analysis/watch/trend.ts'

const MIB = 1024 ** 2

/** Noise that is the same in every run: a linear congruential generator. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

function series(value: (second: number, random: () => number) => number, seconds = 120, seed = 1): Reading[] {
  const random = noise(seed)
  return Array.from({ length: seconds }, (_, at) => ({ at, value: value(at, random) }))
}

function sums(steps: readonly number[]): number[] {
  let sum = 0
  return steps.map((step) => {
    sum += step
    return sum
  })
}

function shape(readings: readonly Reading[]): GrowthShape {
  return judgeGrowth(readings).shape
}

describe('the shape of a series', () => {
  test('a steady leak is growing, at its rate', () => {
    const growth = judgeGrowth(series((at) => 100 * MIB + at * 0.1 * MIB))
    expect(growth.shape).toBe('growing')
    expect(growth.bytesPerSecond).toBeCloseTo(0.1 * MIB, -2)
    expect(growth.confidence).toBeGreaterThan(0.99)
  })

  test('a leak under garbage that is collected is growing, at the leak’s rate', () => {
    const growth = judgeGrowth(
      series((at, random) => 100 * MIB + at * 0.05 * MIB + ((at * 3) % 20) * MIB + random() * MIB),
    )
    expect(growth.shape).toBe('growing')
    expect(growth.bytesPerSecond / MIB).toBeGreaterThan(0.03)
    expect(growth.bytesPerSecond / MIB).toBeLessThan(0.07)
  })

  test('a heap that fills ever more slowly is warming up', () => {
    expect(shape(series((at, random) => 200 * MIB - 150 * MIB * Math.exp(-at / 20) + random() * 0.1 * MIB))).toBe(
      'warming-up',
    )
  })

  test('garbage that is collected, without more, is a sawtooth', () => {
    expect(shape(series((at, random) => 100 * MIB + (at % 15) * 2 * MIB + random() * 0.2 * MIB))).toBe('sawtooth')
  })

  test('noise is stable', () => {
    expect(shape(series((_, random) => 100 * MIB + random() * 0.2 * MIB))).toBe('stable')
    expect(shape(series(() => 5 * MIB))).toBe('stable')
  })

  test('shrinking is not growing', () => {
    expect(shape(series((at) => 100 * MIB - at * 0.2 * MIB))).toBe('stable')
  })

  test('one step is no leak', () => {
    expect(shape(series((at, random) => (at < 40 ? 100 : 140) * MIB + random() * 0.1 * MIB))).not.toBe('growing')
  })

  test('a few readings say nothing', () => {
    expect(shape(series((at) => at * MIB, 10))).toBe('too-short')
    expect(shape([])).toBe('too-short')
  })

  test('noise alone is seldom taken for a leak', () => {
    const alarms = Array.from({ length: 400 }, (_, seed) =>
      shape(series((_, random) => 100 * MIB + random() * 8 * MIB, 120, seed + 1)),
    ).filter((each) => each === 'growing')
    expect(alarms.length).toBeLessThan(8)
  })

  test('what wanders, and what took a few steps, is seldom taken for a leak', () => {
    const courses: Record<string, (random: () => number) => readonly number[]> = {
      wandering: (random) => sums(Array.from({ length: 240 }, () => (random() + random() - 1) * 2 * MIB)),
      'a few steps up': (random) => {
        const steps = [random(), random(), random()].slice(0, 1 + Math.floor(random() * 3)).map((at) => at * 240)
        return Array.from({ length: 240 }, (_, at) => steps.filter((step) => step <= at).length * 20 * MIB)
      },
    }
    for (const [name, course] of Object.entries(courses)) {
      const alarms = Array.from({ length: 400 }, (_, seed) => {
        const values = course(noise(seed * 7919 + 13))
        return judgeGrowth(values.map((value, at) => ({ at, value: 500 * MIB + value })))
      }).filter((growth) => growth.shape === 'growing')
      expect({ name, share: alarms.length / 400 < 0.05 }).toEqual({ name, share: true })
    }
  })

  test('one step, wherever it is, is no leak', () => {
    for (let step = 1; step < 120; step++) {
      const growth = judgeGrowth(
        series((at, random) => (at < step ? 100 : 140) * MIB + random() * 0.1 * MIB, 120, step),
      )
      expect({ step, shape: growth.shape }).not.toEqual({ step, shape: 'growing' })
    }
  })

  test('two steps rise, and are too few to say that it goes on', () => {
    const growth = judgeGrowth(series((at, random) => (100 + 20 * Math.floor(at / 45)) * MIB + random() * 0.1 * MIB))
    expect(growth).toMatchObject({ shape: 'rising' })
    expect(growth.confidence).toBeLessThan(0.99)
  })

  test('a leak in many steps is growing', () => {
    expect(shape(series((at) => (100 + 4 * Math.floor(at / 11)) * MIB))).toBe('growing')
  })

  test('of a warm-up the rate is what it still does', () => {
    const growth = judgeGrowth(series((at) => (at < 70 ? 100 + at : 170 + (at - 70) * 0.1) * MIB))
    expect(growth.shape).toBe('warming-up')
    expect(growth.bytesPerSecond).toBeLessThan(0.5 * MIB)
  })

  test('neither the moment nor a common offset matters', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 30 }), { minLength: 24, maxLength: 80 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (values, start) => {
          const plain = values.map((value, at) => ({ at, value }))
          const moved = values.map((value, at) => ({ at: at + start, value }))
          expect(judgeGrowth(moved).shape).toBe(judgeGrowth(plain).shape)
        },
      ),
    )
  })
})
