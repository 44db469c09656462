import { describe, expect, test } from 'vitest'
import { motionOf } from '../../../src/analysis/rules/motion.ts'
import type { MotionSample } from '../../../src/collectors/process-motion.ts'
import { check, type MadeMapping, reportOf } from '../../helpers/rule-cases.ts'

const AT = 0x7f0000000000
const { host } = reportOf([{ start: AT, pages: 1, perms: 'rw-p' }], true)

/** So many mappings, some of them of an age: an older one is somewhere else. */
function mappings(count: number, moved: number, age: number) {
  const made = Array.from(
    { length: count },
    (_, index): MadeMapping => ({
      start: AT + index * 0x10000 + (index < moved ? age * 0x2000 : 0),
      pages: 1,
      perms: 'rw-p',
    }),
  )
  return reportOf(made, true).table
}

/** A process seen three times in a second. */
function looks(change: (index: number) => Partial<MotionSample>): readonly MotionSample[] {
  return [0, 1, 2].map((index) => ({
    at: index * 500,
    startTime: 7,
    minorFaults: 0,
    majorFaults: 0,
    resident: 1000,
    dirtied: null,
    written: null,
    mappings: null,
    ...change(index),
  }))
}

function motion(change: (index: number) => Partial<MotionSample>) {
  return motionOf(looks(change), 4096) ?? 'the process has ended'
}

describe('mapping-churn', () => {
  const churn = (moved: readonly number[]) => motion((index) => ({ mappings: mappings(500, moved[index] ?? 0, index) }))

  test('fires when mappings go from each look to the next', () => {
    const found = check('mapping-churn', { motion: churn([0, 60, 60]) })
    expect(found).toMatchObject({ severity: 'low', evidence: [{ value: 240 }, { value: 500 }, {}] })
  })

  test('does not fire when they go once, nor when they are few', () => {
    expect(check('mapping-churn', { motion: churn([0, 0, 60]) })).toBe('clear')
    expect(check('mapping-churn', { motion: churn([0, 12, 12]) })).toBe('clear')
  })

  test('does not fire on a program that maps more and more', () => {
    const growing = motion((index) => ({ mappings: mappings(500 + index * 100, 0, 0) }))
    expect(check('mapping-churn', { motion: growing })).toBe('clear')
  })

  test('cannot tell without mappings, nor from one look', () => {
    expect(check('mapping-churn', { motion: motion(() => ({})) })).toMatchObject({ unknown: expect.any(String) })
    expect(check('mapping-churn', { motion: 'read once only' })).toEqual({ unknown: 'read once only' })
  })

  test('another process with the same PID is not the same', () => {
    expect(
      motionOf(
        looks((index) => ({ startTime: index })),
        4096,
      ),
    ).toBeNull()
    expect(motionOf([...looks(() => ({})), null], 4096)).toBeNull()
  })
})

describe('faults-without-growth', () => {
  const vmstatRates = new Map([['numa_hint_faults', 0]])
  const faults = (perLook: number, pages: number) =>
    motion((index) => ({ minorFaults: index * perLook, resident: 1000 + index * pages }))

  test('fires on faults that bring nothing', () => {
    expect(check('faults-without-growth', { motion: faults(3000, 700), host, vmstatRates })).toMatchObject({
      confidence: 'certain',
      evidence: [{ value: 6000 }, { value: 1400 * 4096 }],
    })
  })

  test('names NUMA balancing where that makes them', () => {
    const hints = new Map([['numa_hint_faults', 5000]])
    expect(check('faults-without-growth', { motion: faults(3000, 0), host, vmstatRates: hints })).toMatchObject({
      summary: expect.stringContaining('NUMA'),
    })
  })

  test('names swap where pages come back from it', () => {
    const swapIn = new Map([['pswpin', 5000]])
    expect(check('faults-without-growth', { motion: faults(3000, 0), host, vmstatRates: swapIn })).toMatchObject({
      confidence: 'likely',
      summary: expect.stringContaining('swap'),
      remedy: expect.stringContaining('cgroup'),
    })
  })

  test('does not fire on few, nor where memory grows by them', () => {
    expect(check('faults-without-growth', { motion: faults(2000, 0), host, vmstatRates })).toBe('clear')
    expect(check('faults-without-growth', { motion: faults(3000, 800), host, vmstatRates })).toBe('clear')
  })

  test('cannot tell from one look', () => {
    expect(check('faults-without-growth', { motion: 'read once only', host, vmstatRates })).toEqual({
      unknown: 'read once only',
    })
  })
})
