import { describe, expect, it } from 'vitest'
import { checkStatus } from '../../../src/cli/gate/status.ts'
import { checkJson } from '../../../src/output/gate/check-json.ts'
import { githubAnnotations } from '../../../src/output/gate/github.ts'
import { junitXml } from '../../../src/output/gate/junit.ts'
import { checkMarkdown } from '../../../src/output/gate/markdown.ts'
import { prettyText } from '../../../src/output/gate/pretty.ts'
import { bencherJson, ghaBenchmarkJson, gitlabMetrics } from '../../../src/output/gate/series.ts'
import { createPalette } from '../../../src/output/palette.ts'
import { gateReport, SORTS, type Sort, WHOLE } from '../../helpers/gate-reports.ts'

const PLAIN = { palette: createPalette(false), width: null, quiet: false }
const TOOL = { name: 'mmapctl', version: '0.1.0' }
const MIB = 1024 ** 2

function golden(name: string): string {
  return `../../golden/gate/${name}.txt`
}

describe('what a person sees', () => {
  it.each(Object.keys(SORTS) as Sort[])('of a scenario that is %s', async (sort) => {
    const report = gateReport([SORTS[sort]])
    const text = prettyText(report, checkStatus(report), PLAIN)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    await expect(text).toMatchFileSnapshot(golden(`pretty-${sort}`))
  })

  it('of a program without limits', async () => {
    const scenario = { ...SORTS.polled, reasons: [{ code: 'nothing-checked' }] as const, name: 'parser' }
    await expect(prettyText(gateReport([scenario], { config: null }), 4, PLAIN)).toMatchFileSnapshot(
      golden('pretty-first'),
    )
  })

  it('of many scenarios', async () => {
    await expect(prettyText(WHOLE, 5, PLAIN)).toMatchFileSnapshot(golden('pretty-whole'))
  })

  it('of many that lack a baseline: what to do, not their figures', async () => {
    const scenarios = ['one', 'two', 'three'].map((name) => ({ ...SORTS['no-baseline'], name }))
    await expect(prettyText(gateReport(scenarios, { lenient: true }), 0, PLAIN)).toMatchFileSnapshot(
      golden('pretty-missing'),
    )
  })

  it('on a narrow terminal, where the last figures of a passing scenario are left out', () => {
    const text = prettyText(gateReport([SORTS.passed]), 0, { ...PLAIN, width: 60 })
    expect(text.split('\n')[0]).toBe('✔ parse-large   peak RSS 46.3 MiB (≈)   3 runs')
  })

  it('when only what needs attention is asked for', () => {
    const text = prettyText(gateReport([SORTS.passed, SORTS.improved]), 0, { ...PLAIN, quiet: true })
    expect(text).toBe('1 passed, 1 passed and better · baseline 2026-09-20 (10 runs) · 14.2 s\n')
  })
})

describe('what programs get', () => {
  it('as JSON', async () => {
    await expect(checkJson(WHOLE, 5, TOOL)).toMatchFileSnapshot(golden('whole.json'))
  })

  it('as JUnit', async () => {
    await expect(junitXml(WHOLE)).toMatchFileSnapshot(golden('whole.xml'))
  })

  it('as annotations of GitHub', async () => {
    await expect(githubAnnotations(WHOLE, 'ci/mmapctl.yml')).toMatchFileSnapshot(golden('whole.github'))
  })

  it('as Markdown', async () => {
    await expect(checkMarkdown(WHOLE, MIB)).toMatchFileSnapshot(golden('whole.md'))
  })

  it('as metrics of GitLab', async () => {
    await expect(gitlabMetrics(WHOLE)).toMatchFileSnapshot(golden('whole.metrics'))
  })

  it('as points for a chart', async () => {
    await expect(ghaBenchmarkJson(WHOLE)).toMatchFileSnapshot(golden('whole.gha-benchmark'))
    await expect(bencherJson(WHOLE)).toMatchFileSnapshot(golden('whole.bmf'))
  })
})

describe('GitHub drops annotations beyond ten of a kind', () => {
  it('so the last one counts the others', () => {
    const failed = Array.from({ length: 14 }, (_, index) => ({ ...SORTS.failed, name: `s${index}` }))
    const lines = githubAnnotations(gateReport(failed), 'mmapctl.yml').trimEnd().split('\n')
    expect(lines).toHaveLength(10)
    expect(lines.at(-1)).toMatch(/title=5 more scenarios::s9 takes more memory%0As10/)
  })

  it('and a scenario has one, at the line of the limit that it broke', () => {
    const lines = githubAnnotations(WHOLE, 'mmapctl.yml').trimEnd().split('\n')
    expect(lines.map((line) => /line=(\d+),title=([\w-]+)/.exec(line)?.slice(1))).toEqual([
      ['14', 'grown'],
      ['22', 'budget'],
      ['25', 'groups'],
      ['14', 'mapped'],
      ['15', 'faulting'],
      ['12', 'threads'],
      ['12', 'server'],
      ['12', 'crashing'],
    ])
  })
})

describe('Markdown is as long as may be', () => {
  it.each([2000, 5000, 20_000])('at most %d bytes, and counts what is left out', (most) => {
    const scenarios = Array.from({ length: 200 }, (_, index) => ({ ...SORTS.failed, name: `s${index}` }))
    const text = checkMarkdown(gateReport(scenarios), most)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most)
    expect(text).toMatch(/… \d+ more parts, too long for here: see the log/)
    expect(text).not.toContain('\ufffd')
  })
})

describe('GitLab compares metrics as texts', () => {
  it('so one that passes is told as the baseline has it, whatever the runs were', () => {
    const again = {
      ...SORTS.passed,
      metrics: SORTS.passed.metrics.map((each) => ({
        ...each,
        now: each.now && { ...each.now, median: each.now.median + 4096 },
      })),
    }
    expect(gitlabMetrics(gateReport([again]))).toBe(gitlabMetrics(gateReport([SORTS.passed])))
    expect(gitlabMetrics(gateReport([SORTS.failed]))).not.toBe(gitlabMetrics(gateReport([SORTS.passed])))
  })
})
