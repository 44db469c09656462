import { relative } from 'node:path'
import { stabilityOf } from '../../analysis/gate/advice.ts'
import { recordedScenario, type ScenarioUpdate, updateScenario } from '../../analysis/gate/update.ts'
import type { UpdatedScenario, UpdateReport } from '../../analysis/gate/update-report.ts'
import { collectGateEnvironment } from '../../collectors/gate-environment.ts'
import type { Baseline } from '../../model/gate/baseline.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { jsonName } from '../../output/json.ts'
import { currentCommit } from '../../runners/git.ts'
import { type BaselineFile, baselinePath, findScenario, readBaselines, writeBaseline } from './baseline-files.ts'
import { shownCommand } from './command.ts'
import { ScenarioRuns } from './measure.ts'
import type { GateWorld } from './world.ts'

/** A `baseline update` command line, read. */
export interface UpdateRequest {
  readonly scenarios: readonly Scenario[]
  readonly root: string
  readonly reason: string | null
  /** The kind of machine whose baseline it is, where there are several. */
  readonly machine: string | undefined
  /** Another file to write to, as CI does. */
  readonly emit: string | null
  /** Also rewrite what has not moved. */
  readonly force: boolean
}

/** Measures scenarios and writes them to their baselines: all of them, or, when a program failed, none. */
export async function updateBaselines(request: UpdateRequest, world: GateWorld): Promise<UpdateReport> {
  const from = performance.now()
  const files = readBaselines(request.root, world.cwd)
  const session = new UpdateSession(request, files, world)
  const scenarios: UpdatedScenario[] = []
  for (const scenario of request.scenarios) {
    if (world.signal.aborted) break
    scenarios.push(await session.record(scenario))
  }
  const whole = !world.signal.aborted && scenarios.every(({ update }) => update !== null)
  return {
    scenarios,
    written: whole ? session.write() : [],
    seconds: (performance.now() - from) / 1000,
    interrupted: world.signal.aborted,
  }
}

class UpdateSession {
  readonly #request: UpdateRequest
  readonly #files: readonly BaselineFile[]
  readonly #world: GateWorld
  readonly #commit: string | null
  /** Scenarios by the path of the file that they go to. */
  readonly #changed = new Map<string, Map<string, ScenarioUpdate>>()

  constructor(request: UpdateRequest, files: readonly BaselineFile[], world: GateWorld) {
    this.#request = request
    this.#files = files
    this.#world = world
    this.#commit = currentCommit(request.root)
  }

  async record(scenario: Scenario): Promise<UpdatedScenario> {
    const { trees, env, day, tool } = this.#world
    const { root, reason, force } = this.#request
    const runs = new ScenarioRuns(scenario, this.#world)
    await runs.make(scenario.baselineRuns)
    const facts = { name: scenario.name, runs: runs.runs.length, failure: runs.failure, refusal: runs.refusal }
    if (runs.ended && runs.runs.length < scenario.baselineRuns)
      return { ...facts, file: '', update: null, unstable: [] }
    const fresh = recordedScenario({
      command: shownCommand(scenario, root, env['HOME']),
      runs: runs.runs,
      environment: collectGateEnvironment(trees, { variables: runs.env, aslr: runs.aslr }),
      day,
      commit: this.#commit,
      reason,
      tool,
      keyText: jsonName,
    })
    const path = this.#pathFor(scenario.name, fresh.environment)
    const before = this.#fileAt(path)?.baseline.scenarios.get(scenario.name) ?? null
    const update = updateScenario(before, fresh, scenario, force)
    const changed = this.#changed.get(path) ?? new Map<string, ScenarioUpdate>()
    this.#changed.set(path, changed.set(scenario.name, update))
    return { ...facts, file: this.#shown(path), update, unstable: stabilityOf(fresh, scenario) }
  }

  /** Writes the files in which something changed; with `--emit-baseline` the one file in any case. */
  write(): readonly string[] {
    const { emit } = this.#request
    if (emit !== null) {
      // What another machine recorded stays in its own file.
      const [path] = this.#changed.keys()
      if (path === undefined) return []
      const updates = [...this.#changed.values()].flatMap((each) => [...each])
      writeBaseline(emit, this.#merged(path, new Map(updates)))
      return [this.#shown(emit)]
    }
    const stale = [...this.#changed].filter(([, updates]) => [...updates.values()].some(({ same }) => !same))
    for (const [path, updates] of stale) writeBaseline(path, this.#merged(path, updates))
    return stale.map(([path]) => this.#shown(path))
  }

  #merged(path: string, updates: ReadonlyMap<string, ScenarioUpdate>): Baseline {
    const scenarios = new Map(this.#fileAt(path)?.baseline.scenarios)
    for (const [name, { scenario }] of updates) scenarios.set(name, scenario)
    return { scenarios }
  }

  /** The named file, the one that was recorded on a machine like this, or the usual one. */
  #pathFor(scenario: string, environment: Parameters<typeof findScenario>[2]): string {
    const { root, machine } = this.#request
    if (machine !== undefined) return baselinePath(root, machine)
    const found = findScenario(this.#files, scenario, environment)
    return found !== null && found.environment.material.length === 0 ? found.file.path : baselinePath(root, undefined)
  }

  #fileAt(path: string): BaselineFile | null {
    return this.#files.find((file) => file.path === path) ?? null
  }

  #shown(path: string): string {
    return relative(this.#world.cwd, path)
  }
}
