import { describe, expect, test } from 'vitest'
import { standingOf } from '../../../src/analysis/dirty/standing.ts'
import type { Motion } from '../../../src/analysis/rules/motion.ts'
import type { PageCacheRead } from '../../../src/model/page-cache.ts'
import { capturedReport, notAsked } from '../../helpers/dirty-reports.ts'
import { check, type MadeMapping, reportOf, statusOf } from '../../helpers/rule-cases.ts'
import { meminfoOf } from '../../helpers/rule-reports.ts'
import { WRITEBACK_HOST, writebackState } from '../../helpers/writeback-host.ts'

const KIB = 1024
const MIB = 2 ** 20
const PAGE = 4096
const AT = 0x7f0000000000
const FILE: MadeMapping = {
  start: AT,
  pages: 256,
  perms: 'rw-s',
  name: '/var/lib/db',
  inode: 9,
  flags: 'rd wr sh mr mw me ms',
}
const ANON: MadeMapping = { start: AT, pages: 1024, perms: 'rw-p' }

/** What cachestat says of a file all of whose pages are dirty. */
function dirtyOf(pages: number): PageCacheRead {
  return { ok: true, value: { cached: pages, dirty: pages, writeback: 0 }, links: 1n }
}

/** The captured host with so many pages dirty, of a limit of 1,000 and a background threshold of 500. */
function standing(dirty: number, writing = 0) {
  const state = writebackState()
  const vmstat = new Map(state.vmstat)
  vmstat.set('nr_dirty', dirty).set('nr_writeback', writing)
  vmstat.set('nr_dirty_threshold', 1000).set('nr_dirty_background_threshold', 500)
  return standingOf({ ...state, vmstat }, PAGE)
}

describe('dirty-throttling', () => {
  const judge = (dirty: number, writing?: number) => check('dirty-throttling', { writeback: standing(dirty, writing) })

  test('fires above half way between the thresholds, and at the limit', () => {
    expect(judge(700, 51)).toMatchObject({
      severity: 'high',
      summary: expect.stringContaining('sleep'),
      evidence: [{ value: 700 * PAGE }, { value: 51 * PAGE }, { value: 750 * PAGE }, { value: 1000 * PAGE }],
    })
    expect(judge(1001)).toMatchObject({ severity: 'high', summary: expect.stringContaining('limit') })
  })

  test('warns a little below, and does not fire while the flusher keeps up', () => {
    expect(judge(690)).toMatchObject({ severity: 'medium', summary: expect.stringContaining('92 %') })
    expect(judge(660)).toBe('clear')
  })

  test('cannot tell without thresholds', () => {
    const unknown = standingOf(writebackState({ vmstat: null, meminfo: null }), PAGE)
    expect(check('dirty-throttling', { writeback: unknown })).toMatchObject({
      unknown: expect.stringContaining('thresholds'),
    })
  })
})

describe('dirty-at-risk', () => {
  /** The captured process that stores to files, with so many MiB of one of them dirty; 16 MiB of the limit is far. */
  const judge = (answers: Parameters<typeof capturedReport>[0], limitPages = 2 ** 18) => {
    const state = writebackState()
    const vmstat = new Map(state.vmstat).set('nr_dirty_threshold', limitPages)
    return check('dirty-at-risk', { dirty: capturedReport(answers), writeback: standingOf({ ...state, vmstat }, PAGE) })
  }
  const stored = (mib: number) => {
    const { files } = capturedReport()
    const path = files.find(({ durability }) => durability === 'msync')?.path ?? ''
    const pages = (mib * MIB) / PAGE
    return { answers: { [path]: dirtyOf(pages) } }
  }

  test('fires on much that is stored through mappings', () => {
    expect(judge(stored(65))).toMatchObject({
      severity: 'medium',
      evidence: [{ value: 65 * MIB }, { value: 65 * MIB }, { value: 1 }, {}, { value: 2 ** 30 }],
    })
    expect(judge(stored(300))).toMatchObject({ severity: 'high' })
  })

  test('makes less of what write(2) stored', () => {
    const answer = dirtyOf((65 * MIB) / PAGE)
    const file = { key: '9 1', device: 9, inode: '1', path: '/srv/log', fsType: 'ext4', answer }
    expect(judge({ opened: [{ pid: WRITEBACK_HOST.store, file }] })).toMatchObject({
      severity: 'low',
      evidence: [{ value: 65 * MIB }, { value: 0 }, {}, {}, {}],
      remedy: expect.stringMatching(/^Call fdatasync/),
    })
  })

  test('is the same of two processes when most of it is in the same files', () => {
    const opened = (inode: string, mib: number) => {
      const file = { key: `9 ${inode}`, device: 9, inode, path: `/srv/${inode}`, fsType: 'ext4' }
      return { pid: WRITEBACK_HOST.store, file: { ...file, answer: dirtyOf((mib * MIB) / PAGE) } }
    }
    const ofFiles = (...files: readonly (readonly [string, number])[]): unknown =>
      (judge({ opened: files.map(([inode, mib]) => opened(inode, mib)) }) as { readonly shared?: string | null }).shared
    const usual = ofFiles(['1', 80], ['2', 60])
    expect(usual).toEqual(expect.any(String))
    expect(ofFiles(['2', 60], ['3', 2], ['1', 80])).toBe(usual)
    expect(ofFiles(['1', 80], ['4', 60])).not.toBe(usual)
  })

  test('does not fire on less, nor on what is little beside the limit', () => {
    expect(judge(stored(63))).toBe('clear')
    expect(judge(stored(65), 2 ** 20)).toBe('clear')
  })

  test('cannot tell when files cannot be asked about, nor without mappings', () => {
    const unasked = judge({ basic: true, otherwise: notAsked({ reason: 'no-cachestat' }) })
    expect(unasked).toMatchObject({ unknown: expect.stringContaining('page cache') })
    expect(check('dirty-at-risk', { dirty: 'needs ptrace access', writeback: standing(0) })).toEqual({
      unknown: 'needs ptrace access',
    })
  })
})

describe('sync-refaults', () => {
  const maps = reportOf([FILE, { ...ANON, start: AT + 2 ** 32 }])
  const { host } = maps
  const quiet: Motion = {
    seconds: 0.5,
    minorFaults: 2000,
    majorFaults: 0,
    dirtied: 2000 * PAGE,
    written: 0,
    resident: [9 * MIB, 9 * MIB],
    churn: [],
  }
  const judge = (change: Partial<Motion>, report = maps) =>
    check('sync-refaults', { maps: report, motion: { ...quiet, ...change }, host })

  test('fires on faults that make pages dirty and bring none', () => {
    expect(judge({})).toMatchObject({
      severity: 'medium',
      confidence: 'likely',
      rows: [0],
      evidence: [{ value: 2000 }, { value: 2000 }, { value: 0 }],
    })
  })

  test('is less sure of a process that also writes', () => {
    expect(judge({ written: 1500 * PAGE })).toMatchObject({ confidence: 'possible' })
  })

  test('does not fire on first touches, on few faults, on faults of other memory, and without such a file', () => {
    expect(judge({ resident: [9 * MIB, 9 * MIB + 200 * PAGE] })).toBe('clear')
    expect(judge({ minorFaults: 999 })).toBe('clear')
    expect(judge({ dirtied: 900 * PAGE })).toBe('clear')
    expect(judge({}, reportOf([{ ...FILE, perms: 'r--s' }]))).toBe('clear')
  })

  test('cannot tell without io, nor from one moment', () => {
    expect(judge({ dirtied: Number.NaN })).toMatchObject({ unknown: expect.stringContaining('io') })
    expect(check('sync-refaults', { maps, motion: 'read once only', host })).toEqual({ unknown: 'read once only' })
  })
})

describe('relocated-libraries', () => {
  const library = (start: number, inode: number, mib: number, perms: string): MadeMapping => ({
    start,
    pages: 16_384,
    perms,
    name: `/usr/lib/lib${inode}.so`,
    inode,
    figures: { Rss: mib * KIB, Anonymous: mib * KIB, Private_Dirty: mib * KIB },
  })
  const text = (start: number, inode: number, mib = 0): MadeMapping => library(start, inode, mib, 'r-xp')
  const two = (mib: number): readonly MadeMapping[] => [
    text(AT, 1),
    library(AT + 2 ** 28, 1, mib, 'r--p'),
    text(AT + 2 ** 29, 2),
    library(AT + 2 ** 30, 2, 8, 'rw-p'),
  ]

  test('fires on the private data of libraries together', () => {
    expect(check('relocated-libraries', { smaps: reportOf(two(9)) })).toMatchObject({
      severity: 'info',
      summary: expect.stringContaining('lib1.so'),
      evidence: [{ value: 17 * MIB }, { value: 9 * MIB }, { value: 2 }],
    })
  })

  test('does not fire on less, nor on written code, which is another finding', () => {
    expect(check('relocated-libraries', { smaps: reportOf(two(7)) })).toBe('clear')
    expect(check('relocated-libraries', { smaps: reportOf([text(AT, 1, 40)]) })).toBe('clear')
  })

  test('does not fire on what a forked process shares', () => {
    const shared = two(30).map((each) => ({ ...each, figures: { ...each.figures, Private_Dirty: 0 } }))
    expect(check('relocated-libraries', { smaps: reportOf(shared) })).toBe('clear')
  })

  test('cannot tell from addresses alone', () => {
    expect(check('relocated-libraries', { smaps: '--basic' })).toEqual({ unknown: '--basic' })
  })
})

describe('locked-share', () => {
  const { host } = reportOf([ANON], true)
  const vmstat = new Map<string, number>()
  const meminfo = meminfoOf({ MemTotal: 100 * KIB })
  const judge = (locked: number, pinned: number) =>
    check('locked-share', {
      smaps: reportOf([{ ...ANON, flags: 'rd wr mr mw me lo ac', figures: { Rss: locked, Locked: locked } }]),
      status: statusOf({ VmPin: pinned }),
      meminfo,
      vmstat,
      host,
    })

  test('fires when what is locked and pinned is much of the host', () => {
    expect(judge(20 * KIB, 11 * KIB)).toMatchObject({
      severity: 'high',
      summary: expect.stringContaining('31 %'),
      rows: [0],
    })
  })

  test('does not fire on less', () => {
    expect(judge(20 * KIB, 9 * KIB)).toBe('clear')
  })

  test('cannot tell without smaps', () => {
    expect(check('locked-share', { smaps: 'denied', status: statusOf({}), meminfo })).toEqual({ unknown: 'denied' })
  })
})

describe('unevictable-memory', () => {
  const { host } = reportOf([ANON], true)
  const judge = (unevictable: number, pins: number) =>
    check('unevictable-memory', {
      meminfo: meminfoOf({ MemTotal: 100 * KIB, Unevictable: unevictable * KIB }),
      vmstat: new Map([
        ['nr_foll_pin_acquired', 500_000 + pins],
        ['nr_foll_pin_released', 500_000],
      ]),
      host,
    })

  test('fires on either, and does not add them up', () => {
    expect(judge(31, 0)).toMatchObject({ severity: 'high', summary: expect.stringContaining('31 %') })
    expect(judge(20, (32 * MIB) / PAGE)).toMatchObject({ summary: expect.stringContaining('32 %') })
    expect(judge(20, (20 * MIB) / PAGE)).toBe('clear')
  })

  test('cannot tell without meminfo', () => {
    expect(check('unevictable-memory', { meminfo: 'gone', vmstat: new Map(), host })).toEqual({ unknown: 'gone' })
  })
})

describe('locked-in-swap', () => {
  const locked = { ...ANON, flags: 'rd wr mr mw me lo ac', figures: { Rss: 8, Swap: 12, Locked: 8 } }

  test('fires on pages in swap below a lock', () => {
    expect(check('locked-in-swap', { smaps: reportOf([locked]) })).toMatchObject({
      severity: 'medium',
      rows: [0],
      evidence: [{ value: 12 * KIB }, { value: 4 * MIB }, { value: 8 * KIB }],
    })
  })

  test('does not fire without a lock, nor when all is in memory', () => {
    expect(check('locked-in-swap', { smaps: reportOf([{ ...locked, flags: 'rd wr mr mw me ac' }]) })).toBe('clear')
    expect(check('locked-in-swap', { smaps: reportOf([{ ...locked, figures: { Rss: 20, Locked: 20 } }]) })).toBe(
      'clear',
    )
  })

  test('cannot tell without smaps', () => {
    expect(check('locked-in-swap', { smaps: 'denied' })).toEqual({ unknown: 'denied' })
  })
})

describe('latency-in-swap', () => {
  const smaps = reportOf([{ ...ANON, figures: { Swap: KIB } }])
  const withPolicy = (policy: number) => ({
    ...smaps,
    memory: { ...smaps.memory, stat: { ...smaps.memory.stat, policy } },
  })
  const ordinary = statusOf({ VmLck: 0, VmRSS: 1000, VmSwap: 1024 })

  test('fires on a real-time process, and on one that has locked most of its memory', () => {
    expect(check('latency-in-swap', { smaps: withPolicy(1), status: ordinary })).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('SCHED_FIFO'),
    })
    const locking = statusOf({ VmLck: 1013, VmRSS: 1000, VmSwap: 1024 })
    expect(check('latency-in-swap', { smaps: withPolicy(0), status: locking })).toMatchObject({
      summary: expect.stringContaining('locked most'),
    })
  })

  test('does not fire on an ordinary process, on a few pages, and on who locks its keys alone', () => {
    expect(check('latency-in-swap', { smaps: withPolicy(0), status: ordinary })).toBe('clear')
    const keys = statusOf({ VmLck: 64, VmRSS: 1000, VmSwap: 1024 })
    expect(check('latency-in-swap', { smaps: withPolicy(0), status: keys })).toBe('clear')
    const few = { ...reportOf([{ ...ANON, figures: { Swap: 1020 } }]), memory: withPolicy(1).memory }
    expect(check('latency-in-swap', { smaps: few, status: ordinary })).toBe('clear')
  })

  test('cannot tell without smaps', () => {
    expect(check('latency-in-swap', { smaps: 'denied', status: ordinary })).toEqual({ unknown: 'denied' })
  })
})
