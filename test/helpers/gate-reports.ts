import { askedOf } from '../../src/analysis/gate/asked.ts'
import { programFailure } from '../../src/analysis/gate/program-failure.ts'
import { figuresOfBaseline, figuresOfRuns } from '../../src/analysis/gate/reference.ts'
import { type ScenarioCase, scenarioResult } from '../../src/analysis/gate/scenario.ts'
import { recordedScenario } from '../../src/analysis/gate/update.ts'
import { joinCommand } from '../../src/model/gate/command-line.ts'
import type { GroupLimit } from '../../src/model/gate/limit.ts'
import type { GateRun } from '../../src/model/gate/measurer.ts'
import type { CheckReport, ScenarioResult } from '../../src/model/gate/report.ts'
import type { Placed, Scenario, ServerPlan } from '../../src/model/gate/scenario.ts'
import { jsonName } from '../../src/output/json.ts'
import { ENVIRONMENT, gateRun, gateRuns, gateScenario, type RunParts, serverRun, USUAL_GROUPS } from './gate-runs.ts'

const KIB = 1024
const MIB = KIB ** 2

/** What a scenario's report is made of, where it is not as usual. */
interface Parts extends Partial<Omit<ScenarioCase, 'scenario' | 'runs'>> {
  readonly scenario?: Partial<Scenario>
  /** Runs of the baseline; `null` for none. */
  readonly before?: readonly GateRun[] | null
  /** Those are of another program, measured in turn. */
  readonly against?: string
}

/** Ten runs that vary as those of a single-threaded C program do. */
function baselineRuns(parts: RunParts = {}): readonly GateRun[] {
  const values = [0, 12, 20, 36, 40, 44, 52, 60, 72, 100].map((kib) => 46 * MIB + 200 * KIB + kib * KIB)
  return gateRuns('peak-rss', values, parts)
}

const FACTS = { environment: ENVIRONMENT, day: '2026-09-20', commit: '4f1c2ab', reason: null, tool: 'mmapctl 0.1.0' }
const RECORDED = recordedScenario({ ...FACTS, command: './build/parser', runs: baselineRuns(), keyText: jsonName })

/** A scenario as it is reported. */
function gateResult(runs: readonly GateRun[], parts: Parts = {}): ScenarioResult {
  const { scenario: given = {}, before = baselineRuns(), against, ...rest } = parts
  const scenario = gateScenario(given)
  const command = joinCommand(scenario.argv)
  const failed = runs.map((run) => programFailure(run, scenario)).find((failure) => failure !== null) ?? null
  const figures =
    before === null
      ? null
      : against === undefined
        ? figuresOfBaseline(recordedScenario({ ...FACTS, command, runs: before, keyText: jsonName }))
        : figuresOfRuns(before, jsonName)
  return scenarioResult({
    scenario,
    command,
    asked: askedOf(scenario, before !== null, (pattern) => (key) => key === pattern),
    runs: failed === null ? runs : [],
    seconds: 2.5,
    reference:
      before === null
        ? null
        : against === undefined
          ? {
              kind: 'baseline',
              file: '.mmapctl/baseline.json',
              recorded: '2026-09-20',
              commit: '4f1c2ab',
              runs: before.length,
            }
          : { kind: 'against', command: against, runs: before.length },
    figures,
    obstacles: before === null ? [{ code: 'no-baseline' }] : [],
    failure: failed,
    failedSide: null,
    refusal: null,
    environment: ENVIRONMENT,
    differences: [],
    advice: null,
    notes: [],
    keyText: jsonName,
    ...rest,
  })
}

export function gateReport(scenarios: readonly ScenarioResult[], parts: Partial<CheckReport> = {}): CheckReport {
  return {
    config: 'mmapctl.yml',
    day: '2026-11-21',
    scenarios,
    seconds: 14.2,
    lenient: false,
    interrupted: false,
    ...parts,
  }
}

const placed = <Value>(value: Value, line: number): { readonly value: Value; readonly line: number } => ({
  value,
  line,
})

const SERVER: ServerPlan = {
  ready: { when: 'port', port: 3000 },
  readyMs: 30_000,
  warmupDrive: './load 5000',
  drive: './load 10000',
  requests: 10_000,
  settleMs: 10_000,
  gcSignal: null,
  stopSignal: 'SIGTERM',
  graceMs: 10_000,
}

const runs = (count: number, parts: RunParts = {}): readonly GateRun[] =>
  Array.from({ length: count }, () => gateRun(parts))
const grown = gateRuns(
  'peak-rss',
  [50.02, 50.08, 50.11, 50.12, 50.19, 50.2, 50.22, 50.31].map((each) => Math.round(each * MIB)),
  {
    metrics: { 'minor-faults': 8410, 'page-tables': 300 * KIB },
    groups: { ...USUAL_GROUPS, '[heap]': 18.3 * MIB, 'numpy.libs/libopenblas64-*.so': 1.6 * MIB },
  },
)
const racing = gateRuns(
  'peak-rss',
  [17.8, 19, 20, 22, 23, 23.4, 25, 27, 29, 31.4].map((each) => Math.round(each * MIB)),
)
/** What was only looked at now and then, and found in another moment each time. */
const RESTLESS = [21, 33, 12, 29, 16, 38, 9, 25].map((each): GateRun => {
  const run = gateRun({ metrics: { anon: each * MIB } })
  return { ...run, metrics: { ...run.metrics, anon: { value: each * MIB, fidelity: 'polled' } } }
})
const limits = new Map([['peak-rss' as const, placed({ share: 0.02, amount: 256 * KIB }, 14)]])

/** A baseline that began with 40 MiB. */
const CREPT = figuresOfBaseline({
  ...RECORDED,
  metrics: new Map([
    ...RECORDED.metrics,
    [
      'peak-rss',
      { runs: baselineRuns().map((run) => run.metrics['peak-rss'].value ?? 0), first: 40 * MIB, since: '2026-03-14' },
    ],
  ]),
})

/** Runs whose groups are so many mappings, and one each of those that are not named. */
function mapped(each: readonly GateRun[], counts: Readonly<Record<string, number>>): readonly GateRun[] {
  return each.map((run): GateRun => {
    const groups = (run.peak?.groups ?? []).map((group) => ({ ...group, mappings: counts[group.key] ?? 1 }))
    return { ...run, peak: run.peak === null ? null : { ...run.peak, groups } }
  })
}

const MANY_GROUPS = { ...USUAL_GROUPS, 'thread stacks': 2 * MIB, guards: 0 }
const MAPPED = mapped(runs(10, { metrics: { mappings: 118 }, groups: MANY_GROUPS }), {
  'anonymous < 1 MiB': 60,
  'thread stacks': 16,
  guards: 16,
  'libc.so.6': 5,
})
const MAPPED_MORE = mapped(runs(3, { metrics: { mappings: 164 }, groups: MANY_GROUPS }), {
  'anonymous < 1 MiB': 96,
  'thread stacks': 24,
  guards: 24,
  'libc.so.6': 4,
})

/** One scenario of every sort. */
export const SORTS = {
  passed: gateResult(
    gateRuns(
      'peak-rss',
      [46.22, 46.25, 46.3].map((each) => Math.round(each * MIB)),
    ),
  ),
  improved: gateResult(runs(3, { metrics: { 'peak-rss': 46.25 * MIB, anon: 18 * MIB } }), {
    scenario: { name: 'api', line: 40 },
  }),
  failed: gateResult(grown, {
    scenario: { limits: new Map([...limits, ['minor-faults', placed({ share: 0.03, amount: 64 }, 15)]]) },
  }),
  placeless: gateResult(
    runs(8, { metrics: { 'peak-rss': 50.2 * MIB }, groups: { ...USUAL_GROUPS, '[heap]': 15.5 * MIB, rest: 5 * MIB } }),
    {
      before: [
        ...runs(9, { groups: { ...USUAL_GROUPS, rest: 5 * MIB } }),
        gateRun({ groups: { ...USUAL_GROUPS, '[heap]': 14 * MIB, rest: 5 * MIB } }),
      ],
      scenario: { name: 'placeless', limits },
    },
  ),
  unexplained: gateResult(
    runs(8, {
      metrics: { 'peak-rss': 50.2 * MIB },
      groups: { ...USUAL_GROUPS, '[heap]': 15.5 * MIB, 'libc.so.6': 1232 * KIB, rest: 5 * MIB },
    }),
    {
      before: [
        ...runs(9, { groups: { ...USUAL_GROUPS, 'libc.so.6': 1200 * KIB, rest: 5 * MIB } }),
        gateRun({ groups: { ...USUAL_GROUPS, '[heap]': 14 * MIB, 'libc.so.6': 1200 * KIB, rest: 5 * MIB } }),
      ],
      scenario: { name: 'unexplained', limits },
    },
  ),
  'too-short': gateResult(
    runs(8, { metrics: { 'peak-rss': 50.2 * MIB }, groups: { '[heap]': 2 * MIB, 'libc.so.6': 1224 * KIB } }),
    {
      before: runs(10, { groups: { '[heap]': 3 * MIB, 'libc.so.6': 1224 * KIB } }),
      scenario: { name: 'too-short', limits },
    },
  ),
  unseen: gateResult(runs(8, { metrics: { 'peak-rss': 50.2 * MIB }, groups: null }), {
    scenario: { name: 'unseen', limits },
  }),
  copied: gateResult(runs(3, { metrics: { 'peak-rss': 62 * MIB, 'file-huge': 20 * MIB } }), {
    scenario: { name: 'copied', limits },
  }),
  restless: gateResult(RESTLESS, { before: RESTLESS, scenario: { name: 'restless' } }),
  'broken-budget': gateResult(grown.slice(0, 3), {
    before: null,
    scenario: { name: 'budget', max: new Map([['peak-rss', placed(48 * MIB, 22)]]) },
  }),
  'broken-group': gateResult(
    runs(3, { metrics: { 'peak-rss': 46.25 * MIB }, groups: { ...USUAL_GROUPS, 'libopenblas.so': 0 } }),
    {
      scenario: {
        name: 'groups',
        limits,
        groups: new Map<string, Placed<GroupLimit>>([
          ['libopenblas.so', placed({ kind: 'most', bytes: 0 } as const, 25)],
          ['[heap]', placed({ kind: 'relative', limit: { share: 0.02, amount: null } } as const, 26)],
        ]),
      },
    },
  ),
  'more-mappings': gateResult(MAPPED_MORE, {
    before: MAPPED,
    scenario: { name: 'mapped', limits: new Map([['mappings', placed({ share: 0.03, amount: 2 }, 14)]]) },
  }),
  'too-many-mappings': gateResult(
    MAPPED_MORE.map((run) => ({ ...run, metrics: { ...run.metrics, mappings: { value: 400, fidelity: 'exact' } } })),
    { before: null, scenario: { name: 'mapped', max: new Map([['mappings', placed(120, 22)]]) } },
  ),
  'tidied-mappings': gateResult(
    mapped(runs(3, { mostMappings: 5012, groups: MANY_GROUPS }), { 'anonymous < 1 MiB': 4990 }),
    { before: null, scenario: { name: 'mapped', max: new Map([['mappings', placed(120, 22)]]) } },
  ),
  'more-faults': gateResult(runs(8, { metrics: { 'minor-faults': 8410, 'major-faults': 40 } }), {
    scenario: {
      name: 'faulting',
      limits: new Map([['minor-faults', placed({ share: 0.03, amount: 64 }, 15)]]),
      max: new Map([['major-faults', placed(0, 16)]]),
    },
  }),
  'broken-anon': gateResult(
    [12.1, 12.2, 12.2].map((mib) => {
      const run = gateRun({ metrics: { anon: mib * MIB } })
      const peaks = gateRun({ groups: { '[heap]': mib * MIB, 'blob.bin': 28 * MIB, 'libc.so.6': 1224 * KIB } })
      const groups = (peaks.peak?.groups ?? []).map((group) =>
        group.key === '[heap]' ? group : { ...group, anon: group.key === 'blob.bin' ? 0 : 20 * KIB },
      )
      return { ...run, anonPeak: peaks.peak === null ? null : { ...peaks.peak, at: 0.3, groups } }
    }),
    { before: null, scenario: { name: 'anon', max: new Map([['anon', placed(10 * MIB, 22)]]) } },
  ),
  fleeting: gateResult(
    runs(8, { metrics: { 'peak-rss': 47.4 * MIB }, groups: { ...USUAL_GROUPS, '[heap]': 15.2 * MIB } }),
    { before: runs(10), scenario: { name: 'fleeting', limits } },
  ),
  'kept-groups': gateResult(runs(3), {
    scenario: {
      name: 'kept',
      groups: new Map<string, Placed<GroupLimit>>([
        ['libopenblas.so', placed({ kind: 'most', bytes: 0 } as const, 25)],
        ['blob.bin', placed({ kind: 'most', bytes: 32 * MIB } as const, 26)],
        ['[heap]', placed({ kind: 'relative', limit: { share: 0.02, amount: null } } as const, 27)],
      ]),
    },
  }),
  against: gateResult(grown, { before: baselineRuns().slice(0, 8), against: './old fixtures/large.json' }),
  crept: gateResult(runs(3, { metrics: { 'peak-rss': 46.25 * MIB } }), { scenario: { name: 'crept' }, figures: CREPT }),
  'no-baseline': gateResult(runs(3), { before: null, scenario: { name: 'new-one', line: 33, limits } }),
  'another-machine': gateResult(runs(3), {
    before: null,
    scenario: { limits },
    obstacles: [
      {
        code: 'environment',
        differences: [
          { what: 'kernel', before: '6.8', now: '6.11' },
          { what: 'cpus', before: '4', now: '2' },
          { what: 'settings.MALLOC_ARENA_MAX', before: '–', now: '1' },
        ],
      },
    ],
  }),
  unstable: gateResult(
    gateRuns(
      'peak-rss',
      [24, 25, 31].map((each) => each * MIB),
    ),
    {
      before: racing,
      scenario: { name: 'threads', limits },
      advice: {
        variable: 'MALLOC_ARENA_MAX',
        value: '1',
        metrics: [{ metric: 'peak-rss', without: 0.221, with: 0.005 }],
        runs: 5,
        helps: true,
      },
    },
  ),
  'unstable-anyway': gateResult(
    gateRuns(
      'peak-rss',
      [24, 25, 31].map((each) => each * MIB),
    ),
    {
      before: racing,
      scenario: { name: 'threads', limits },
      advice: {
        variable: 'MALLOC_ARENA_MAX',
        value: '1',
        metrics: [{ metric: 'peak-rss', without: 0.221, with: 0.12 }],
        runs: 5,
        helps: false,
      },
    },
  ),
  implausible: gateResult(runs(3, { metrics: { 'peak-rss': 3 * MIB, anon: MIB, 'minor-faults': 210 } }), {
    scenario: { name: 'did-nothing' },
  }),
  'not-measured': gateResult(runs(3, { metrics: { 'peak-rss': 'the kernel does not tell' } }), {
    scenario: { limits },
  }),
  polled: gateResult(runs(3, { fidelity: 'polled', notes: ['not measured by ptrace: it is not permitted here'] }), {
    before: null,
    scenario: { max: new Map([['peak-rss', placed(96 * MIB, 14)]]) },
  }),
  leaking: gateResult(
    [16.2, 16.3, 16.4, 16.1, 16.2, 16.5, 16.3, 16.2].map((each) =>
      serverRun({ warm: 10 * MIB, after: Math.round(each * MIB) }),
    ),
    {
      before: Array.from({ length: 10 }, (_, index) =>
        serverRun({ warm: 10 * MIB, after: 10 * MIB + index * 20 * KIB }),
      ),
      scenario: { name: 'server', argv: ['node', 'server.js'], server: SERVER },
    },
  ),
  'leaking-alone': gateResult(
    [16.2, 16.3, 16.4].map((each) => serverRun({ warm: 10 * MIB, after: Math.round(each * MIB) })),
    {
      before: null,
      scenario: {
        name: 'server',
        argv: ['node', 'server.js'],
        server: SERVER,
        max: new Map([['growth.anon', placed(2 * MIB, 30)]]),
      },
    },
  ),
  exited: gateResult([
    gateRun({ end: { how: 'exited', status: 1 }, said: 'loading\nTypeError: x is not a function\n' }),
  ]),
  'out-of-memory': gateResult([gateRun({ end: { how: 'killed', signal: 'SIGKILL', oom: true } })]),
  timeout: gateResult([gateRun({ end: { how: 'timeout', afterMs: 60_000 } })]),
  'never-ready': gateResult([serverRun({ warm: 1, after: 1 }, { failure: { code: 'never-ready', afterMs: 30_000 } })], {
    scenario: { name: 'server', server: SERVER },
  }),
  'cannot-measure': gateResult([], { refusal: 'neither ptrace nor /proc may be read' }),
  'not-found': gateResult([], { failure: { code: 'not-started', reason: 'not-found', program: './build/parser' } }),
} as const satisfies Readonly<Record<string, ScenarioResult>>

export type Sort = keyof typeof SORTS

/** A report with some of every sort. */
export const WHOLE = gateReport([
  SORTS.passed,
  SORTS.improved,
  { ...SORTS.failed, name: 'grown' },
  SORTS['broken-budget'],
  SORTS['broken-group'],
  SORTS['more-mappings'],
  SORTS['more-faults'],
  SORTS.unstable,
  SORTS.leaking,
  { ...SORTS.exited, name: 'crashing' },
])
