import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computeThresholds, printedThresholds, rulingSettings } from '../../../src/analysis/dirty/thresholds.ts'
import type { WritebackSettings } from '../../../src/collectors/writeback.ts'
import type { Zone } from '../../../src/parsers/zoneinfo.ts'
import { writebackState } from '../../helpers/writeback-host.ts'

const PAGE = 4096

function settings(changes: Partial<WritebackSettings>): WritebackSettings {
  return { ...writebackState().settings, ...changes }
}

describe('the thresholds by formula', () => {
  it('are those that the kernel printed at the same moment, to the byte', () => {
    const state = writebackState()
    const { background, limit, dirtyable, reserve } = computeThresholds(state, PAGE) ?? {}
    expect({ background, limit }).toEqual(printedThresholds(state, PAGE))
    // The reserve by hand: 12363 + 30 but at most 3840 managed, 9344 + 6181, 19130, 32 but 0 managed.
    expect(reserve).toBe((3840 + 9344 + 6181 + 19_130) * PAGE)
    expect(dirtyable).toBeGreaterThan(limit ?? 0)
  })

  it('follow bytes, rounded up to pages, before ratios', () => {
    const bytes = settings({ dirtyBytes: 10_000_001, dirtyRatio: 0, dirtyBackgroundBytes: 1, dirtyBackgroundRatio: 0 })
    expect(computeThresholds(writebackState({ settings: bytes }), PAGE)).toMatchObject({
      limit: 2442 * PAGE,
      background: PAGE,
    })
  })

  it('put the background at half the limit when it is set to as much or more', () => {
    const odd = settings({ dirtyRatio: 0, dirtyBytes: 5 * PAGE, dirtyBackgroundRatio: 50, dirtyBackgroundBytes: 0 })
    expect(computeThresholds(writebackState({ settings: odd }), PAGE)).toMatchObject({
      limit: 5 * PAGE,
      background: 2 * PAGE,
    })
  })

  it('count a boosted watermark as it was before', () => {
    const calm = writebackState()
    const zones = calm.zones?.map((zone) => ({ ...zone, high: zone.high + 100, boost: 100 })) ?? null
    expect(computeThresholds({ ...calm, zones }, PAGE)).toEqual(computeThresholds(calm, PAGE))
  })

  it('keep their order, and shares of what may become dirty', () => {
    const ratio = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(ratio, ratio, (dirtyRatio, dirtyBackgroundRatio) => {
        const some = settings({ dirtyRatio, dirtyBackgroundRatio })
        const {
          background = -1,
          limit = -1,
          dirtyable = 0,
        } = computeThresholds(writebackState({ settings: some }), PAGE) ?? {}
        expect(background).toBeLessThanOrEqual(limit / (dirtyBackgroundRatio < dirtyRatio ? 1 : 2))
        expect(Math.abs(limit / dirtyable - dirtyRatio / 100)).toBeLessThan(1 / PAGE)
      }),
    )
  })

  it('are unknown without one of their sources, and with high memory', () => {
    const high: Zone = { node: 0, name: 'HighMem', high: 1, boost: 0, managed: 10, protection: [0] }
    for (const lacking of [
      { meminfo: null },
      { vmstat: null },
      { zones: null },
      { zones: [high] },
      { settings: settings({ dirtyRatio: null }) },
    ]) {
      expect(computeThresholds(writebackState(lacking), PAGE)).toBeNull()
    }
  })
})

describe('the settings that rule', () => {
  it('are bytes where they are set, else ratios', () => {
    expect(rulingSettings(settings({ dirtyBytes: 4096, dirtyRatio: 0 }))).toEqual({
      limit: { name: 'dirty_bytes', bytes: 4096 },
      background: { name: 'dirty_background_ratio', percent: 10 },
    })
    expect(rulingSettings(settings({ dirtyBackgroundBytes: null, dirtyBackgroundRatio: null })).background).toBeNull()
  })
})
