import { describe, expect, it } from 'vitest'
import type { DirtyFile } from '../../../src/analysis/dirty/files.ts'
import type { DirtyReport } from '../../../src/analysis/dirty/report.ts'
import { FILE_FIELDS, mappingRows, PROCESS_FIELDS } from '../../../src/analysis/dirty/tables.ts'
import { sortRecords } from '../../../src/analysis/records.ts'
import { cached, capturedReport, notAsked } from '../../helpers/dirty-reports.ts'
import { WRITEBACK_HOST } from '../../helpers/writeback-host.ts'

const PAGE = 4096
const MIB = 1024 ** 2
const { store, peer } = WRITEBACK_HOST
const NO_NATIVE = notAsked({ reason: 'no-native', detail: 'a test' })

function file(report: DirtyReport, name: string): DirtyFile {
  const found = report.files.find(({ path }) => path.endsWith(name))
  if (found === undefined) throw new Error(`no ${name} in the report`)
  return found
}

/** A file that somebody has open, of which so many pages are dirty. */
function open(pid: number, inode: string, dirty: number | null) {
  const answer = dirty === null ? null : cached(dirty)
  return { pid, file: { key: `9 ${inode}`, device: 9, inode, path: `/srv/log-${inode}`, fsType: 'ext4', answer } }
}

describe('a file that several mappings and processes share', () => {
  const report = capturedReport({
    pids: [store, peer],
    answers: { 'bz60R6/shared.dat': cached(2100, { writeback: 4 }) },
  })

  it('is one row, with all of them', () => {
    const shared = report.files.filter(({ inode }) => inode === file(report, 'bz60R6/shared.dat').inode)
    expect(shared).toHaveLength(1)
    expect(shared[0]).toMatchObject({ mappings: 3, pids: [store, peer], durability: 'msync' })
  })

  it('is counted once: what the page cache has, beside what the mappings show', () => {
    expect(file(report, 'bz60R6/shared.dat')).toMatchObject({
      dirty: 2100 * PAGE,
      writeback: 4 * PAGE,
      atRisk: 2104 * PAGE,
      atLeast: false,
      mapped: 2048 * PAGE,
      mappedExact: false,
    })
    expect(report.total).toMatchObject({ files: 1, unknown: 0, atRisk: 2104 * PAGE, atLeast: false })
  })

  it('stands with every process that maps it, so that their sum is more than the total', () => {
    expect(report.processes.map(({ atRisk }) => atRisk)).toEqual([2104 * PAGE, 2104 * PAGE])
    expect(report.processes.map(({ mapped }) => mapped)).toEqual([
      (2048 + 768 + 300 + 830 + 5) * PAGE,
      (1024 + 5) * PAGE,
    ])
  })
})

describe('parts of a file that are mapped apart', () => {
  it('are added up', () => {
    expect(file(capturedReport(), '/halves.dat')).toMatchObject({ mappings: 2, mapped: 768 * PAGE, mappedExact: true })
  })
})

describe('what the page cache says', () => {
  it('is more than mappings show, where write(2) stored it', () => {
    const report = capturedReport({ answers: { '/written.dat': cached(1100) } })
    expect(file(report, '/written.dat')).toMatchObject({ durability: 'read-only', mapped: 0, atRisk: 1100 * PAGE })
    expect(report.total).toMatchObject({ atRisk: 1100 * PAGE, dirty: 1100 * PAGE, writeback: 0 })
  })

  it('counts a page once that is stored to while it is being written', () => {
    const report = capturedReport({ answers: { 'bz60R6/shared.dat': cached(4096, { writeback: 4096 }) } })
    expect(file(report, 'bz60R6/shared.dat').atRisk).toBe(4096 * PAGE)
  })

  it('is of no weight for a file without a name, which is gone anyway', () => {
    const report = capturedReport({ answers: { 'bz60R6/unlinked.dat': cached(700, { links: 0 }) } })
    expect(file(report, 'bz60R6/unlinked.dat')).toMatchObject({
      unlinked: true,
      durability: 'unlinked',
      dirty: 700 * PAGE,
      atRisk: 0,
    })
    expect(report.total.atRisk).toBe(0)
    expect(report.processes[0]?.unlinked).toBe(700 * PAGE)
  })

  it('is not believed of a file that mappings show pages of, when it has none', () => {
    const empty = { ok: true, value: { cached: 0, dirty: 0, writeback: 0 }, links: 1n } as const
    const report = capturedReport({ answers: { 'bz60R6/shared.dat': empty, '/written.dat': empty } })
    expect(file(report, 'bz60R6/shared.dat')).toMatchObject({
      atRisk: 8 * MIB,
      atLeast: true,
      refusal: { reason: 'stacked' },
    })
    expect(report.files.some(({ path }) => path.endsWith('/written.dat'))).toBe(false)
  })

  it('is at risk where another name is left', () => {
    const report = capturedReport({ answers: { '/linked.dat': cached(130) } })
    expect(file(report, '/linked.dat (deleted)')).toMatchObject({
      unlinked: false,
      durability: 'msync',
      atRisk: 130 * PAGE,
    })
  })
})

describe('without the page cache', () => {
  const report = capturedReport({ otherwise: NO_NATIVE })

  it('figures are the least that they may be, and say so', () => {
    expect(file(report, 'bz60R6/shared.dat')).toMatchObject({
      atRisk: 8 * MIB,
      atLeast: true,
      dirty: Number.NaN,
      cached: Number.NaN,
    })
    expect(report.total).toMatchObject({ atRisk: (2048 + 768 + 300 + 5) * PAGE, atLeast: true, files: 4, unknown: 2 })
    expect(report.processes[0]).toMatchObject({ atRisk: (2048 + 768 + 300 + 5) * PAGE, atLeast: true })
  })

  it('nothing is said of a file that lost its name, and may have another', () => {
    expect(file(report, 'bz60R6/unlinked.dat')).toMatchObject({
      unlinked: true,
      atRisk: Number.NaN,
      mapped: 700 * PAGE,
    })
  })

  it('the file itself may still tell how many names it has', () => {
    const found = capturedReport({
      otherwise: NO_NATIVE,
      answers: { 'bz60R6/unlinked.dat': notAsked({ reason: 'not-yours' }, 0n) },
    })
    expect(file(found, 'bz60R6/unlinked.dat')).toMatchObject({ links: 0n, atRisk: 0, atLeast: false })
  })

  it('and without smaps, nothing is known', () => {
    const shallow = capturedReport({ otherwise: NO_NATIVE, basic: true })
    expect(file(shallow, 'bz60R6/shared.dat')).toMatchObject({ atRisk: Number.NaN, mapped: Number.NaN })
    expect(shallow.processes[0]).toMatchObject({
      anonymous: Number.NaN,
      msyncMappings: 3,
      missing: 'smaps was not read: --basic',
    })
    const cachedOnly = capturedReport({ basic: true, answers: { 'bz60R6/shared.dat': cached(3) } })
    expect(file(cachedOnly, 'bz60R6/shared.dat')).toMatchObject({ atRisk: 3 * PAGE, mapped: Number.NaN })
  })
})

describe('files that are open and not mapped', () => {
  const opened = [open(store, '1', 10), open(peer, '1', null), open(peer, '2', 3), open(999, '3', 50)]
  const report = capturedReport({ pids: [store, peer], opened })

  it('count for the processes that have them open, once in all', () => {
    expect(file(report, '/srv/log-1')).toMatchObject({
      durability: 'fsync',
      mappings: 0,
      pids: [store, peer],
      atRisk: 10 * PAGE,
    })
    expect(report.total.atRisk).toBe(13 * PAGE)
    expect(report.processes.map(({ atRisk }) => atRisk)).toEqual([10 * PAGE, 13 * PAGE])
  })

  it('are unknown when nobody could be asked about them, since no mapping shows anything', () => {
    const hidden = open(store, '4', 1)
    const answer = notAsked({ reason: 'not-yours' }, 1n)
    const found = capturedReport({ opened: [{ ...hidden, file: { ...hidden.file, answer } }] })
    expect(file(found, '/srv/log-4')).toMatchObject({ atRisk: Number.NaN, atLeast: true })
    expect(found.total).toMatchObject({ unknown: 1, atLeast: true })
  })

  it('are not in the report when no process of it has them open', () => {
    expect(report.files.some(({ path }) => path === '/srv/log-3')).toBe(false)
  })

  it('add their processes to a file that others map', () => {
    const { device, inode } = capturedReport().files.find(({ path }) => path.endsWith('/halves.dat')) ?? {}
    const key = { key: `${0xfe * 2 ** 20} ${inode}`, device: 0xfe * 2 ** 20, inode: inode ?? '' }
    const both = capturedReport({
      pids: [store, peer],
      opened: [{ pid: peer, file: { ...open(peer, '1', null).file, ...key } }],
    })
    expect(device).toBe('fe:00')
    expect(file(both, '/halves.dat')).toMatchObject({ pids: [store, peer], durability: 'msync' })
  })
})

describe('the host', () => {
  const scan = { looked: 40, denied: 2 }
  const answers = {
    'bz60R6/shared.dat': cached(2048, { writeback: 2 }),
    'bz60R6/unlinked.dat': cached(700, { links: 0 }),
  }

  it('is reconciled with its files: those without a name count there too, and what is left is named', () => {
    const report = capturedReport({ pids: [store, peer], scan, answers })
    const host = (27_604 + 20) * 1024
    const files = 2750 * PAGE
    expect(report.reconciliation).toEqual({ host, files, atLeast: true, elsewhere: host - files })
    const everybody = capturedReport({ pids: [store, peer], scan: { ...scan, denied: 0 }, answers })
    expect(everybody.reconciliation?.atLeast).toBe(false)
  })

  it('has no less than nothing elsewhere, when files were dirty that the host has written since', () => {
    const report = capturedReport({ scan, answers: { 'bz60R6/shared.dat': cached(4096), '/halves.dat': cached(4096) } })
    expect(report.reconciliation).toMatchObject({ files: 8192 * PAGE, elsewhere: 0 })
  })

  it('is compared with what mappings show, where that is all', () => {
    const report = capturedReport({ scan, otherwise: NO_NATIVE })
    expect(report.reconciliation).toMatchObject({ files: (2048 + 768 + 300 + 5 + 830) * PAGE, atLeast: true })
  })

  it('is not compared with the files of some processes', () => {
    expect(capturedReport({ answers }).reconciliation).toBeNull()
  })
})

describe('tables', () => {
  const report = capturedReport({
    pids: [store, peer],
    answers: { 'bz60R6/shared.dat': cached(2100), '/halves.dat': cached(9000) },
  })
  const field = <Row>(fields: readonly { name: string; value: (row: Row) => number | string }[], name: string) =>
    fields.find((each) => each.name === name) as (typeof fields)[number]

  it('show what no mapping does as their difference, and never less than nothing', () => {
    const unmapped = field(FILE_FIELDS, 'unmapped')
    expect(unmapped.value(file(report, 'bz60R6/shared.dat'))).toBe(52 * PAGE)
    expect(unmapped.value(file(capturedReport(), '/halves.dat'))).toBe(0)
  })

  it('sort by any column', () => {
    const by = FILE_FIELDS.find(({ name }) => name === 'atrisk')
    if (by === undefined) throw new Error('no atrisk')
    const [first] = sortRecords(report.files, { by, reverse: false })
    expect(first?.path).toMatch(/halves/)
  })

  it('have the command of each process', () => {
    expect(report.processes.map(field(PROCESS_FIELDS, 'command').value)).toEqual([
      './store 4096',
      expect.stringMatching(/^\.\/store 1024 \/srv\//),
    ])
  })

  it('of mappings leave out what is private and has no file, and what the kernel maps for itself', () => {
    const durabilities = new Set(mappingRows(report.processes).map(({ process, row }) => process.durability(row)))
    expect([...durabilities].sort()).toEqual(['msync', 'private', 'read-only', 'volatile'])
  })
})
