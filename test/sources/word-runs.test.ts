import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CapturedFile, flagsOfPages } from '../../src/sources/recorded-file.ts'
import { WordRuns } from '../../src/sources/word-runs.ts'

/** Stretches as page tables have them: frames in a row, one value many times, or anything; with gaps between. */
const stretches = fc.array(
  fc.record({
    gap: fc.nat(3),
    count: fc.integer({ min: 1, max: 12 }),
    high: fc.constantFrom(0, 0x8000_0000, 0x8680_0000),
    low: fc.nat(2 ** 30),
    step: fc.constantFrom(0, 1, 7),
  }),
  { maxLength: 12 },
)

/** The words by their numbers, and the stretches as they are read. */
function laid(parts: readonly { gap: number; count: number; high: number; low: number; step: number }[]) {
  const words = new Map<number, readonly [number, number]>()
  const reads: { first: number; halves: (readonly [number, number])[] }[] = []
  let at = 2 ** 34
  for (const { gap, count, high, low, step } of parts) {
    at += gap
    const halves = Array.from({ length: count }, (_, index) => [high, low + index * step] as const)
    reads.push({ first: at, halves })
    for (const each of halves) words.set(at++, each)
  }
  return { words, reads, end: at }
}

function runsOf(reads: ReturnType<typeof laid>['reads']): WordRuns {
  const runs = new WordRuns()
  for (const { first, halves } of reads) runs.add(first, halves.length, (index) => halves[index] ?? [0, 0])
  return runs
}

describe('run-length coded words', () => {
  it('are the words that were read, in whatever order, and after a text of them', () => {
    fc.assert(
      fc.property(stretches, fc.boolean(), (parts, backwards) => {
        const { words, reads, end } = laid(parts)
        const runs = runsOf(backwards ? reads.toReversed() : reads)
        const text = WordRuns.fromText(runs.toText())
        for (let word = 2 ** 34 - 1; word <= end; word++) {
          expect(runs.at(word)).toEqual(words.get(word) ?? null)
          expect(text?.at(word)).toEqual(words.get(word) ?? null)
        }
      }),
    )
  })

  it('are short for a large folio, and for a hole', () => {
    const runs = new WordRuns()
    runs.add(512, 512, (index) => [0x8680_0000, 4096 + index])
    runs.add(1024, 1e6, () => [0, 0])
    expect(runs.toText().toString()).toBe('200 200 8680000000001000 1\n400 f4240 0000000000000000 0\n')
  })

  it.each([
    '5 0 0000000000000000 0',
    '1 2 0000000000000000 2',
    'x',
    '5 2 00000000ffffffff 1',
    '5 1 0000000000000000 0\n5 1 0000000000000000 0',
  ])('that are not in order are refused: %j', (text) => {
    expect(WordRuns.fromText(Buffer.from(text))).toBeNull()
  })

  it('answer reads at any place, and refuse where nobody has read', () => {
    const file = new CapturedFile(
      runsOf(laid([{ gap: 0, count: 4, high: 7, low: 10, step: 1 }]).reads),
      '/proc/1/pagemap',
    )
    const into = new Uint8Array(16)
    expect(file.readAt((2 ** 34 + 1) * 8, into)).toEqual({ ok: true, value: 16 })
    expect([...new BigUint64Array(into.buffer)]).toEqual([0x7_0000_000bn, 0x7_0000_000cn])
    expect(file.readAt(0, into)).toMatchObject({ ok: false, refusal: { reason: 'not-captured' } })
  })

  it('of flags are kept for the frames of the pages alone, and the one behind each', () => {
    const pages = new WordRuns()
    pages.add(0, 3, (index) => [index === 1 ? 0 : 0x8000_0000, 100 + index])
    const flags = new WordRuns()
    flags.add(96, 32, (index) => [0, index])
    const kept = flagsOfPages([flags], [pages])
    expect(kept === null ? null : [...kept.words()].map(([frame, , low]) => [frame, low])).toEqual([
      [100, 4],
      [101, 5],
      [102, 6],
      [103, 7],
    ])
  })
})
