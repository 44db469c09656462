import { describe, expect, it } from 'vitest'
import { FIGURES, type FigureId, figureReader, keysOf } from '../../src/analysis/figures.ts'
import { parsePermsPattern } from '../../src/analysis/filter.ts'
import { GROUPINGS, totalRows } from '../../src/analysis/groups.ts'
import type { MapsQuestion, MapsReport } from '../../src/analysis/maps-report.ts'
import { rowsOf } from '../../src/analysis/rows.ts'
import { permsText } from '../../src/model/perms.ts'
import { fixtureText, SAMPLES } from '../helpers/fixtures.ts'
import { sampleReport } from '../helpers/reports.ts'

function allRows(report: MapsReport): Int32Array {
  return Int32Array.from({ length: report.table.length }, (_, row) => row)
}

/** Start addresses of the rows that a report shows. */
function shown(sample: string, question: Partial<MapsQuestion>): readonly number[] {
  const { rows } = sampleReport(sample, question)
  return [...rows]
}

describe('figures', () => {
  it('need all fields that they are made of, and no more', () => {
    expect([...keysOf(['uss', 'dirty'])].sort()).toEqual(['Private_Clean', 'Private_Dirty', 'Shared_Dirty'])
    const { table } = sampleReport('java', {}, { wanted: new Set(['Private_Clean']) })
    expect(figureReader(table, 'uss')(0)).toBeNaN()
    expect(figureReader(table, 'size')(0)).toBe(table.size(0))
  })

  it('take optional fields where the kernel prints them', () => {
    const { table } = sampleReport('thp')
    const huge = figureReader(table, 'huge')
    let sum = 0
    for (let row = 0; row < table.length; row++) sum += huge(row)
    expect(sum / 1024).toBe(110592)
    const old = sampleReport('thp', {}, { wanted: new Set(['AnonHugePages']) }).table
    expect(figureReader(old, 'huge')(0)).not.toBeNaN()
  })

  it('of hugetlb are in huge and hugetlb, and in neither RSS nor PSS', () => {
    const { table, totals } = sampleReport('hugetlb')
    expect(totals.totals.hugetlb).toBe(12288 * 1024)
    expect(totals.totals.huge).toBe(12288 * 1024)
    expect(totals.totals.rss).toBe(1668 * 1024)
    expect(totalRows(table, new Int32Array()).rss).toBe(0)
  })
})

describe.each(SAMPLES)('groups of %s', (sample) => {
  it.each([...GROUPINGS])('by %s add up to the totals', (grouping) => {
    const report = sampleReport(sample, { grouping })
    const whole = totalRows(report.table, allRows(report))
    for (const { id } of FIGURES) {
      expect([id, report.groups.reduce((sum, group) => sum + (group.sums[id] ?? Number.NaN), 0)]).toEqual([
        id,
        whole[id],
      ])
    }
    expect(report.groups.reduce((sum, group) => sum + group.mappings, 0)).toBe(report.table.length)
    expect(new Set(report.groups.map((group) => group.key)).size).toBe(report.groups.length)
    expect(report.matchedSums).toEqual(whole)
  })

  it('come largest first', () => {
    const weights = sampleReport(sample).groups.map(({ sums }) => (sums.rss ?? 0) + (sums.hugetlb ?? 0))
    expect(weights).toEqual([...weights].sort((a, b) => b - a))
  })
})

describe('groups', () => {
  it('by path call nameless memory by its kind', () => {
    const keys = sampleReport('kinds', { grouping: 'path' }).groups.map((group) => group.key)
    expect(keys).toContain('(anonymous)')
    expect(keys).toContain('/memfd:jit-code (deleted)')
  })

  it('by name join files of one base name and the areas of a runtime', () => {
    const keys = sampleReport('java', { grouping: 'name' }).groups.map((group) => group.key)
    expect(keys).toEqual(expect.arrayContaining(['libjvm.so', 'JVM heap', 'glibc malloc arena', '[heap]']))
  })

  it('have unknown figures when only maps was read, and come by size', () => {
    const { groups } = sampleReport('java', {}, { basic: true })
    expect(groups.every((group) => group.sums.rss === null)).toBe(true)
    const sizes = groups.map((group) => group.sums.size ?? 0)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })
})

describe('filters', () => {
  it('let through what fits all of them', () => {
    const report = sampleReport('java', {
      filter: { kinds: new Set(['library']), perms: /x/, minRss: 1024 * 1024, path: (name) => name.includes('jvm') },
    })
    const names = [...report.rows].map((row) => report.table.nameOf(row).split('/').at(-1))
    expect(names).toEqual(['libjvm.so'])
    expect([report.filtered, report.matched.mappings]).toEqual([true, 1])
  })

  it('do not count an unknown RSS as large enough', () => {
    expect(sampleReport('java', { filter: { minRss: 0 } }, { basic: true }).rows).toHaveLength(0)
    expect(sampleReport('java', { filter: { minRss: 0 } }).rows).toHaveLength(214)
  })

  it('sum up what they let through, and leave the totals alone', () => {
    const report = sampleReport('java', { filter: { kinds: new Set(['heap']) } })
    expect(report.matchedSums.rss).toBe(figureReader(report.table, 'rss')(report.rows[0] ?? -1))
    expect(report.totals.totals.rss).toBe(145668 * 1024)
    expect(report.groups.map((group) => group.key)).toEqual(['heap'])
  })

  it.each([
    ['rw-p', ['rw-p']],
    ['rw?p', ['rw-p', 'rwxp']],
    ['wx', ['rwxp', '-wxp', 'rwxs']],
    ['s', ['rwxs', 'r--s']],
    ['---p', ['---p']],
  ])('of permissions %s fit %j', (pattern, fitting) => {
    const all = Array.from({ length: 16 }, (_, bits) => permsText(bits))
    const matching = all.filter((text) => parsePermsPattern(pattern)?.test(text))
    expect(matching).toEqual(expect.arrayContaining(fitting))
    if (pattern.length === 4) expect(matching).toHaveLength(fitting.length)
  })

  it.each(['', 'q', 'rwxsp', 'rw-', 'xw-p', '????x', '.*', 'RW-P'])('of permissions refuse %j', (text) => {
    expect(parsePermsPattern(text)).toBeNull()
  })
})

describe('joined rows', () => {
  it('are neighbouring segments of one file, and lose no mapping', () => {
    const { table, view, classes, rows, matched } = sampleReport('java', { coalesce: true })
    const covered: number[] = []
    for (let index = 0; index < view.length; index++) {
      const first = view.first[index] ?? -1
      const count = rowsOf(view, index)
      for (let row = first; row < first + count; row++) {
        covered.push(row)
        expect([table.name[row], table.inode.at(row), classes.kind(row)]).toEqual([
          table.name[first],
          table.inode.at(first),
          classes.kind(first),
        ])
        if (row > first) expect(table.start[row]).toBe(table.end[row - 1])
      }
    }
    expect(covered).toEqual([...rows])
    expect(matched).toEqual({ mappings: 214, rows: view.length })
    expect(view.length).toBeLessThan(214)
  })

  it('never are nameless memory, nor rows with a filtered one between them', () => {
    const { table, view } = sampleReport('java', { coalesce: true, filter: { perms: /^r-/ } })
    for (let index = 0; index < view.length; index++) {
      const first = view.first[index] ?? -1
      for (let row = first; row < first + rowsOf(view, index); row++) {
        expect(permsText(table.perms[row] ?? 0)).toMatch(/^r-/)
        if (row > first) expect(table.hasInode(row)).toBe(true)
      }
    }
  })
})

describe('order', () => {
  const ids = ['size', 'rss', 'uss'] satisfies FigureId[]

  it.each(ids)('by %s is largest first, and the other way round when reversed', (by) => {
    const { table } = sampleReport('java')
    const read = figureReader(table, by)
    const values = shown('java', { order: { by, reverse: false } }).map(read)
    expect(values).toEqual([...values].sort((a, b) => b - a))
    const reversed = shown('java', { order: { by, reverse: true } }).map(read)
    expect(reversed).toEqual([...reversed].sort((a, b) => a - b))
  })

  it('by a field of the kernel’s is by its JSON name', () => {
    const { table } = sampleReport('java')
    const values = shown('java', { order: { by: 'privateDirty', reverse: false } }).map((row) =>
      table.value('Private_Dirty', row),
    )
    expect(values).toEqual([...values].sort((a, b) => b - a))
  })

  it('by text is ascending, and equal rows keep address order', () => {
    const { table, classes } = sampleReport('java')
    const byPath = shown('java', { order: { by: 'path', reverse: false } })
    const keys = byPath.map((row) => `${table.nameOf(row)}\0${String(row).padStart(6, '0')}`)
    expect(keys).toEqual([...keys].sort())
    const perms = shown('java', { order: { by: 'perms', reverse: true } }).map((row) =>
      permsText(table.perms[row] ?? 0),
    )
    expect(perms).toEqual([...perms].sort().reverse())
    const kinds = shown('java', { order: { by: 'kind', reverse: false } }).map((row) => classes.kindIndex(row))
    expect(kinds).toEqual([...kinds].sort((a, b) => a - b))
  })

  it('by address reversed is from the top', () => {
    const rows = shown('java', { order: { by: 'address', reverse: true } })
    expect(rows).toEqual(Array.from({ length: 214 }, (_, row) => 213 - row))
  })

  it.each([false, true])('puts unknown figures last (reversed: %s)', (reverse) => {
    const cut = sampleReport(
      'java',
      { order: { by: 'rss', reverse } },
      {
        process: { files: { smaps: withoutRss() } },
      },
    )
    const values = [...cut.rows].map((row) => cut.table.value('Rss', row))
    const known = values.filter((value) => !Number.isNaN(value))
    expect(values.slice(0, known.length)).toEqual(known)
    expect(known).toHaveLength(212)
    expect(known).toEqual([...known].sort((a, b) => (reverse ? a - b : b - a)))
  })
})

describe('a limit', () => {
  it('cuts rows but neither groups nor what matched', () => {
    const report = sampleReport('java', { limit: 5, coalesce: true, order: { by: 'rss', reverse: false } })
    expect([report.rows.length, report.view.length, report.matched.mappings]).toEqual([5, 5, 214])
    expect(report.matchedSums.rss).toBe(145668 * 1024)
  })

  it('larger than the list changes nothing', () => {
    expect(shown('java', { limit: 1000 })).toHaveLength(214)
  })
})

describe('an overview', () => {
  it('of a short list is the list', () => {
    const report = sampleReport('java', { overview: true })
    expect([report.overview, report.rows.length]).toEqual([false, 214])
  })
})

/** The text of java's smaps without two of its Rss lines. */
function withoutRss(): string {
  const text = fixtureText('proc/java/smaps')
  let seen = 0
  return text.replace(/^Rss:.*\n/gm, (line) => {
    seen++
    return seen === 7 || seen === 100 ? '' : line
  })
}
