import { describe, expect, it } from 'vitest'
import { dirtyLevel, type Phase, phaseOf, standingOf } from '../../../src/analysis/dirty/standing.ts'
import { writebackState } from '../../helpers/writeback-host.ts'

const PAGE = 4096
const THRESHOLDS = { background: 100 * PAGE, limit: 200 * PAGE }

describe('where the host stands', () => {
  it('as captured: far below, with the kernel’s own thresholds and the formula in agreement', () => {
    const standing = standingOf(writebackState(), PAGE)
    expect(standing).toMatchObject({
      dirty: 27_604 * 1024,
      writeback: 20 * 1024,
      phase: 'idle',
      source: 'vmstat',
      deviation: 0,
      flusher: { interval: 5, expire: 30, worstAge: 35 },
      ruling: {
        limit: { name: 'dirty_ratio', percent: 20 },
        background: { name: 'dirty_background_ratio', percent: 10 },
      },
    })
    const { background = 0, limit = 0 } = standing.thresholds ?? {}
    expect(standing.freeRun).toBe((background + limit) / 2)
    expect(standing.throttleShare).toBe(((27_604 + 20) * 1024) / standing.freeRun)
  })

  it.each<[dirty: number, writeback: number, phase: Phase]>([
    [100, 0, 'idle'],
    [100, 50, 'idle'],
    [101, 0, 'flushing'],
    [101, 49, 'flushing'],
    [101, 50, 'throttled'],
    [0, 151, 'throttled'],
    [150, 50, 'throttled'],
    [150, 51, 'held'],
    [Number.NaN, 0, 'unknown'],
  ])('with %s pages dirty and %s being written: %s', (dirty, writeback, phase) => {
    expect(phaseOf({ dirty: dirty * PAGE, writeback: writeback * PAGE }, THRESHOLDS)).toBe(phase)
  })

  it('counts what NFS calls unstable as dirty, as kernels before 5.8 do', () => {
    const vmstat = new Map([...(writebackState().vmstat ?? []), ['nr_unstable', 3]])
    expect(dirtyLevel({ vmstat, meminfo: null }, PAGE).dirty).toBe(27_604 * 1024 + 3 * PAGE)
  })

  it('takes the level from meminfo and the thresholds from nowhere when vmstat cannot be read', () => {
    const standing = standingOf(writebackState({ vmstat: null }), PAGE)
    expect(standing).toMatchObject({
      dirty: 27_604 * 1024,
      phase: 'unknown',
      thresholds: null,
      source: null,
      computed: null,
    })
    expect(standing.freeRun).toBeNaN()
    expect(standing.throttleShare).toBeNaN()
  })

  it('uses the formula when vmstat does not print the thresholds', () => {
    const vmstat = new Map(writebackState().vmstat)
    vmstat.delete('nr_dirty_threshold')
    const standing = standingOf(writebackState({ vmstat }), PAGE)
    expect(standing).toMatchObject({ source: 'formula', phase: 'idle', deviation: Number.NaN })
    expect(standing.thresholds?.limit).toBe(standing.computed?.limit)
  })

  it('says how far the formula is off', () => {
    const state = writebackState()
    const vmstat = new Map(state.vmstat)
    vmstat.set('nr_dirty_threshold', (vmstat.get('nr_dirty_threshold') ?? 0) / 2)
    expect(standingOf({ ...state, vmstat }, PAGE).deviation).toBeCloseTo(1)
  })

  it('knows of a flusher that never wakes, and of settings that cannot be read', () => {
    const { settings } = writebackState()
    const flusher = (changes: object): unknown =>
      standingOf(writebackState({ settings: { ...settings, ...changes } }), PAGE).flusher
    expect(flusher({ dirtyWritebackCentisecs: 0 })).toEqual({ interval: null, expire: 30, worstAge: null })
    expect(flusher({ dirtyExpireCentisecs: null })).toEqual({ interval: 5, expire: Number.NaN, worstAge: Number.NaN })
  })
})
