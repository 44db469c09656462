import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isSampled, samplesOf } from '../../analysis/gate/samples.ts'
import { systemErrorText } from '../../model/errno.ts'
import type { Spread } from '../../model/fault-figures.ts'
import { type GateMetric, usualLimits } from '../../model/gate/metrics.ts'
import type { ProgramFailure } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { firstConfig } from '../../output/gate/config-text.ts'
import { UsageError } from '../usage-error.ts'
import { ScenarioRuns } from './measure.ts'
import { configName, USUAL_NAME } from './project.ts'
import type { GateWorld } from './world.ts'

/** Enough to say how much a program varies. */
const RUNS = 5

/** The file that was written; without one, why the program failed or could not be measured. */
export type FirstConfig =
  | { readonly file: string; readonly text: string }
  | { readonly file: null; readonly failure: ProgramFailure | null; readonly refusal: string | null }

/** Measures a program and writes a first configuration for it; never over one that is there. */
export async function writeFirstConfig(scenario: Scenario, world: GateWorld): Promise<FirstConfig> {
  const present = configName(world.cwd)
  if (present !== null) throw new UsageError(`${present} is there already`, 'add a scenario to it')
  const runs = new ScenarioRuns({ ...scenario, name: scenarioName(scenario.name) }, world)
  await runs.make(RUNS)
  if (runs.runs.length < RUNS) return { file: null, failure: runs.failure, refusal: runs.refusal }
  const measured = new Map<GateMetric, Spread>()
  const limits = new Map(usualLimits(false))
  for (const metric of usualLimits(false).keys()) {
    const samples = samplesOf(runs.runs, metric)
    if (samples.spread !== null) measured.set(metric, samples.spread)
    // Who wants a limit for it writes one, and gets no verdict where it does not repeat.
    if (isSampled(samples, runs.runs)) limits.delete(metric)
  }
  const { stdin } = scenario
  const written = { ...runs.scenario, stdin: stdin === null ? null : relative(world.cwd, stdin) }
  const text = firstConfig(written, measured, limits)
  try {
    writeFileSync(join(world.cwd, USUAL_NAME), text, { flag: 'wx' })
  } catch (error) {
    throw new UsageError(`${USUAL_NAME} cannot be written: ${systemErrorText(error)}`)
  }
  return { file: USUAL_NAME, text }
}

/** What a configuration may call a scenario. */
function scenarioName(program: string): string {
  const plain = program.replace(/[^\w.-]+/g, '-').replace(/^[.-]+|-+$/g, '')
  return plain === '' ? 'program' : plain.slice(0, 40)
}
