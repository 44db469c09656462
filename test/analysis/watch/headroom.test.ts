import { describe, expect, test } from 'vitest'
import { LimitHistory } from '../../../src/analysis/watch/headroom.ts'
import { headroomLines, headroomText } from '../../../src/output/watch-headroom.ts'
import { limit } from '../../helpers/watch-samples.ts'

const MIB = 1024 ** 2
const NONE = Number.POSITIVE_INFINITY

function watched(seconds: number, limits: (at: number) => ReturnType<typeof limit>[], since = 0) {
  const history = new LimitHistory()
  for (let at = 0; at < seconds; at++) history.add(at, limits(at))
  return history.headroom(since)
}

describe('the nearest limit', () => {
  test('is the one that is reached first at its own rate, with when and how surely', () => {
    const view = watched(120, (at) => [
      limit('cgroup-max', 900 * MIB, 1000 * MIB, '/full/but/still'),
      limit('cgroup-high', (100 + at) * MIB, 400 * MIB, '/growing'),
    ])
    expect(view?.limits.map(({ id }) => id)).toEqual(['cgroup-high', 'cgroup-max'])
    const [nearest, other] = view?.limits ?? []
    expect(nearest).toMatchObject({ left: 181 * MIB, growth: { shape: 'growing' } })
    expect(nearest?.secondsLeft).toBeCloseTo(181, 0)
    expect(nearest?.growth.confidence).toBeGreaterThan(0.99)
    expect(other).toMatchObject({ secondsLeft: NONE, percent: 90 })
    expect(headroomText(view)).toBe(
      'nearest limit: memory.high of /growing 219 MiB of 400 MiB (55 %, then ENOMEM), 3 min left at +1.0 MiB/s (99.9 % sure)',
    )
  })

  test('is the fullest where none is reached within a day', () => {
    const view = watched(120, (at) => [
      limit('memory', 100 * MIB + at * 4096, 1e15),
      limit('rlimit-as', 50 * MIB, 60 * MIB),
    ])
    expect(view?.limits[0]).toMatchObject({ id: 'rlimit-as', secondsLeft: NONE })
    expect(headroomText(view)).toContain('coming no nearer')
  })

  test('has no time before there are readings enough, and says so', () => {
    const view = watched(10, (at) => [limit('rlimit-data', at * MIB, 100 * MIB)])
    expect(view?.limits[0]?.secondsLeft).toBeNaN()
    expect(headroomText(view)).toContain('too early to tell when')
  })

  test('counts what is not set and what is not known, and never takes them for a limit', () => {
    const view = watched(30, () => [
      limit('rlimit-as', 1, NONE),
      limit('cgroup-max', Number.NaN, 100),
      limit('max-map-count', 10, Number.NaN),
      limit('cgroup-swap', 0, 0),
    ])
    expect(view).toEqual({ limits: [], unlimited: 1, unknown: 3 })
    expect(headroomText(view)).toBe('limits: none is set')
    expect(headroomLines(view)).toEqual(['besides: 1 not set, 3 not known'])
    expect(headroomText(null)).toContain('not known')
  })

  test('counts mappings too, whose growth is of few', () => {
    const view = watched(120, (at) => [limit('max-map-count', 1000 + at * 2, 65_530)])
    expect(view?.limits[0]?.growth.bytesPerSecond).toBeCloseTo(2)
    expect(headroomText(view)).toContain('of 65,530')
    expect(headroomText(view)).toContain('at +2.0/s')
  })

  test('that is risen to and fallen back from is not reached', () => {
    const view = watched(120, (at) => [limit('cgroup-max', (100 + (at % 15) * 2) * MIB, 200 * MIB)])
    expect(view?.limits[0]).toMatchObject({ secondsLeft: NONE, growth: { shape: 'sawtooth' } })
    expect(headroomText(view)).toContain('rising and falling back')
  })

  test('looks back only so far, and forgets what was of another program', () => {
    const history = new LimitHistory()
    for (let at = 0; at < 200; at++) history.add(at, [limit('rlimit-as', Math.min(at, 100) * MIB, 999 * MIB)])
    expect(history.headroom(150)?.limits[0]?.growth).toMatchObject({ shape: 'stable', readings: 50 })
    history.clear()
    expect(history.headroom(0)).toBeNull()
  })
})
