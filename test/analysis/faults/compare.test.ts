import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMetric } from '../../../src/analysis/faults/compare.ts'
import { spreadOf } from '../../../src/analysis/statistics.ts'
import type { Comparison, Verdict } from '../../../src/model/fault-comparison.ts'
import type { MetricId } from '../../../src/model/fault-figures.ts'
import type { FaultRun } from '../../../src/model/faults.ts'
import { reportOf, runsOf } from '../../helpers/fault-reports.ts'
import { counter, faultRun, INTEL } from '../../helpers/fault-runs.ts'

function verdict(before: readonly number[], after: readonly number[], metric: MetricId = 'faults'): Verdict {
  return compareMetric(metric, spreadOf(before), spreadOf(after)).verdict
}

const SEVEN = [10_000, 10_001, 10_002, 10_003, 10_004, 10_005, 10_006]
const plus = (by: number): number[] => SEVEN.map((value) => value + by)

describe('whether a change is one', () => {
  it.each([
    ['5 % more in 7 + 7 runs', SEVEN, plus(500), 'more'],
    ['5 % fewer', plus(500), SEVEN, 'fewer'],
    ['alike', SEVEN, SEVEN, 'no-change'],
    ['1 %, though every run has more', SEVEN, plus(100), 'no-change'],
    ['40 faults of 100, below the floor', [100, 101, 102], [140, 141, 142], 'no-change'],
    ['5 % in 3 + 3 runs that do not overlap', SEVEN.slice(0, 3), plus(500).slice(0, 3), 'more'],
    ['2.5 % in 3 + 3 runs', SEVEN.slice(0, 3), plus(250).slice(0, 3), 'unproven'],
    ['one run each', [10_000], [20_000], 'unproven'],
    ['runs too wild to say', [10_000, 20_000, 30_000], [15_000, 25_000, 35_000], 'unstable'],
    [
      'a tenth of runs that are wild',
      [10_000, 10_600, 11_200, 10_100, 10_900, 10_300, 10_700].map((n) => n * 10),
      [10_000, 10_600, 11_200, 10_100, 10_900, 10_300, 10_700],
      'fewer',
    ],
    ['from nothing', [0, 0, 0, 0, 0, 0, 0], SEVEN, 'more'],
  ] as const)('%s: %s', (_what, before, after, expected) => {
    expect(verdict(before, after)).toBe(expected)
  })

  it('runs that overlap by chance are no change', () => {
    expect(
      verdict(
        [10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_900],
        [10_000, 10_000, 10_000, 10_900, 10_900, 10_900, 10_900],
      ),
    ).toBe('no-change')
  })

  it('tells how much, against what, and how likely by chance', () => {
    const row = compareMetric('faults', spreadOf(SEVEN), spreadOf(plus(1000)))
    expect(row.delta).toBe(1000)
    expect(row.relative).toBeCloseTo(0.1, 3)
    expect(row.threshold).toBeCloseTo(200.06, 2)
    expect(row.p).toBeCloseTo(1 / 3432, 8)
    expect(compareMetric('wall', null, spreadOf([1])).verdict).toBe('unknown')
    expect(compareMetric('faults', spreadOf([0]), spreadOf([9])).relative).toBe(null)
  })

  it('turned around it says the opposite', () => {
    const values = fc.array(fc.integer({ min: 1000, max: 20_000 }), { minLength: 1, maxLength: 9 })
    const opposite = { more: 'fewer', fewer: 'more' } as Readonly<Record<string, string>>
    fc.assert(
      fc.property(values, values, (before, after) => {
        const [there, back] = [
          compareMetric('faults', spreadOf(before), spreadOf(after)),
          compareMetric('faults', spreadOf(after), spreadOf(before)),
        ]
        expect(there.delta).toBe(back.delta === 0 ? 0 : -(back.delta ?? 0))
        // The threshold is a share of what came before, so that near it only one of the two may be a change.
        if (there.verdict in opposite && back.verdict in opposite) expect(back.verdict).toBe(opposite[there.verdict])
      }),
    )
  })
})

describe('two programs', () => {
  function compared(before: readonly FaultRun[], after: readonly FaultRun[], command = ['./new', '1000']): Comparison {
    const { comparison } = reportOf(before, { other: { command, runs: after } })
    if (comparison === null) throw new Error('not compared')
    return comparison
  }

  it('are compared metric by metric, with the faults first', () => {
    const { rows, refusal, warnings } = compared(runsOf(SEVEN), runsOf(plus(500)))
    expect(refusal).toBe(null)
    expect(warnings).toEqual([])
    expect(rows.map(({ metric, verdict: judged }) => [metric, judged])).toEqual([
      ['faults', 'more'],
      ['minor-faults', 'more'],
      ['major-faults', 'no-change'],
      ['peak-rss', 'no-change'],
      ['wall', 'no-change'],
    ])
  })

  it('are not compared when a run failed, was never made, or was counted otherwise', () => {
    const failed = runsOf([1], { exit: { code: null, signal: 'SIGSEGV' } })
    expect(compared([...runsOf(SEVEN), ...failed], runsOf(SEVEN)).refusal).toEqual({
      code: 'run-failed',
      side: 'before',
      failed: 1,
    })
    expect(compared(runsOf(SEVEN), failed).refusal).toEqual({ code: 'run-failed', side: 'after', failed: 1 })
    expect(compared(runsOf(SEVEN), runsOf([1], { warmup: true })).refusal).toEqual({ code: 'no-runs', side: 'after' })
    const user = faultRun([counter('page-faults', 1049, { modifiers: 'u' })])
    expect(compared([user], [faultRun([counter('page-faults', 1049)])]).refusal).toEqual({ code: 'modes-differ' })
  })

  it('are compared with a warning when more than the program differs', () => {
    const other = runsOf(SEVEN, { perfVersion: '7.2', host: { ...INTEL, kernel: '6.1', cpuModel: 'other' } })
    expect(compared(runsOf(SEVEN), other, ['./new', '2000']).warnings).toEqual([
      'perf-differs',
      'kernel-differs',
      'cpu-differs',
      'arguments-differ',
    ])
  })
})

describe('several runs', () => {
  it('warm-ups and failures are shown, and not counted', () => {
    const runs = [
      ...runsOf([99], { warmup: true }),
      ...runsOf([10, 30, 20]),
      ...runsOf([1], { exit: { code: 1, signal: null } }),
    ]
    const { repeat, figures, runs: all, notes } = reportOf(runs, { repeated: true })
    expect(repeat).toMatchObject({ runs: 3, warmups: 1, failed: 1 })
    expect(repeat?.metrics.faults).toMatchObject({ median: 20, min: 10, max: 30, values: [10, 30, 20] })
    expect(repeat?.metrics['user-faults']).toBeUndefined()
    expect(figures.accounting.total.value).toBe(20)
    expect(all).toHaveLength(5)
    expect(notes).toContainEqual({ code: 'run-failed', failed: 1, runs: 4 })
  })

  it('a metric that one run lacks is not known of all', () => {
    const { repeat } = reportOf([...runsOf([1]), ...runsOf([2], { peakRssBytes: null })], { repeated: true })
    expect(repeat?.metrics['peak-rss']).toBeUndefined()
  })

  it('figures are of a failed run when there is no other, and a report needs one', () => {
    expect(reportOf(runsOf([5], { exit: { code: 1, signal: null } })).figures.accounting.total.value).toBe(5)
    expect(reportOf(runsOf([5], { warmup: true })).figures.accounting.total.value).toBe(5)
    expect(() => reportOf([])).toThrow(RangeError)
  })
})
