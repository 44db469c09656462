import type { Environment } from '../../src/model/gate/environment.ts'
import type { GateRun, ServerRun } from '../../src/model/gate/measurer.ts'
import type { Scenario } from '../../src/model/gate/scenario.ts'
import { METRICS, type Measured, type MetricName, type TreeSnapshot } from '../../src/model/measured-run.ts'

const KIB = 1024
const MIB = KIB ** 2

/** What a run is made of, where it is not as usual. */
export interface RunParts extends Partial<Omit<GateRun, 'metrics' | 'peak'>> {
  readonly metrics?: Partial<Readonly<Record<MetricName, number | string>>>
  /** Bytes by key; the same for size, rss and anon. */
  readonly groups?: Readonly<Record<string, number>> | null
}

/** A program that never varies: 46 MiB at its peak. */
const USUAL: Readonly<Record<MetricName, number>> = {
  'peak-rss': 46 * MIB,
  anon: 21 * MIB,
  'minor-faults': 7199,
  'major-faults': 0,
  mappings: 57,
  'page-tables': 132 * KIB,
  locked: 0,
  swap: 0,
  huge: 0,
  dirty: 21 * MIB,
  'file-huge': 0,
  'dtlb-misses': 0,
}

export const USUAL_GROUPS: Readonly<Record<string, number>> = {
  '[heap]': 15 * MIB,
  'blob.bin': 24 * MIB,
  'anonymous < 1 MiB': 5 * MIB,
  'libc.so.6': 1224 * KIB,
}

/** A run; a metric given as text was not measured, for that reason. */
export function gateRun({ metrics = {}, groups = USUAL_GROUPS, ...rest }: RunParts = {}): GateRun {
  const values = { ...USUAL, ...metrics }
  const fidelity = rest.fidelity ?? 'exact'
  const measured = METRICS.map((name): [MetricName, Measured] => {
    const value = name === 'dtlb-misses' && metrics[name] === undefined ? 'no such counter' : values[name]
    return [name, typeof value === 'number' ? { value, fidelity } : { value: null, why: value }]
  })
  const peak = groups === null ? null : snapshot(groups)
  return {
    end: { how: 'exited', status: 0 },
    seconds: 0.17,
    fidelity,
    method: fidelity === 'exact' ? 'ptrace' : 'poll',
    randomised: false,
    metrics: Object.fromEntries(measured) as Record<MetricName, Measured>,
    mostResident: fidelity === 'exact' ? 46 * MIB : null,
    mostMappings: typeof values.mappings === 'number' ? values.mappings : null,
    peak,
    anonPeak: peak,
    processes: [],
    notes: [],
    aslr: 'off',
    said: '',
    server: null,
    ...rest,
  }
}

/** As many runs as there are values of a metric. */
export function gateRuns(metric: MetricName, values: readonly number[], parts: RunParts = {}): GateRun[] {
  return values.map((value) => gateRun({ ...parts, metrics: { ...parts.metrics, [metric]: value } }))
}

function snapshot(groups: Readonly<Record<string, number>>, at = 0.14): TreeSnapshot {
  const sum = Object.values(groups).reduce((total, bytes) => total + bytes, 0)
  return {
    at,
    why: 'new-high',
    anon: sum,
    rss: sum,
    pss: sum,
    processes: 1,
    groups: Object.entries(groups).map(([key, bytes]) => ({ key, mappings: 1, size: bytes, rss: bytes, anon: bytes })),
  }
}

/** A server that was driven as planned; bytes of anonymous memory at its checkpoints. */
export function serverRun(
  anon: { ready?: number; warm: number; after: number },
  parts: Partial<ServerRun> = {},
): GateRun {
  const at = (bytes: number, moment: number): TreeSnapshot => snapshot({ '[heap]': bytes }, moment)
  return gateRun({
    server: {
      ready: at(anon.ready ?? anon.warm / 2, 0.5),
      warm: at(anon.warm, 3),
      after: at(anon.after, 9),
      settled: { warm: true, after: true },
      failure: null,
      ...parts,
    },
  })
}

export const ENVIRONMENT: Environment = {
  kernel: '6.8',
  arch: 'x64',
  pageSize: 4096,
  cpus: 4,
  memory: '16GiB',
  thp: 'madvise',
  aslr: 'off',
  cpuQuota: null,
  libc: 'glibc 2.39',
  variables: 3,
  settings: {},
}

/** A scenario of which nothing is asked. */
export function gateScenario(parts: Partial<Scenario> = {}): Scenario {
  return {
    name: 'parse-large',
    line: 12,
    argv: ['./build/parser', 'fixtures/large.json'],
    cwd: '/project',
    stdin: null,
    env: { mode: 'clean', pass: [], set: {} },
    server: null,
    expectExit: 0,
    timeoutMs: null,
    warmup: 1,
    runs: 3,
    maxRuns: 8,
    baselineRuns: 10,
    aslr: 'off',
    limits: new Map(),
    max: new Map(),
    groups: new Map(),
    acceptPolled: false,
    ...parts,
  }
}
