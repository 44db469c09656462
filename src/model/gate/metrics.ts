import type { MetricName } from '../measured-run.ts'
import type { RelativeLimit } from './limit.ts'

/** What is measured of a server at its checkpoints; `growth` is from warmed up to after the load. */
export type ServerMetricName =
  | 'ready.anon'
  | 'warm.anon'
  | 'after.anon'
  | 'growth.anon'
  | 'after.mappings'
  | 'growth.mappings'

/** Everything that a gate compares. */
export type GateMetric = MetricName | ServerMetricName

/** What decides how a metric is judged and shown. */
export interface MetricFacts {
  readonly label: string
  readonly unit: 'bytes' | 'count'
  /** A difference up to here is nothing to a person, however exact; in the metric's unit. */
  readonly floor: number
  /** The limit where none is given; `null` for a metric that is only shown. */
  readonly usual: RelativeLimit | null
  /**
   * `rank`: by a rank test. `exact`: hardly any two runs differ, so runs that do not overlap are enough. `growth`: a
   * difference of two figures, near 0, so that a share of it says nothing.
   */
  readonly judged: 'rank' | 'exact' | 'growth'
  /** Of a server alone. */
  readonly server: boolean
  /** Why it is not compared with a baseline, where it is not. */
  readonly unfit: string | null
}

const KIB = 1024
const MIB = KIB ** 2

/** Measured on nine programs, 60 runs each: V8 alone needs 2 %, and VmHWM is off by up to 0.1 MiB since Linux 6.2. */
const BYTES_LIMIT: RelativeLimit = { share: 0.02, amount: 256 * KIB }
/**
 * A smaller figure than the peak with the same noise, and looked at from outside: by chance and by the neighbours' load
 * medians of an unchanged Node and JVM lay up to 3.0 % apart in 1,147 real checks, those of 5 % more never below 5.6 %.
 */
const ANON_LIMIT: RelativeLimit = { share: 0.03, amount: 256 * KIB }
/** The number of environment variables and the history of the page cache move minor faults by 1 to 5 %. */
const FAULTS_LIMIT: RelativeLimit = { share: 0.03, amount: 64 }
const MAPPINGS_LIMIT: RelativeLimit = { share: 0.03, amount: 2 }
const SERVER_LIMIT: RelativeLimit = { share: 0.03, amount: MIB }
const GROWTH_LIMIT: RelativeLimit = { share: null, amount: MIB }
const GROWTH_MAPPINGS_LIMIT: RelativeLimit = { share: null, amount: 16 }

const BYTES = {
  unit: 'bytes',
  floor: 256 * KIB,
  usual: null,
  judged: 'rank',
  server: false,
  unfit: null,
} as const satisfies Partial<MetricFacts>
const COUNT = { ...BYTES, unit: 'count', floor: 64 } as const
const AT_CHECKPOINT = { ...BYTES, server: true } as const

/** Every metric; the order is that in which they are shown. */
export const GATE_METRICS: Readonly<Record<GateMetric, MetricFacts>> = {
  'peak-rss': { ...BYTES, label: 'peak RSS', usual: BYTES_LIMIT },
  anon: { ...BYTES, label: 'anon', usual: ANON_LIMIT },
  'minor-faults': { ...COUNT, label: 'minor faults', usual: FAULTS_LIMIT },
  mappings: { ...COUNT, label: 'mappings', floor: 2, usual: MAPPINGS_LIMIT, judged: 'exact' },
  'after.anon': { ...AT_CHECKPOINT, label: 'anon after load', usual: SERVER_LIMIT },
  'growth.anon': { ...AT_CHECKPOINT, label: 'growth under load', usual: GROWTH_LIMIT, judged: 'growth', floor: MIB },
  'after.mappings': { ...COUNT, server: true, label: 'mappings after load', floor: 2 },
  'growth.mappings': {
    ...COUNT,
    server: true,
    label: 'growth of mappings',
    floor: 16,
    usual: GROWTH_MAPPINGS_LIMIT,
    judged: 'growth',
  },
  'ready.anon': { ...AT_CHECKPOINT, label: 'anon when ready' },
  'warm.anon': { ...AT_CHECKPOINT, label: 'anon when warm' },
  'page-tables': { ...BYTES, label: 'page tables', floor: 64 * KIB },
  locked: { ...BYTES, label: 'locked', floor: 64 * KIB, judged: 'exact' },
  huge: { ...BYTES, label: 'huge pages', floor: 2 * MIB },
  'dtlb-misses': { ...COUNT, label: 'dTLB misses', floor: 1000 },
  'major-faults': {
    ...COUNT,
    label: 'major faults',
    floor: 16,
    unfit: 'they tell of the page cache more than of the program',
  },
  swap: { ...BYTES, label: 'swap', unfit: 'it tells of the machine more than of the program' },
  dirty: {
    ...BYTES,
    label: 'dirty',
    unfit: 'the text of a program that was just linked counts as dirty until it is written back',
  },
  'file-huge': {
    ...BYTES,
    label: 'huge pages of files',
    floor: 2 * MIB,
    unfit: 'how a file came into the page cache decides it',
  },
}

/** Names of all metrics in the order in which they are shown. */
export const GATE_METRIC_NAMES = Object.keys(GATE_METRICS) as readonly GateMetric[]

/** Whether a word names a metric. */
export function isGateMetric(word: string): word is GateMetric {
  return Object.hasOwn(GATE_METRICS, word)
}

/** Metrics of a program whose limits are the usual ones; of a server the faults and mappings depend on its clients. */
const USUAL_OF_SERVER: readonly GateMetric[] = ['peak-rss', 'after.anon', 'growth.anon', 'growth.mappings']

/** The limits of a scenario that states none. */
export function usualLimits(server: boolean): ReadonlyMap<GateMetric, RelativeLimit> {
  const limits = new Map<GateMetric, RelativeLimit>()
  for (const name of GATE_METRIC_NAMES) {
    const { usual, server: ofServer } = GATE_METRICS[name]
    if (usual !== null && (server ? USUAL_OF_SERVER.includes(name) : !ofServer)) limits.set(name, usual)
  }
  return limits
}
