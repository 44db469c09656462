import { allocatorMetrics, stabilityAdvice } from '../../analysis/gate/advice.ts'
import type { MetricResult, StabilityAdvice } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { ScenarioRuns } from './measure.ts'
import type { GateWorld } from './world.ts'

/** Threads that race in glibc's malloc each get an arena of their own, as many as happen to be needed. */
const SETTING = { variable: 'MALLOC_ARENA_MAX', value: '1' } as const
const RUNS = 5

/** Runs an unstable scenario with one arena, to see whether that makes it repeat; `null` where it cannot. */
export async function adviseOn(
  scenario: Scenario,
  metrics: readonly MetricResult[],
  world: GateWorld,
): Promise<StabilityAdvice | null> {
  const unstable = allocatorMetrics(metrics)
  const { env } = scenario
  const inherited = env.mode === 'inherit' && world.env[SETTING.variable] !== undefined
  if (unstable.length === 0 || inherited || env.set[SETTING.variable] !== undefined) return null
  const set = { ...env.set, [SETTING.variable]: SETTING.value }
  const progress: GateWorld['progress'] = (moment) => world.progress({ ...moment, phase: 'advice' })
  const trial = new ScenarioRuns({ ...scenario, warmup: 0, env: { ...env, set } }, { ...world, progress })
  await trial.make(RUNS)
  return trial.runs.length < RUNS ? null : stabilityAdvice(SETTING, unstable, trial.runs)
}
