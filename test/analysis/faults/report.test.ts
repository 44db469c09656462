import { describe, expect, it } from 'vitest'
import { ratesOf } from '../../../src/analysis/faults/rates.ts'
import type { Attribution } from '../../../src/model/fault-attribution.ts'
import type { Advice } from '../../../src/model/fault-notes.ts'
import type { FaultHost, FaultRun } from '../../../src/model/faults.ts'
import { reportOf } from '../../helpers/fault-reports.ts'
import { counter, faultRun, INTEL } from '../../helpers/fault-runs.ts'
import { attribute, exec, fault, fork, mmap } from '../../helpers/fault-traces.ts'

const KIB = 1024
const PAGES = 5000

function advice(attribution: Attribution | null, run: FaultRun = faultRun([])): readonly Advice[] {
  return reportOf([run], { attribution }).advice
}

function touch(from: number, count: number, given: Parameters<typeof fault>[1] = {}): ReturnType<typeof fault>[] {
  return Array.from({ length: count }, (_, index) => fault(from + index * 4096, given))
}

describe('advice', () => {
  it('is none without evidence', () => {
    expect(advice(null)).toEqual([])
    expect(advice(attribute([mmap(0x100000, 100), ...touch(0x100000, 100)]))).toEqual([])
  })

  it('huge pages for a large mapping that is touched for the first time', () => {
    const [first] = advice(attribute([mmap(0x100000, PAGES), ...touch(0x100000, PAGES)]))
    expect(first).toMatchObject({ code: 'huge-pages', faults: PAGES, share: 1 })
  })

  it('one call for a smaller one of which nearly all is used', () => {
    const [first] = advice(attribute([mmap(0x100000, 1500), ...touch(0x100000, 1400)]))
    expect(first).toMatchObject({ code: 'prefault', faults: 1400 })
    expect(advice(attribute([mmap(0x100000, 2000), ...touch(0x100000, 1100)]))).toEqual([])
  })

  it('to keep memory that is given back and touched again and again', () => {
    const again = [1, 2, 3, 4].flatMap(() => touch(0x100000, 400))
    expect(advice(attribute([mmap(0x100000, 400), ...again]))).toMatchObject([{ code: 'keep-memory', refaults: 1200 }])
  })

  it('to map a file at once, or to read it ahead', () => {
    const file = { name: '/srv/data', file: 'f 1', perms: 'r--s' }
    expect(advice(attribute([mmap(0x100000, PAGES, file), ...touch(0x100000, PAGES)]))).toMatchObject([
      { code: 'map-populate' },
    ])
    const major = { event: 'major-faults' }
    expect(advice(attribute([mmap(0x100000, PAGES, file), ...touch(0x100000, 50, major)]))).toMatchObject([
      { code: 'read-ahead', major: 50 },
    ])
  })

  it('to fork earlier, where copies are what a fork costs', () => {
    const events = [
      mmap(0x100000, PAGES),
      ...touch(0x100000, PAGES),
      fork(20),
      ...touch(0x100000, PAGES, { pid: 20, tid: 20 }),
    ]
    expect(advice(attribute(events)).map(({ code }) => code)).toContain('copy-after-fork')
  })

  it('says nothing of forks where the copies are of files', () => {
    const file = { name: '/lib/x', file: 'f 1' }
    const twice = [...touch(0x100000, PAGES), ...touch(0x100000, PAGES)]
    const attribution = attribute([fork(20), mmap(0x100000, PAGES, file), ...twice])
    expect(attribution.kinds.cow).toBe(PAGES)
    expect(attribution.copiesAfterFork).toBe(0)
    expect(advice(attribution).map(({ code }) => code)).not.toContain('copy-after-fork')
  })

  it('against thousands of small mappings', () => {
    const events = Array.from({ length: 1200 }, (_, index) => [
      mmap(0x100000 + index * 0x4000, 2),
      fault(0x100000 + index * 0x4000),
    ])
    expect(advice(attribute(events.flat()))).toMatchObject([{ code: 'small-mappings', mappings: 1200 }])
  })

  it('names the program, and says nothing of what several did together', () => {
    // A launcher: forks, copies, and programs with many small mappings, none of them enough by itself.
    const launched = Array.from({ length: 12 }, (_, child) => {
      const pid = 100 + child
      const own = { pid, tid: pid, comm: 'tool' }
      const mappings = Array.from({ length: 200 }, (__, index) => [
        mmap(0x40000000 + index * 0x4000, 2, own),
        fault(0x40000000 + index * 0x4000, own),
      ])
      return [fork(pid), ...touch(0x100000, 900, { pid, tid: pid }), exec(pid, 'tool'), ...mappings.flat()]
    })
    const given = advice(
      attribute([
        mmap(0x100000, 900),
        ...touch(0x100000, 900),
        ...launched.flat(),
        exec(10, 'server'),
        mmap(0x10000000, PAGES, { comm: 'server' }),
        ...touch(0x10000000, PAGES, { comm: 'server' }),
      ]),
    )
    expect(given.map(({ code }) => code)).toEqual(['copy-after-fork', 'huge-pages'])
    expect(given[0]).toMatchObject({ program: { comm: 'prog', pid: 10 }, forks: 12, faults: 10_800 })
    expect(given[1]).toMatchObject({ mapping: { comm: 'server', pid: 10 }, faults: PAGES })
  })

  it('gives none of copies that several programs took', () => {
    const parents = [10, 20, 30, 40].map((pid) => {
      const own = { pid, tid: pid }
      const child = { pid: pid + 1, tid: pid + 1 }
      return [
        exec(pid, `shell${pid}`),
        mmap(0x100000, 400, own),
        ...touch(0x100000, 400, own),
        fork(pid + 1, pid),
        ...touch(0x100000, 400, child),
      ]
    })
    const attribution = attribute(parents.flat())
    expect(attribution).toMatchObject({ copiesAfterFork: 1600, busiest: { copies: { faults: 400 } } })
    expect(advice(attribution)).toEqual([])
  })

  it('huge pages not for a program that copies what it touches, nor where the kernel has none', () => {
    const touched = [mmap(0x100000, PAGES), ...touch(0x100000, PAGES)]
    const copied = [fork(20), ...touch(0x100000, PAGES / 5)]
    expect(advice(attribute([...touched, ...copied])).map(({ code }) => code)).toEqual(['prefault', 'copy-after-fork'])
    const host = { ...INTEL, thp: null }
    expect(reportOf([faultRun([])], { host, attribution: attribute(touched) }).advice).toMatchObject([
      { code: 'prefault' },
    ])
  })

  it('does not take pages that came back from swap, or NUMA’s hints, for memory given back', () => {
    const again = [1, 2, 3, 4].flatMap(() => touch(0x100000, 400))
    const attribution = attribute([mmap(0x100000, 400), ...again])
    for (const hostEvents of [{ pswpin: 500 }, { pswpout: 500 }, { numaHintFaults: 500 }]) {
      expect(advice(attribution, faultRun([], { hostEvents }))).toEqual([])
    }
    expect(advice(attribution, faultRun([], { hostEvents: { numaHintFaults: 5 } }))).toHaveLength(1)
    expect(advice({ ...attribution, period: 11 })).toEqual([])
  })

  it('huge pages for walks not where several programs ran', () => {
    const counters = [
      counter('cycles', 100),
      counter('dtlb_load_misses.walk_active', 20),
      counter('dtlb_store_misses.walk_active', 5),
    ]
    const two = attribute([mmap(0x1000, 1), fault(0x1000), exec(10), fault(0x1000)])
    expect(advice(two, faultRun(counters))).toEqual([])
  })

  it('is none beside a comparison', () => {
    const kernel = { minor: 3052, major: 0, source: '', includes: 'reaped tree' } as const
    const run = faultRun([counter('page-faults', 52)], { kernel })
    expect(reportOf([run], { other: { command: ['b'], runs: [run] } }).advice).toEqual([])
  })

  it('against swapping', () => {
    expect(advice(attribute([mmap(0x100000, 99), ...touch(0x100000, 40, { event: 'major-faults' })]))).toMatchObject([
      { code: 'swapping', faults: 40 },
    ])
  })

  it('not to be deceived by pages that perf does not count', () => {
    const kernel = { minor: 3052, major: 0, source: '', includes: 'reaped tree' } as const
    expect(advice(null, faultRun([counter('page-faults', 52)], { kernel }))).toMatchObject([
      { code: 'pre-faulted', pages: 3000 },
    ])
  })

  it('huge pages where walks take the time', () => {
    const counters = [
      counter('cycles', 100),
      counter('dtlb_load_misses.walk_active', 20),
      counter('dtlb_store_misses.walk_active', 5),
    ]
    expect(advice(null, faultRun(counters))).toEqual([{ code: 'page-walks', share: 0.25 }])
  })

  it('is at most three lines, the most useful first', () => {
    const where = [1, 2, 3, 4, 5].map((index) => index * 0x10000000)
    const events = where.flatMap((start, index) => [
      mmap(start, PAGES * 2),
      ...touch(start, PAGES + index, { site: { symbol: `f${index}`, offset: 0, dso: '/x' } }),
    ])
    const given = advice(attribute(events))
    expect(given).toHaveLength(3)
    expect(given.map((each) => ('faults' in each ? each.faults : 0))).toEqual([PAGES + 4, PAGES + 3, PAGES + 2])
  })
})

describe('notes', () => {
  function codes(run: FaultRun, given: Parameters<typeof reportOf>[1] = {}): readonly string[] {
    return reportOf([run], given).notes.map(({ code }) => code)
  }
  const failure = { cause: 'not-installed', event: null, detail: null, paranoid: null, packages: [] } as const

  it('say why perf did not count, unless it was not to', () => {
    expect(codes(faultRun([], { failure }))).toEqual(['no-perf'])
    expect(codes(faultRun([], { failure }), { backend: 'proc' })).toEqual([])
  })

  it('say what keeps counters from being the whole truth', () => {
    expect(codes(faultRun([counter('page-faults', 49, { modifiers: 'u' })]))).toEqual(['user-mode-only'])
    const switches = counter('context-switches', 0, { modifiers: 'u' })
    expect(reportOf([faultRun([counter('page-faults', 49, { modifiers: 'u' }), switches])]).notes).toEqual([
      { code: 'user-mode-only', paranoid: 2, events: ['context-switches'] },
    ])
    expect(codes(faultRun([counter('page-faults', 0)]))).toEqual(['lost-at-exec'])
    expect(codes(faultRun([counter('page-faults', 9), counter('cycles', null)]))).toEqual(['no-pmu'])
    expect(codes(faultRun([counter('page-faults', 9), counter('cycles', 0)]))).toEqual(['hypervisor-zero'])
    const core = counter('cycles', 9, { pmu: 'cpu_core' })
    expect(codes(faultRun([core, { ...core, pmu: 'cpu_atom' }]))).toEqual(['hybrid-sum'])
    const scaled = counter('cycles', 9, { state: 'scaled', percentRunning: 48.5 })
    expect(reportOf([faultRun([scaled])]).notes).toEqual([{ code: 'multiplexed', events: ['cycles'], percent: 48.5 }])
  })

  it('say how much fell into memory that was moved', () => {
    const moved = attribute([mmap(0x1000, 1), fault(0x1000), fault(0x9000)])
    expect(codes(faultRun([]), { attribution: moved })).toContain('unattributed')
    const hardly = attribute([mmap(0x1000, 200), ...touch(0x1000, 200), fault(0x900000)])
    expect(codes(faultRun([]), { attribution: hardly })).not.toContain('unattributed')
  })

  it('say what a recording leaves out', () => {
    const lost = { comm: 'x', pid: 1, tid: 1, time: 1, type: 'lost' as const, lost: 632 }
    const attribution = attribute([mmap(0x1000, 1), fault(0x1000, { period: null }), lost], 'kind', { period: 101 })
    expect(codes(faultRun([]), { attribution: { ...attribution, unreadLines: 3 } })).toEqual([
      'lost-records',
      'unread-lines',
      'sampled',
      'kinds-inferred',
    ])
    expect(codes(faultRun([]), { attribution })).not.toContain('unread-lines')
  })

  it('say how many of the faults counted a sampled recording stands for', () => {
    const attribution = attribute([mmap(0x1000, 1), fault(0x1000, { period: null })], 'kind', { period: 101 })
    const note = (counters: Parameters<typeof faultRun>[0], userOnly = false): unknown =>
      reportOf([faultRun(counters)], { attribution: { ...attribution, userOnly } }).notes.find(
        ({ code }) => code === 'sampled',
      )
    expect(note([counter('page-faults', 950)])).toMatchObject({ period: 101, faults: 101, counted: 950 })
    expect(note([counter('page-faults', 900, { modifiers: 'u' })], true)).toMatchObject({ counted: 900 })
    expect(note([])).toMatchObject({ counted: null })
  })

  it('say what the host did that faults cannot be told by', () => {
    const attribution = attribute([mmap(0x1000, 1), fault(0x1000)])
    const notes = (hostEvents: FaultRun['hostEvents'], sizes = false): readonly unknown[] =>
      reportOf([faultRun([], { hostEvents })], { attribution: { ...attribution, pageSizes: sizes } }).notes.filter(
        ({ code }) => code === 'huge-untold' || code === 'swap-cache',
      )
    expect(notes({ thpFaultAlloc: 4 })).toEqual([{ code: 'huge-untold', allocated: 4 }])
    expect(notes(null)).toEqual([{ code: 'huge-untold', allocated: null }])
    expect(notes({ thpFaultAlloc: 4 }, true)).toEqual([])
    expect(notes({ thpFaultAlloc: 0, pswpin: 3, zswpin: 4, pswpout: 5, swpoutZero: 6, swapRaHit: 2 })).toEqual([
      { code: 'swap-cache', swappedIn: 7, swappedOut: 11, readAhead: 2 },
    ])
    const swapped = reportOf([faultRun([], { hostEvents: { pswpout: 1 } })]).notes
    expect(swapped.map(({ code }) => code)).toEqual(['swap-cache'])
  })

  it('say why kinds are inferred: the true reason', () => {
    const cause = (attribution: Partial<Attribution>, uid: number): unknown => {
      const whole = { ...attribute([mmap(0x1000, 1), fault(0x1000)], 'kind'), stacks: false, ...attribution }
      const { notes } = reportOf([faultRun([])], { host: { ...INTEL, uid }, attribution: whole })
      return notes.find(({ code }) => code === 'kinds-inferred')
    }
    const inferred = (why: string): object => ({ code: 'kinds-inferred', cause: why })
    expect(cause({ by: 'mapping' }, 0)).toEqual(inferred('not-by-kind'))
    expect(cause({ by: 'mapping' }, 1000)).toEqual(inferred('not-by-kind'))
    expect(cause({}, 1000)).toEqual(inferred('not-root'))
    expect(cause({ stacks: true }, 0)).toEqual(inferred('stacks'))
    expect(cause({ period: 101 }, 0)).toEqual(inferred('sampled'))
    expect(cause({}, 0)).toEqual(inferred('no-tracepoint'))
    expect(cause({ coded: 1, samples: 2 }, 0)).toEqual(inferred('incomplete'))
    expect(cause({ evidence: 'error-code' }, 0)).toBe(undefined)
    expect(cause({ samples: 0 }, 0)).toBe(undefined)
  })

  it('say what was dropped, and whose children are counted', () => {
    const dropped = { files: 3, bytes: 64 * KIB, kept: 1 }
    const run = faultRun([counter('page-faults', 9)])
    expect(codes(run, { dropped, target: { pid: 1, comm: 'x' } })).toEqual(['existing-children', 'dropped-cache'])
  })
})

describe('the report', () => {
  it('says who counted', () => {
    const host: FaultHost = { ...INTEL, paranoid: 4 }
    const failure = { cause: 'paranoid', event: null, detail: null, paranoid: 4, packages: [] } as const
    expect(reportOf([faultRun([], { failure })], { host }).backend).toMatchObject({
      asked: 'auto',
      used: 'proc',
      failure: { paranoid: 4 },
    })
    expect(reportOf([faultRun([counter('page-faults', 9)])]).backend).toEqual({
      asked: 'auto',
      used: 'perf',
      perfVersion: '6.1.192',
      failure: null,
    })
  })

  it('is plain data', () => {
    const report = reportOf([faultRun([counter('page-faults', 9)])], {
      attribution: attribute([mmap(0x1000, 1), fault(0x1000)]),
    })
    expect(JSON.parse(JSON.stringify({ ...report, attribution: null }))).toEqual({ ...report, attribution: null })
  })
})

describe('rates', () => {
  it('are what totals grow by', () => {
    const samples = [
      { atMs: 0, minflt: 100, majflt: 1 },
      { atMs: 500, minflt: 150, majflt: 1 },
      { atMs: 1000, minflt: 150, majflt: 11 },
      { atMs: 1000, minflt: 150, majflt: 11 },
    ]
    const rates = ratesOf(samples)
    expect(rates?.points).toEqual([
      { atMs: 500, spanMs: 500, minor: 50, major: 0 },
      { atMs: 1000, spanMs: 500, minor: 0, major: 10 },
    ])
    expect([rates?.mean, rates?.peak]).toEqual([60, 100])
  })

  it('need two moments, and time between them', () => {
    expect(ratesOf([])).toBe(null)
    expect(ratesOf([{ atMs: 0, minflt: 1, majflt: 0 }])).toBe(null)
    const still = { atMs: 5, minflt: 1, majflt: 0 }
    expect(ratesOf([still, still])).toMatchObject({ points: [], mean: null, peak: null })
  })
})
