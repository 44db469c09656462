import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainOomScore, type OomFacts, oomRank } from '../../../src/analysis/overcommit/oom-score.ts'
import { parseStatus } from '../../../src/parsers/status.ts'
import { KIB } from '../../helpers/commit-samples.ts'
import { fixtureBytes, fixtureText, SAMPLES } from '../../helpers/fixtures.ts'

/** RAM of the machine that the samples were captured on; it had no swap, but for one experiment. */
const TOTAL = 24_684_096 * KIB

function facts(sample: string, more: Partial<OomFacts> = {}): OomFacts {
  return {
    score: Number(fixtureText(`proc/${sample}/oom_score`)),
    adjustment: Number(fixtureText(`proc/${sample}/oom_score_adj`)),
    status: parseStatus(fixtureBytes(`proc/${sample}/status`)),
    total: TOTAL,
    pageSize: 4096,
    formula: 'scaled',
    adminBonus: false,
    ...more,
  }
}

describe('an OOM score', () => {
  const readable = SAMPLES.filter((sample) => !['zombie', 'kernel-thread', 'dead-leader', 'many-vmas'].includes(sample))

  it.each(readable)('of %s is worked out as the kernel has it', (sample) => {
    const { score, computed, formula } = explainOomScore(facts(sample))
    expect(Math.abs(computed - (score ?? Number.NaN))).toBeLessThanOrEqual(1)
    expect(formula).toBe('scaled')
  })

  it('is 666 of a process that uses next to nothing, and 670 of the JVM', () => {
    expect(explainOomScore(facts('ia32')).computed).toBe(666)
    expect(explainOomScore(facts('java'))).toMatchObject({ computed: 670, share: 5, rss: 145_668 * KIB })
  })

  it('rises by two thirds of the adjustment', () => {
    expect(explainOomScore(facts('ia32', { adjustment: 500, score: 1000 })).computed).toBe(999)
    expect(explainOomScore(facts('ia32', { adjustment: 1000, score: 1333 })).computed).toBe(1332)
  })

  it('was the share itself before Linux 5.9, and what root used counted a little less before 4.17', () => {
    const old = { formula: 'plain', score: 5 } as const
    expect(explainOomScore(facts('java', old))).toMatchObject({ computed: 5, formula: 'plain' })
    expect(explainOomScore(facts('java', { ...old, adjustment: -100, score: 0 })).computed).toBe(0)
    expect(explainOomScore(facts('java', { ...old, total: TOTAL / 100, adminBonus: true, score: 577 })).computed).toBe(
      574,
    )
  })

  it('follows the formula that fits, where a vendor has backported the newer one', () => {
    expect(explainOomScore(facts('java', { formula: 'plain' }))).toMatchObject({ formula: 'scaled', computed: 670 })
    expect(explainOomScore(facts('java', { score: 5 }))).toMatchObject({ formula: 'plain', computed: 5 })
    // One that fits neither is left to what the version says.
    expect(explainOomScore(facts('java', { score: 300 }))).toMatchObject({ formula: 'scaled', computed: 670 })
  })

  it('is 0 for who is exempt', () => {
    const exempt = explainOomScore(facts('java', { adjustment: -1000, score: 0 }))
    expect(exempt).toMatchObject({ exempt: true, computed: 0, formula: 'scaled' })
  })

  it('of more memory is never lower', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: TOTAL }),
        fc.nat({ max: TOTAL }),
        fc.integer({ min: -999, max: 1000 }),
        (a, b, adjustment) => {
          const status = parseStatus(fixtureBytes('proc/java/status'))
          const of = (vmRss: number) =>
            explainOomScore(facts('java', { status: { ...status, vmRss }, adjustment, score: null })).computed
          expect(of(Math.max(a, b))).toBeGreaterThanOrEqual(of(Math.min(a, b)))
        },
      ),
    )
  })
})

describe('a rank', () => {
  const all = [700, 666, 666, 800, 0].map((score, index) => ({ pid: index + 1, score }))

  it('is the number of those that are killed before, and one', () => {
    expect(oomRank(800, all)).toBe(1)
    expect(oomRank(666, all)).toBe(3)
    expect(oomRank(0, all)).toBe(5)
  })
})
