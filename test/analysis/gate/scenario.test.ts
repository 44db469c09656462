import { describe, expect, it } from 'vitest'
import { askedOf } from '../../../src/analysis/gate/asked.ts'
import { compareEnvironments } from '../../../src/analysis/gate/environment.ts'
import { hasMoved } from '../../../src/analysis/gate/metric.ts'
import { programFailure } from '../../../src/analysis/gate/program-failure.ts'
import { figuresOfBaseline, type ReferenceFigures } from '../../../src/analysis/gate/reference.ts'
import { type ScenarioCase, scenarioResult } from '../../../src/analysis/gate/scenario.ts'
import { needsMoreRuns } from '../../../src/analysis/gate/stage.ts'
import { recordedScenario } from '../../../src/analysis/gate/update.ts'
import type { GateRun } from '../../../src/model/gate/measurer.ts'
import type { GateMetric } from '../../../src/model/gate/metrics.ts'
import type { MetricResult, ScenarioResult } from '../../../src/model/gate/report.ts'
import type { Scenario } from '../../../src/model/gate/scenario.ts'
import { ENVIRONMENT, gateRun, gateRuns, gateScenario, type RunParts, serverRun } from '../../helpers/gate-runs.ts'

const MIB = 1024 ** 2
const text = (key: string): string => key
const exactly = (pattern: string) => (key: string) => key === pattern

function baselineOf(runs: readonly GateRun[]): ReferenceFigures {
  return figuresOfBaseline(
    recordedScenario({
      command: './build/parser fixtures/large.json',
      runs,
      environment: ENVIRONMENT,
      day: '2026-03-14',
      commit: null,
      reason: null,
      tool: 'mmapctl 0.1.0',
      keyText: text,
    }),
  )
}

const BASELINE = baselineOf(Array.from({ length: 10 }, () => gateRun()))

function result(
  runs: readonly GateRun[],
  scenario: Partial<Scenario> = {},
  parts: Partial<ScenarioCase> = {},
): ScenarioResult {
  const figures = parts.figures === undefined ? BASELINE : parts.figures
  const given = gateScenario(scenario)
  return scenarioResult({
    scenario: given,
    command: './build/parser fixtures/large.json',
    asked: askedOf(given, figures !== null, exactly),
    runs,
    seconds: 1,
    reference: null,
    figures,
    obstacles: [],
    failure: null,
    failedSide: null,
    refusal: null,
    environment: null,
    differences: [],
    advice: null,
    notes: [],
    keyText: text,
    ...parts,
  })
}

function metric({ metrics }: ScenarioResult, name: GateMetric): MetricResult {
  const found = metrics.find((each) => each.metric === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const placed = <Value>(value: Value): { value: Value; line: number } => ({ value, line: 14 })
const runs = (count: number, parts = {}): GateRun[] => Array.from({ length: count }, () => gateRun(parts))

describe('a scenario', () => {
  it('passes when nothing moved, with the usual limits', () => {
    const found = result(runs(3))
    expect(found).toMatchObject({ verdict: 'passed', reasons: [], runs: 3, fidelity: 'exact' })
    const gated = found.metrics.filter(({ verdict }) => verdict === 'passed').map((each) => each.metric)
    expect(gated).toEqual(['peak-rss', 'anon', 'minor-faults', 'mappings'])
  })

  it('fails with one metric beyond its limit, and names where the growth is', () => {
    const found = result(
      runs(8, { metrics: { 'peak-rss': 50 * MIB }, groups: { '[heap]': 19 * MIB, 'blob.bin': 24 * MIB } }),
    )
    expect(found.verdict).toBe('failed')
    expect(metric(found, 'peak-rss')).toMatchObject({ verdict: 'failed', delta: 4 * MIB })
    expect(metric(found, 'mappings').verdict).toBe('passed')
    expect(found.growth?.rows[0]).toMatchObject({ key: '[heap]', change: 'grew', delta: 4 * MIB })
    expect(found.growth?.at).toBe(0.14)
  })

  it('tells of a limit that guards no group', () => {
    const groups = new Map([
      ['[haep]', { value: { kind: 'most', bytes: MIB } as const, line: 7 }],
      ['libopenblas.so', { value: { kind: 'most', bytes: 0 } as const, line: 8 }],
    ])
    const found = result(runs(3), { groups })
    expect(found.verdict).toBe('passed')
    expect(found.notes).toEqual(['no group of mappings fits the limit of [haep]'])
  })

  it('of groups is told which processes it did not see: who ended before the peak may have mapped what is forbidden', () => {
    const groups = new Map([['libopenblas.so', placed({ kind: 'most', bytes: 0 } as const)]])
    const one = { pid: 7, parent: 1, comm: 'sh', exe: null, peakRss: 1, outlived: false }
    const of = (count: number): GateRun => gateRun({ processes: Array(count).fill(one) })
    const note = '2 of 3 processes were not there when groups were looked at'
    expect(result([of(3), of(3), of(3)], { groups }).notes).toEqual([note])
    expect(result([of(1), of(3), of(1)], { groups }).notes).toEqual([`in 1 of 3 runs: ${note}`])
    expect(result([of(1), of(1), of(1)], { groups }).notes).toEqual([])
    expect(result([of(3), of(3), of(3)]).notes).toEqual([])
  })

  it('tells what else moved, though nothing was asked of it', () => {
    const found = result(runs(3, { metrics: { 'page-tables': 400 * 1024, swap: 12 } }))
    expect(found.verdict).toBe('passed')
    expect(found.metrics.filter(hasMoved).map((each) => each.metric)).toEqual(['page-tables'])
  })

  it('follows a creep since it was first recorded', () => {
    const crept = { ...BASELINE, metrics: new Map(BASELINE.metrics) }
    const recorded = BASELINE.metrics.get('peak-rss')
    if (recorded !== undefined) {
      crept.metrics.set('peak-rss', { ...recorded, first: { value: 40 * MIB, since: '2026-03-14' } })
    }
    const found = result(runs(3), {}, { figures: crept })
    expect(metric(found, 'peak-rss').first).toMatchObject({ since: '2026-03-14', value: 40 * MIB })
    expect(metric(found, 'peak-rss').first?.relative).toBeCloseTo(0.15)
  })

  it('checks what was written and nothing else once a limit is written', () => {
    const limits = new Map([['anon' as const, placed({ share: 0.02, amount: null })]])
    const found = result(runs(8, { metrics: { 'peak-rss': 80 * MIB } }), { limits })
    expect(found.verdict).toBe('passed')
    expect(metric(found, 'peak-rss').verdict).toBe('not-gated')
  })
})

describe('a budget', () => {
  const max = new Map([['peak-rss' as const, placed(48 * MIB)]])

  it('is kept or not by the median, whatever the baseline says', () => {
    expect(result(runs(3), { max }, { figures: null })).toMatchObject({ verdict: 'passed', reasons: [] })
    const over = result(gateRuns('peak-rss', [47 * MIB, 49 * MIB, 49 * MIB]), { max }, { figures: null })
    expect(over.verdict).toBe('failed')
    expect(metric(over, 'peak-rss').budget).toEqual({ most: 48 * MIB, verdict: 'failed', seen: null, line: 14 })
  })

  it('of mappings is held against those at the peak too: who tidies up has few at its end', () => {
    const max = new Map([['mappings' as const, { value: 120, line: 14 }]])
    const tidied = (most: number) =>
      metric(
        result(
          Array.from({ length: 3 }, () => gateRun({ mostMappings: most })),
          { max },
          { figures: null },
        ),
        'mappings',
      )
    expect(tidied(5000)).toMatchObject({ verdict: 'failed', now: { median: 57 }, budget: { seen: 5000 } })
    expect(tidied(120)).toMatchObject({ verdict: 'passed', budget: { seen: null } })
  })

  it('holds for a metric too unstable to compare', () => {
    const racing = baselineOf(
      gateRuns(
        'peak-rss',
        [18, 20, 22, 24, 26, 28, 30, 32, 34, 36].map((each) => each * MIB),
      ),
    )
    const found = result(
      gateRuns(
        'peak-rss',
        [50, 55, 60].map((each) => each * MIB),
      ),
      { max },
      { figures: racing },
    )
    expect(metric(found, 'peak-rss').verdict).toBe('failed')
  })

  it('is not kept for certain by a peak that was only polled', () => {
    const polled = runs(3, { fidelity: 'polled' })
    expect(result(polled, { max }, { figures: null })).toMatchObject({
      verdict: 'no-verdict',
      reasons: [{ code: 'lower-bound', metrics: ['peak-rss'] }],
    })
    expect(result(polled, { max, acceptPolled: true }, { figures: null }).verdict).toBe('passed')
    const over = gateRuns('peak-rss', [50 * MIB], { fidelity: 'polled' })
    expect(result(over, { max }, { figures: null }).verdict).toBe('failed')
  })

  it('of anonymous memory is kept for certain where all that was resident keeps it', () => {
    const seen = (mostResident: number | null): GateRun[] =>
      runs(3).map((run) => ({
        ...run,
        mostResident,
        metrics: { ...run.metrics, anon: { value: 21 * MIB, fidelity: 'polled' } },
      }))
    const anon = new Map([['anon' as const, { value: 30 * MIB, line: null }]])
    const verdict = (mostResident: number | null, parts = {}): string =>
      result(seen(mostResident), { max: anon, ...parts }, { figures: null }).verdict
    expect(verdict(30 * MIB)).toBe('passed')
    expect(verdict(30 * MIB + 1)).toBe('no-verdict')
    expect(verdict(null)).toBe('no-verdict')
    expect(verdict(46 * MIB, { acceptPolled: true })).toBe('passed')
    expect(verdict(46 * MIB, { max: new Map([['anon' as const, { value: 20 * MIB, line: null }]]) })).toBe('failed')
  })

  it('asks for more runs while it lies among them', () => {
    const more = (values: readonly number[]): boolean =>
      needsMoreRuns(
        gateRuns(
          'peak-rss',
          values.map((each) => each * MIB),
        ),
        null,
        null,
        askedOf(gateScenario({ max }), false, exactly),
      )
    expect(more([47, 48, 49])).toBe(true)
    expect(more([49, 50, 51])).toBe(false)
    expect(more([46, 47, 48])).toBe(false)
  })
})

describe('there is no verdict', () => {
  const limits = new Map([['peak-rss' as const, placed({ share: 0.02, amount: null })]])

  it('when nothing was asked', () => {
    expect(result(runs(3), {}, { figures: null })).toMatchObject({
      verdict: 'no-verdict',
      reasons: [{ code: 'nothing-checked' }],
    })
  })

  it('when a limit was asked for and there is no baseline, for the reason that there is none', () => {
    const obstacles = [{ code: 'no-baseline' }] as const
    expect(result(runs(3), { limits }, { figures: null, obstacles }).reasons).toEqual(obstacles)
  })

  it('when the baseline lacks the metric', () => {
    const old = { ...BASELINE, metrics: new Map([...BASELINE.metrics].filter(([name]) => name !== 'peak-rss')) }
    expect(result(runs(3), { limits }, { figures: old }).reasons).toEqual([
      { code: 'metric-not-in-baseline', metrics: ['peak-rss'] },
    ])
  })

  it('when a run did not measure what was asked', () => {
    const blind = [gateRun(), gateRun({ metrics: { 'peak-rss': 'ptrace was refused' } }), gateRun()]
    const found = result(blind, { limits })
    expect(found.reasons).toEqual([{ code: 'not-measured', metrics: ['peak-rss'] }])
    expect(metric(found, 'peak-rss').why).toBe('ptrace was refused')
  })

  it('when a metric is too unstable', () => {
    const racing = baselineOf(
      gateRuns(
        'peak-rss',
        [18, 20, 22, 24, 26, 28, 30, 32, 34, 36].map((each) => each * MIB),
      ),
    )
    expect(result(runs(3, { metrics: { 'peak-rss': 27 * MIB } }), { limits }, { figures: racing }).reasons).toEqual([
      { code: 'unstable', metrics: ['peak-rss'] },
    ])
  })

  it('when less than half is needed', () => {
    expect(result(runs(3, { metrics: { 'peak-rss': 2 * MIB, anon: MIB } })).reasons).toEqual([
      { code: 'implausible', metrics: ['peak-rss', 'anon'] },
    ])
  })

  it('but a failure is one all the same', () => {
    const found = result(runs(8, { metrics: { 'peak-rss': 60 * MIB, anon: MIB } }))
    expect(found.verdict).toBe('failed')
    expect(found.reasons).toEqual([{ code: 'implausible', metrics: ['anon'] }])
  })

  it('when the memory of a server did not come to rest', () => {
    const server = {
      ready: { when: 'port', port: 3000 },
      readyMs: 1000,
      warmupDrive: 'true',
      drive: 'true',
      requests: null,
      settleMs: 1000,
      gcSignal: null,
      stopSignal: 'SIGTERM',
      graceMs: 1000,
    } as const
    const max = new Map([['growth.anon' as const, placed(MIB)]])
    const restless = serverRun({ warm: 10 * MIB, after: 10 * MIB }, { settled: { warm: true, after: false } })
    expect(result([restless], { server, max }, { figures: null }).reasons).toEqual([{ code: 'not-settled' }])
    const leaking = serverRun({ warm: 10 * MIB, after: 16 * MIB })
    const found = result([leaking], { server, max }, { figures: null })
    expect(found.verdict).toBe('failed')
    expect(metric(found, 'growth.anon').now?.median).toBe(6 * MIB)
  })
})

describe('more runs', () => {
  const needs = (given: readonly GateRun[]): boolean =>
    needsMoreRuns(given, null, BASELINE, askedOf(gateScenario(), true, exactly))

  it('are made when one of the limited metrics is suspicious', () => {
    expect(needs(runs(3))).toBe(false)
    expect(needs(runs(3, { metrics: { anon: 23 * MIB } }))).toBe(true)
    expect(needs(runs(3, { metrics: { dirty: 90 * MIB } }))).toBe(false)
  })
})

describe('a program that did not do its work', () => {
  const scenario = gateScenario()
  it.each([
    [{ end: { how: 'exited', status: 1 } }, 'ended'],
    [{ end: { how: 'killed', signal: 'SIGSEGV', oom: false } }, 'ended'],
    [{ end: { how: 'killed', signal: 'SIGKILL', oom: true } }, 'ended'],
    [{ end: { how: 'timeout', afterMs: 60_000 } }, 'ended'],
  ] as const)('%j', (parts, code) => {
    expect(programFailure(gateRun(parts), scenario)).toMatchObject({ code })
  })

  it('is one that ends with another status than expected, be that 0', () => {
    expect(programFailure(gateRun(), scenario)).toBe(null)
    expect(programFailure(gateRun({ end: { how: 'exited', status: 2 } }), gateScenario({ expectExit: 2 }))).toBe(null)
    expect(programFailure(gateRun(), gateScenario({ expectExit: 2 }))).toMatchObject({ code: 'ended' })
  })

  it('is not a server that ends by the signal that stops it, but one that could not be driven', () => {
    const stopped = { end: { how: 'killed', signal: 'SIGTERM', oom: false } } as const
    const server = { ...serverRun({ warm: 1, after: 2 }), ...stopped }
    const plan = gateScenario({ server: {} as Scenario['server'] })
    expect(programFailure(server, plan)).toBe(null)
    const failure = { code: 'never-ready', afterMs: 30_000 } as const
    expect(programFailure(serverRun({ warm: 1, after: 2 }, { failure }), plan)).toMatchObject({
      code: 'server',
      failure,
    })
  })

  it('has no figures and no other verdict', () => {
    const failure = programFailure(gateRun({ end: { how: 'exited', status: 1 } }), scenario)
    expect(result(runs(3, { metrics: { 'peak-rss': 90 * MIB } }), {}, { failure })).toMatchObject({
      verdict: 'program-failed',
      metrics: [],
      growth: null,
      reasons: [],
    })
  })
})

describe('environments', () => {
  const differ = (now: object): readonly string[] =>
    compareEnvironments(ENVIRONMENT, { ...ENVIRONMENT, ...now }).material.map((each) => each.what)

  it('that are alike have no differences', () => {
    expect(compareEnvironments(ENVIRONMENT, { ...ENVIRONMENT })).toEqual({ material: [], minor: [] })
  })

  it.each([
    [{ kernel: '6.11' }, 'kernel'],
    [{ arch: 'arm64' }, 'arch'],
    [{ pageSize: 65_536 }, 'pageSize'],
    [{ cpus: 2 }, 'cpus'],
    [{ memory: '512MiB' }, 'memory'],
    [{ thp: 'always' }, 'thp'],
    [{ aslr: 'on' }, 'aslr'],
    [{ aslr: null }, 'aslr'],
    [{ settings: { MALLOC_ARENA_MAX: '1' } }, 'settings.MALLOC_ARENA_MAX'],
    [{ cpuQuota: '1.5' }, 'cpuQuota'],
    [{ libc: 'musl' }, 'libc'],
  ])('%j cannot be compared', (now, what) => {
    expect(differ(now)).toEqual([what])
  })

  it('differ a little by the C library and the number of variables', () => {
    const { material, minor } = compareEnvironments(ENVIRONMENT, { ...ENVIRONMENT, libc: 'glibc 2.40', variables: 40 })
    expect(material).toEqual([])
    expect(minor).toEqual([
      { what: 'libc', before: 'glibc 2.39', now: 'glibc 2.40' },
      { what: 'variables', before: '3', now: '40' },
    ])
  })
})

describe('a figure of exact runs that could only be looked at now and then', () => {
  const MIB = 2 ** 20
  const sampled = (anon: number): GateRun => {
    const run = gateRun({ metrics: { anon } })
    return { ...run, metrics: { ...run.metrics, anon: { value: anon, fidelity: 'polled' } } }
  }
  const restless = [21, 33, 12, 29, 16, 38, 9, 25].map((mebibytes) => sampled(mebibytes * MIB))

  it('takes no verdict from the others when it does not repeat', () => {
    const found = result(restless, {}, { figures: baselineOf(restless) })
    expect(found.verdict).toBe('passed')
  })

  it('has no verdict when somebody wrote a limit for it', () => {
    const limits = new Map([['anon' as const, { value: { share: 0.02, amount: 256 * 1024 }, line: null }]])
    const found = result(restless, { limits }, { figures: baselineOf(restless) })
    expect(found.verdict).toBe('no-verdict')
    expect(found.reasons).toEqual([expect.objectContaining({ code: 'unstable', metrics: ['anon'] })])
  })
})

describe('what the page cache explains', () => {
  const HUGE = 20 * MIB
  const recorded = (fileHuge: number, metrics = {}): ReferenceFigures =>
    baselineOf(Array.from({ length: 10 }, () => gateRun({ metrics: { 'file-huge': fileHuge, ...metrics } })))
  const runs = (fileHuge: number, metrics: RunParts['metrics'] = {}): GateRun[] =>
    Array.from({ length: 8 }, () => gateRun({ metrics: { 'file-huge': fileHuge, ...metrics } }))

  it('is no growth of resident memory: a file was copied, and huge pages map it', () => {
    const found = result(runs(HUGE, { 'peak-rss': 65 * MIB }), {}, { figures: recorded(0) })
    expect(metric(found, 'peak-rss')).toMatchObject({ verdict: 'passed', bound: 'page-cache', threshold: HUGE })
    expect(found.verdict).toBe('passed')
  })

  it('is no growth of faults: a file was read back, and small pages map it', () => {
    const more = { 'minor-faults': 7199 + (HUGE / MIB) * 15 }
    expect(metric(result(runs(0, more), {}, { figures: recorded(HUGE) }), 'minor-faults').verdict).toBe('passed')
    expect(metric(result(runs(0, more), {}, { figures: recorded(0) }), 'minor-faults').verdict).toBe('failed')
  })

  it('is no improvement either, nor too good to be true', () => {
    const figures = recorded(40 * MIB, { 'peak-rss': 60 * MIB })
    expect(metric(result(runs(0, { 'peak-rss': 21 * MIB }), {}, { figures }), 'peak-rss').verdict).toBe('passed')
    expect(metric(result(runs(40 * MIB, { 'peak-rss': 21 * MIB }), {}, { figures }), 'peak-rss').verdict).toBe(
      'implausible',
    )
  })

  it('hides no growth beyond it, and none of anonymous memory', () => {
    const found = result(runs(HUGE, { 'peak-rss': 70 * MIB, anon: 25 * MIB }), {}, { figures: recorded(0) })
    expect(metric(found, 'peak-rss').verdict).toBe('failed')
    expect(metric(found, 'anon').verdict).toBe('failed')
  })

  it('is nothing where either side does not know it', () => {
    const found = result(runs(HUGE, { 'peak-rss': 65 * MIB, 'file-huge': 'this kernel does not print it' }))
    expect(metric(found, 'peak-rss').verdict).toBe('failed')
  })
})
