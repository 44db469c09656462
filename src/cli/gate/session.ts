import { relative, resolve } from 'node:path'
import { type Asked, askedOf } from '../../analysis/gate/asked.ts'
import { groupFigures } from '../../analysis/gate/group-figures.ts'
import { figuresOfRuns, type ReferenceFigures } from '../../analysis/gate/reference.ts'
import { fidelityOf, type ScenarioCase, scenarioResult } from '../../analysis/gate/scenario.ts'
import { needsMoreRuns } from '../../analysis/gate/stage.ts'
import { collectGateEnvironment } from '../../collectors/gate-environment.ts'
import type { Environment } from '../../model/gate/environment.ts'
import type { CheckReport, ScenarioResult } from '../../model/gate/report.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { jsonName } from '../../output/json.ts'
import { abbaOrder } from '../faults-order.ts'
import { adviseOn } from './advisor.ts'
import { type BaselineFile, readBaselines } from './baseline-files.ts'
import { shownCommand } from './command.ts'
import { type Comparison, compareWithBaselines } from './comparison.ts'
import { fitsGroup } from './group-pattern.ts'
import { ScenarioRuns } from './measure.ts'
import type { Against, CheckRequest } from './request.ts'
import type { GateWorld } from './world.ts'

/** Measures and judges every scenario of a request. */
export async function runChecks(request: CheckRequest, world: GateWorld): Promise<CheckReport> {
  const from = performance.now()
  // Read before anything runs: a broken baseline is known at once.
  const baselines = request.against === null ? readBaselines(request.root, world.cwd) : []
  const scenarios: ScenarioResult[] = []
  for (const scenario of request.scenarios) {
    if (world.signal.aborted) break
    const check = new ScenarioCheck(scenario, request, baselines, world)
    const found = request.against === null ? await check.run() : await check.runAgainst(request.against)
    if (world.signal.aborted) break
    scenarios.push(found)
  }
  return {
    config: request.config === null ? null : relative(world.cwd, request.config),
    day: world.day,
    scenarios,
    seconds: (performance.now() - from) / 1000,
    lenient: request.lenient,
    interrupted: world.signal.aborted,
  }
}

class ScenarioCheck {
  readonly #scenario: Scenario
  readonly #request: CheckRequest
  readonly #baselines: readonly BaselineFile[]
  readonly #world: GateWorld
  readonly #from = performance.now()

  constructor(scenario: Scenario, request: CheckRequest, baselines: readonly BaselineFile[], world: GateWorld) {
    this.#scenario = scenario
    this.#request = request
    this.#baselines = baselines
    this.#world = world
  }

  async run(): Promise<ScenarioResult> {
    const scenario = this.#scenario
    const runs = new ScenarioRuns(scenario, this.#world)
    await runs.make(scenario.runs)
    const environment = this.#environment(runs)
    const facts = { name: scenario.name, command: this.#shown(scenario), environment, fidelity: fidelityOf(runs.runs) }
    const comparison = compareWithBaselines(facts, this.#baselines, this.#request.onMismatch)
    const asked = askedOf(scenario, comparison.recorded, fitsGroup)
    if (!runs.ended && this.#doubtful(runs, comparison.figures, asked)) await runs.make(scenario.maxRuns)
    const found = { runs, environment, comparison, asked }
    return this.#advised(this.#result(found), (advice) => this.#result({ ...found, advice }))
  }

  /** Two programs in turn, each of them first as often as the other. */
  async runAgainst(against: Against): Promise<ScenarioResult> {
    const scenario = this.#scenario
    const { runs: first, maxRuns, warmup } = scenario
    const old = new ScenarioRuns(this.#otherSide(against), this.#world)
    const runs = new ScenarioRuns(scenario, this.#world)
    const asked = askedOf(scenario, true, fitsGroup)
    let wanted = first
    for (const { program, warmup: warming } of abbaOrder(2, warmup, maxRuns)) {
      if (old.ended || runs.ended) break
      if (Math.min(old.runs.length, runs.runs.length) === wanted) {
        if (!this.#doubtful(runs, this.#figuresOf(old), asked)) break
        wanted = maxRuns
      }
      await (program === 0 ? old : runs).once(warming ? 'warm-up' : 'run', warming ? warmup : maxRuns)
    }
    const comparison: Comparison = {
      figures: this.#figuresOf(old),
      reference: { kind: 'against', command: this.#shown(old.scenario), runs: old.runs.length },
      obstacles: [],
      recorded: true,
      differences: [],
    }
    const found = { runs, environment: this.#environment(runs), comparison, asked, old }
    return this.#advised(this.#result(found), (advice) => this.#result({ ...found, advice }))
  }

  #result(found: {
    readonly runs: ScenarioRuns
    readonly environment: Environment | null
    readonly comparison: Comparison
    readonly asked: Asked
    readonly old?: ScenarioRuns
    readonly advice?: ScenarioCase['advice']
  }): ScenarioResult {
    const { runs, environment, comparison, asked, old } = found
    const failure = old?.failure ?? runs.failure
    return scenarioResult({
      scenario: this.#scenario,
      command: this.#shown(this.#scenario),
      asked,
      runs: runs.runs,
      seconds: (performance.now() - this.#from) / 1000,
      reference: comparison.reference,
      figures: comparison.figures,
      obstacles: comparison.obstacles,
      failure,
      refusal: old?.refusal ?? runs.refusal,
      failedSide: failure === null || old === undefined ? null : old.failure === null ? 'new' : 'old',
      environment,
      differences: comparison.differences,
      advice: found.advice ?? null,
      notes: [...sameSides(old, runs), ...(old?.failedNotes ?? []), ...runs.failedNotes],
      keyText: jsonName,
    })
  }

  async #advised(
    result: ScenarioResult,
    again: (advice: ScenarioResult['advice']) => ScenarioResult,
  ): Promise<ScenarioResult> {
    const advice = await adviseOn(this.#scenario, result.metrics, this.#world)
    return advice === null ? result : again(advice)
  }

  #doubtful(runs: ScenarioRuns, figures: ReferenceFigures | null, asked: Asked): boolean {
    return needsMoreRuns(runs.runs, groupFigures(runs.runs, jsonName), figures, asked)
  }

  #figuresOf(old: ScenarioRuns): ReferenceFigures {
    return figuresOfRuns(old.runs, jsonName)
  }

  #environment(runs: ScenarioRuns): Environment | null {
    if (runs.runs.length === 0) return null
    return collectGateEnvironment(this.#world.trees, { variables: runs.env, aslr: runs.aslr })
  }

  /** The other side of the comparison. */
  #otherSide({ words, directory }: Against): Scenario {
    const { argv, cwd, stdin } = this.#scenario
    const [program, ...args] = words ?? argv
    const whole = words?.length === 1 ? [...words, ...argv.slice(1)] : [program ?? '', ...args]
    const moved = (path: string): string =>
      directory === null ? path : resolve(directory, relative(this.#request.root, path))
    return { ...this.#scenario, argv: whole, cwd: moved(cwd), stdin: stdin === null ? null : moved(stdin) }
  }

  #shown(scenario: Scenario): string {
    return shownCommand(scenario, this.#request.root, this.#world.env['HOME'])
  }
}

/** Who compares a program with itself learns how much it varies, and nothing of a growth. */
function sameSides(old: ScenarioRuns | undefined, runs: ScenarioRuns): readonly string[] {
  if (old === undefined) return []
  const side = ({ scenario: { argv, cwd, stdin } }: ScenarioRuns): string => JSON.stringify([argv, cwd, stdin])
  return side(old) === side(runs) ? ['both sides are the same command: nothing can have grown'] : []
}
