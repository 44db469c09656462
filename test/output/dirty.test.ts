import { describe, expect, it } from 'vitest'
import type { DirtyReport } from '../../src/analysis/dirty/report.ts'
import { standingOf } from '../../src/analysis/dirty/standing.ts'
import { type DirtyTableChoice, FILE_FIELDS } from '../../src/analysis/dirty/tables.ts'
import { nextTick, type WatchTick } from '../../src/analysis/dirty/watch.ts'
import type { PageCacheRefusal } from '../../src/model/page-cache.ts'
import { writeDirtyJson } from '../../src/output/dirty-json.ts'
import { pageCacheReason } from '../../src/output/dirty-reasons.ts'
import { flusherLines, levelLines, thresholdLines } from '../../src/output/dirty-standing.ts'
import { writeDirtyCsv } from '../../src/output/dirty-table.ts'
import { type DirtyTextOptions, writeDirtyText } from '../../src/output/dirty-text.ts'
import { writeWatchCsv, writeWatchJson, writeWatchLine } from '../../src/output/dirty-watch.ts'
import { createPalette } from '../../src/output/palette.ts'
import { displayWidth } from '../../src/output/width.ts'
import { cached, capturedReport, notAsked, type ReportParts } from '../helpers/dirty-reports.ts'
import { WRITEBACK_HOST, writebackState } from '../helpers/writeback-host.ts'

const { store, peer } = WRITEBACK_HOST
const TOOL = { name: 'mmapctl', version: '0.0.0' }
const PLAIN = { palette: createPalette(false), bytes: false, width: null, header: true, quiet: false }

/** What cachestat would have said of the captured files. */
const ANSWERS: ReportParts['answers'] = {
  'bz60R6/shared.dat': cached(2100, { writeback: 4 }),
  'bz60R6/halves.dat': cached(768),
  'bz60R6/readonly.dat': cached(300),
  'bz60R6/written.dat': cached(1100),
  'bz60R6/unlinked.dat': cached(700, { links: 0 }),
  'bz60R6/linked.dat': cached(130),
  '/store/store': cached(15),
}
const NO_NATIVE = notAsked({ reason: 'no-native', detail: 'the optional package koffi is not installed' })
const SCAN = { looked: 61, denied: 2 }
const OPENED = {
  pid: store,
  file: { key: '9 1', device: 9, inode: '1', path: '/srv/store/log\x1b[31m', fsType: 'ext4', answer: cached(900) },
}

/** What a writer writes. */
function written(write: (take: (text: string) => void) => void): string {
  let text = ''
  write((piece) => {
    text += piece
  })
  return text
}

function table(by: DirtyTableChoice['by'], limit: number | null = null): DirtyTableChoice {
  return { by, columns: null, order: null, limit }
}

function shown(report: DirtyReport, options: Partial<DirtyTextOptions> = {}): string {
  const by = report.scan === null ? 'file' : 'process'
  return written((take) => writeDirtyText(report, { ...PLAIN, table: table(by), ...options }, take))
}

const golden = (name: string): string => `../golden/dirty-${name}.txt`

describe('what people see', () => {
  const target = capturedReport({ answers: ANSWERS, opened: [OPENED] })
  const host = capturedReport({ pids: [store, peer], answers: ANSWERS, scan: SCAN })

  it.each([null, 80, 60])('of a process and of the host on %s columns', async (width) => {
    for (const [name, report] of Object.entries({ target, host })) {
      const text = shown(report, { width })
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      // The first line names the process as every report does, and is as long as that takes.
      for (const line of text.split('\n').slice(1)) expect(displayWidth(line)).toBeLessThanOrEqual(width ?? 500)
      await expect(text).toMatchFileSnapshot(golden(`${name}-${width ?? 'pipe'}`))
    }
  })

  const VIEWS: Readonly<Record<string, () => string>> = {
    'without-cachestat': () => shown(capturedReport({ otherwise: NO_NATIVE })),
    'host-without-cachestat': () => shown(capturedReport({ pids: [store, peer], otherwise: NO_NATIVE, scan: SCAN })),
    'without-smaps': () => shown(capturedReport({ answers: ANSWERS, basic: true })),
    'two-processes': () => shown(capturedReport({ pids: [store, peer], answers: ANSWERS })),
    'by-mapping': () => shown(target, { table: table('mapping'), width: 100 }),
    'by-process': () => shown(target, { table: table('process'), quiet: true }),
    clean: () => shown(capturedReport({ pids: [peer], otherwise: cached(0) })),
    bytes: () => shown(target, { bytes: true }),
    limited: () => shown(host, { table: table('process', 1), quiet: false }),
    quiet: () => shown(target, { quiet: true, header: false }),
  }

  it.each(Object.entries(VIEWS))('of it %s', async (name, view) => {
    await expect(view()).toMatchFileSnapshot(golden(name))
  })

  it('in colour is the same text', () => {
    const coloured = shown(target, { palette: createPalette(true) })
    expect(coloured).toContain('\x1b[')
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(shown(target))
  })

  it('of a process that does not let itself be read is the host alone', () => {
    const [process] = target.processes
    if (process === undefined) throw new Error('no process')
    const denied = { ...process, memory: { ...process.memory, space: null } }
    const text = shown({ ...target, processes: [denied], files: [] })
    expect(text).toContain('host: dirty 27.0 MiB')
    expect(text).not.toContain('at risk')
  })
})

describe('what programs get', () => {
  const report = capturedReport({ pids: [store, peer], answers: ANSWERS, opened: [OPENED], scan: SCAN })

  it.each(['file', 'process', 'mapping'] as const)('of every %s as CSV', async (by) => {
    const text = written((take) => writeDirtyCsv(report, table(by), true, take))
    const [head = '', ...rows] = text.split('\n').slice(0, -1)
    for (const row of rows) {
      expect(row.replace(/"(?:[^"]|"")*"/g, '').split(',')).toHaveLength(head.split(',').length)
    }
    await expect(text).toMatchFileSnapshot(golden(`${by}.csv`))
  })

  it('as CSV has the columns that were asked for, in their order', () => {
    const columns = ['path', 'atrisk'].flatMap((name) => FILE_FIELDS.filter((field) => field.name === name))
    const choice: DirtyTableChoice = { by: 'file', columns, order: null, limit: 1 }
    expect(written((take) => writeDirtyCsv(report, choice, false, take))).toMatch(/^\/srv\/[^,]+,\d+\n$/)
  })

  it('as JSON has everything', async () => {
    const failures = [{ code: 'vanished', message: 'process 9 ended while it was being read' }]
    const text = written((take) => writeDirtyJson(report, failures, TOOL, take))
    const document = JSON.parse(text)
    expect(document.files.map(({ path }: { path: string }) => path)).toContain('/srv/store/log\x1b[31m')
    expect(document.reconciliation.elsewhere).toBe(report.reconciliation?.elsewhere)
    await expect(text).toMatchFileSnapshot(golden('report.json'))
  })

  it('as JSON says why something is null', () => {
    const bare = capturedReport({ otherwise: NO_NATIVE, basic: true })
    const document = JSON.parse(written((take) => writeDirtyJson(bare, [], TOOL, take)))
    const [process] = document.processes
    for (const each of [process, ...document.files, ...document.writeback.devices, document.writeback]) {
      const unknown = Object.keys(each).filter((key) => each[key] === null && !['links', 'path'].includes(key))
      expect(Object.keys(each.unavailable)).toEqual(expect.arrayContaining(unknown))
    }
    expect(process.unavailable.anonymous).toBe('smaps was not read: --basic')
    expect(document.files[0].unavailable.dirty).toContain('koffi is not installed')
  })
})

describe('where the host stands, in words', () => {
  const standing = (changes: object, settings: object = {}) => {
    const state = writebackState()
    const vmstat = new Map([...(state.vmstat ?? []), ...Object.entries(changes)])
    return standingOf({ ...state, vmstat, settings: { ...state.settings, ...settings } }, 4096)
  }
  const level = (changes: object): string => levelLines(standing(changes), PLAIN).join(' ')

  it('below, and above each threshold', () => {
    const thresholds = { nr_dirty_background_threshold: 100, nr_dirty_threshold: 200 }
    expect(level({ ...thresholds, nr_dirty: 100 })).toContain('below every threshold')
    expect(level({ ...thresholds, nr_dirty: 101 })).toContain('the flusher is writing')
    expect(level({ ...thresholds, nr_dirty: 160 })).toContain('writers are being slowed')
    expect(level({ ...thresholds, nr_dirty: 220 })).toContain('held to the speed of their devices')
  })

  it('with bytes as settings, a flusher at rest, and laptop mode', () => {
    const settings = { dirtyBytes: 2 ** 30, dirtyRatio: 0, dirtyWritebackCentisecs: 0, laptopMode: 5 }
    const odd = standing({}, settings)
    expect(thresholdLines(odd, PLAIN).join('\n')).toContain('vm.dirty_bytes 1.0 GiB')
    const flusher = flusherLines(odd, PLAIN).join('\n')
    expect(flusher).toContain('never wakes by itself')
    expect(flusher).toContain('laptop mode is on')
    expect(flusher).toContain('its formula gives others')
  })

  it('without thresholds says so, and shows none', () => {
    const unknown = standingOf(writebackState({ vmstat: null }), 4096)
    expect(thresholdLines(unknown, PLAIN)).toEqual([])
    expect(flusherLines(unknown, PLAIN).join('\n')).toContain('thresholds: unknown')
    expect(levelLines(unknown, PLAIN).join('\n')).toContain('not known')
  })
})

describe('why a page cache could not be asked about', () => {
  it('is a clause for every reason', () => {
    const refusal = { reason: 'denied', errno: 'EACCES', path: '/x' } as const
    const reasons: PageCacheRefusal[] = [
      { reason: 'no-native', detail: 'x' },
      { reason: 'no-cachestat' },
      { reason: 'other-file' },
      { reason: 'not-regular' },
      { reason: 'may-hang' },
      { reason: 'unknown-mount' },
      { reason: 'overlay' },
      { reason: 'stacked' },
      { reason: 'not-yours' },
      { reason: 'refused', refusal },
      { reason: 'too-many' },
    ]
    const texts = reasons.map(pageCacheReason)
    expect(new Set(texts).size).toBe(reasons.length)
    for (const text of texts) expect(text).toMatch(/^[a-z].*[^.]$/)
  })
})

describe('a watch', () => {
  /** Lines a second apart, of so many pages dirty, dirtied so far and at risk in a TARGET. */
  function ticksOf(levels: readonly (readonly [dirty: number, dirtied: number, target: number | null])[]): WatchTick[] {
    const ticks: WatchTick[] = []
    const { settings, ...state } = writebackState()
    levels.forEach(([dirty, dirtied, atRisk], index) => {
      const changes = { nr_dirty: dirty, nr_dirtied: dirtied, nr_written: 0, nr_writeback: 0 }
      const vmstat = new Map([...(state.vmstat ?? []), ...Object.entries(changes)])
      const total = { files: 1, unknown: 0, atLeast: false, dirty: 0, writeback: 0, mapped: 0 }
      const target = atRisk === null ? null : { ...total, atRisk: atRisk * 4096 }
      const facts = { counters: { ...state, vmstat, at: index * 1000 }, settings, time: index * 1000, target }
      ticks.push(nextTick(ticks, facts, 4096))
    })
    return ticks
  }

  /** Old data first, then more than grows old, then the flusher at work, then slowed writers. */
  const GROWING = ticksOf([
    [1000, 1000, 10],
    [2000, 2000, 20],
    [102_000, 102_000, 30],
    [402_000, 402_000, 40],
    [702_000, 702_000, 50],
    [1_002_000, 1_002_000, 60],
    [2_002_000, 2_002_000, 60],
    [2_002_000, 2_002_000, 60],
  ])
  const CALM = ticksOf([
    [1000, 1000, null],
    [900, 1100, null],
  ])

  const lines = (ticks: readonly WatchTick[], width: number | null): string =>
    written((take) => {
      for (const [index, tick] of ticks.entries()) writeWatchLine(tick, index === 0, { ...PLAIN, width }, take)
    }).replace(/\d\d:\d\d:(\d\d)/g, '12:00:$1')

  it.each([null, 80, 60])('is a line for each look, on %s columns', async (width) => {
    const text = lines(GROWING, width) + lines(CALM, width)
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width ?? 500)
    await expect(text).toMatchFileSnapshot(golden(`watch-${width ?? 'pipe'}`))
  })

  it('is a row for each look as CSV, and an object as JSON', async () => {
    const csv = written((take) => GROWING.forEach((tick, index) => void writeWatchCsv(tick, index === 0, take)))
    const json = written((take) => [...GROWING, ...CALM].forEach((tick) => void writeWatchJson(tick, take)))
    const documents = json
      .split('\n')
      .slice(0, -1)
      .map((each) => JSON.parse(each))
    expect(documents.map(({ forecast }) => forecast.verdict)).toEqual([
      'unknown',
      'periodic',
      'growing',
      'growing',
      'now',
      'now',
      'now',
      'now',
      'unknown',
      'steady',
    ])
    await expect(csv + json).toMatchFileSnapshot(golden('watch.rows'))
  })
})
