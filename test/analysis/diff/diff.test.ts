import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, LIMIT_SUBJECTS } from '../../../src/analysis/diff/limit.ts'
import { type DiffReport, diffReport } from '../../../src/analysis/diff/report.ts'
import { FIGURES } from '../../../src/analysis/figures.ts'
import { parseDiffLimit } from '../../../src/cli/diff-limits.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'
import { fixtureText } from '../../helpers/fixtures.ts'
import { sampleReport } from '../../helpers/reports.ts'

const JAVA = fixtureText('proc/java/smaps')

/** The records of a captured smaps, so that one can be changed, moved or taken away. */
const RECORDS = JAVA.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)

function withSmaps(records: readonly string[]) {
  // Without VmSize there is nothing to check the list against.
  return sampleReport('java', {}, { process: { files: { smaps: records.join(''), statm: null } } })
}

/** The difference between the capture and a changed one, as of one process or of two. */
function diffTo(records: readonly string[], sameProcess = false): DiffReport {
  return diffReport(sampleReport('java'), withSmaps(records), sameProcess)
}

/** Moves a record by so many pages, as address randomisation does between runs. */
function moved(record: string, by: bigint): string {
  return record.replace(/^([0-9a-f]+)-([0-9a-f]+)/, (_, start: string, end: string) =>
    [start, end].map((digits) => (BigInt(`0x${digits}`) + by).toString(16).padStart(digits.length, '0')).join('-'),
  )
}

const isGate = (record: string): boolean => record.startsWith('ffffffff')

function fates(diff: DiffReport): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { fate } of diff.mappings) counts[fate] = (counts[fate] ?? 0) + 1
  return counts
}

describe('a process compared with itself', () => {
  test.each([true, false])('has changed in nothing (same process: %s)', (sameProcess) => {
    expect(fates(diffTo(RECORDS, sameProcess))).toEqual({ same: RECORDS.length })
  })

  test('has changed in nothing when every address is another', () => {
    const elsewhere = RECORDS.map((record) => (isGate(record) ? record : moved(record, 0x5000_0000n)))
    expect(fates(diffTo(elsewhere))).toEqual({ same: RECORDS.length })
  })
})

describe('a known change is named, and nothing else', () => {
  const heap = RECORDS.findIndex((record) => record.includes('[heap]'))

  test.each([true, false])('a mapping that grew (same process: %s)', (sameProcess) => {
    const grown = RECORDS.map((record, index) =>
      index === heap
        ? record
            .replace(/^Rss: +(\d+)/m, (_, kb) => `Rss:            ${Number(kb) + 400}`)
            .replace(/^Anonymous: +(\d+)/m, (_, kb) => `Anonymous:      ${Number(kb) + 400}`)
        : record,
    )
    const diff = diffTo(grown, sameProcess)
    expect(fates(diff)).toEqual({ same: RECORDS.length - 1, grew: 1 })
    const [first] = diff.mappings
    expect(first?.figures.rss.delta).toBe(400 * 1024)
    expect(diff.after.table.nameOf(first?.after ?? 0)).toBe('[heap]')
    expect(diff.groups[0]).toMatchObject({ key: 'heap', mappings: { delta: 0 } })
  })

  test('a library that went, and one that came', () => {
    const library = RECORDS.filter((record) => record.includes('/libz.so'))
    expect(library.length).toBeGreaterThan(0)
    const without = RECORDS.filter((record) => !library.includes(record))
    expect(fates(diffTo(without))).toEqual({ same: without.length, gone: library.length })
    const back = diffReport(withSmaps(without), sampleReport('java'), false)
    expect(fates(back)).toEqual({ same: without.length, appeared: library.length })
  })

  test('permissions', () => {
    const index = RECORDS.findIndex((record) => / r--p .*libz\.so/.test(record))
    const changed = RECORDS.map((record, at) => (at === index ? record.replace(' r--p ', ' rw-p ') : record))
    const [first] = diffTo(changed).mappings
    expect(first?.fate).toBe('changed')
    expect(first?.properties).toContainEqual({ what: 'perms', before: 'r--p', after: 'rw-p' })
  })

  test('a new version of a library is the same library', () => {
    const updated = RECORDS.map((record) => record.replace(/libz\.so\.1\.[\d.]+/, 'libz.so.1.99.7'))
    const diff = diffTo(updated)
    expect(fates(diff)).not.toHaveProperty('gone')
    expect(diff.mappings[0]?.properties).toContainEqual(
      expect.objectContaining({ what: 'path', after: expect.stringContaining('libz.so.1.99.7') }),
    )
  })
})

describe('whatever happens to the mappings', () => {
  test('the sums of all rows are the difference of the totals, and every mapping is counted once', () => {
    const kept = fc.array(fc.boolean(), { minLength: RECORDS.length, maxLength: RECORDS.length })
    fc.assert(
      fc.property(kept, kept, fc.boolean(), (a, b, sameProcess) => {
        const before = withSmaps(RECORDS.filter((record, index) => a[index] === true || isGate(record)))
        const after = withSmaps(RECORDS.filter((record, index) => b[index] === true || isGate(record)))
        const diff = diffReport(before, after, sameProcess)
        for (const { id } of FIGURES) {
          const sum = (part: 'before' | 'after' | 'delta') =>
            diff.mappings.reduce((total, mapping) => total + (mapping.figures[id][part] ?? Number.NaN), 0)
          const total = diff.totals.figures[id]
          expect([sum('before'), sum('after'), sum('delta')]).toEqual([total.before, total.after, total.delta])
          const grouped = diff.groups.reduce((all, group) => all + (group.figures[id].delta ?? Number.NaN), 0)
          expect(grouped).toBe(total.delta)
        }
        const rows = (side: 'before' | 'after') =>
          diff.mappings.map((mapping) => mapping[side]).filter((row) => row !== null)
        expect(new Set(rows('before')).size).toBe(before.table.length)
        expect(rows('before')).toHaveLength(before.table.length)
        expect(new Set(rows('after')).size).toBe(after.table.length)
        expect(rows('after')).toHaveLength(after.table.length)
      }),
      { numRuns: 40 },
    )
  })
})

describe('--fail-on', () => {
  const diff = diffTo(RECORDS.filter((record) => !record.includes('[heap]')))
  const back = diffReport(diff.after, diff.before, false)
  const verdict = (report: DiffReport, text: string) => judge(report, [parseDiffLimit(text)])[0]?.exceeded

  test.each([
    ['mappings > 100000', false],
    ['mappings > 1', true],
    ['mappings > +0', true],
    ['mappings > +5', false],
    ['anon > +0%', true],
    ['anonymous > 2x', false],
    ['rss > +1GiB', false],
    ['rss>1B', true],
  ])('%s', (text, exceeded) => {
    expect(verdict(back, text)).toBe(exceeded)
  })

  test('shrinking exceeds no growth', () => {
    expect(verdict(diff, 'anon > +0%')).toBe(false)
  })

  test('is held to exactly, for every figure and every form', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 40 })
    const forms = fc.oneof(
      bytes.map((value) => ({ text: `${value}`, most: () => value })),
      bytes.map((value) => ({ text: `+${value}B`, most: (before: number) => before + value })),
      fc.integer({ min: 0, max: 999 }).map((share) => ({
        text: `+${share}%`,
        most: (before: number) => before + (before * share) / 100,
      })),
      fc
        .integer({ min: 0, max: 999 })
        .map((factor) => ({ text: `${factor}x`, most: (before: number) => before * factor })),
    )
    const spaces = fc.constantFrom('', ' ', '  ')
    fc.assert(
      fc.property(fc.constantFrom(...LIMIT_SUBJECTS), forms, spaces, fc.boolean(), (subject, form, space, reverse) => {
        const report = reverse ? diff : back
        const amount = subject === 'mappings' ? form.text.replace('B', '') : form.text
        const change = subject === 'mappings' ? report.totals.mappings : report.totals.figures[subject]
        const { before, after } = change
        const expected = before === null || after === null ? null : after > form.most(before)
        expect(verdict(report, `${subject}${space}>${space}${amount}`)).toBe(expected)
      }),
    )
  })

  test('takes what its grammar says, and nothing else', () => {
    const words = ['rss', 'mappings', '>', '>', '<', '+', '-', '5', '10', '%', 'x', 'MiB', 'M', '.', ' ']
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((parts) => parts.join('')),
      fc
        .tuple(fc.constantFrom('rss', 'mappings'), fc.array(fc.constantFrom(...words.slice(5)), { maxLength: 5 }))
        .map(([subject, parts]) => `${subject} > ${parts.join('')}`),
    )
    const grammar =
      /^ *(?:rss *> *(?:\+? *\d+(?:\.\d+)? ?(?:MiB)?|\+ *\d+(?:\.\d+)? ?%|\d+(?:\.\d+)?x)|mappings *> *(?:\+? *\d+|\+ *\d+(?:\.\d+)? ?%|\d+(?:\.\d+)?x)) *$/
    const taken = (text: string): boolean => {
      try {
        parseDiffLimit(text)
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        return false
      }
    }
    fc.assert(
      fc.property(texts, (text) => {
        expect({ text, taken: taken(text) }).toEqual({ text, taken: grammar.test(text) })
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['anon', 'anon > 10%', 'anon < 5MiB', 'anon > 5M', 'mappings > 5MiB', 'anon > +2x', 'heap > +1%', ''])(
    'refuses %j, and says what it takes',
    (text) => {
      expect(() => parseDiffLimit(text)).toThrow(/--fail-on/)
    },
  )
})
