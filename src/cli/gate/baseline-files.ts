import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { compareEnvironments } from '../../analysis/gate/environment.ts'
import { systemErrorText } from '../../model/errno.ts'
import type { Baseline, BaselineScenario } from '../../model/gate/baseline.ts'
import type { Environment, EnvironmentComparison } from '../../model/gate/environment.ts'
import { baselineText } from '../../output/gate/baseline-json.ts'
import { parseBaseline } from '../../parsers/gate/baseline.ts'
import { ConfigProblem } from '../../parsers/gate/problem.ts'
import { writeFileAtomically } from '../report-output.ts'
import { UsageError } from '../usage-error.ts'
import { configError } from './project.ts'

const DIRECTORY = '.mmapctl'
const USUAL = 'baseline.json'
const NAME = /^baseline(?:\.([A-Za-z0-9][\w-]*))?\.json$/

/** A baseline file of a project; there may be one for each kind of machine. */
export interface BaselineFile {
  readonly path: string
  /** As a person would type it. */
  readonly shown: string
  readonly baseline: Baseline
}

/** A scenario of a baseline, and how its environment differs from the present one. */
export interface FoundScenario {
  readonly file: BaselineFile
  readonly scenario: BaselineScenario
  readonly environment: EnvironmentComparison
}

/** Reads all baselines of a project, the usual one first. */
export function readBaselines(root: string, cwd: string): readonly BaselineFile[] {
  const directory = join(root, DIRECTORY)
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => NAME.test(name))
  names.sort((one, other) => Number(other === USUAL) - Number(one === USUAL) || (one < other ? -1 : 1))
  return names.map((name) => readBaseline(join(directory, name), cwd))
}

/** Reads a baseline file. */
function readBaseline(path: string, cwd: string): BaselineFile {
  const shown = relative(cwd, path)
  try {
    return { path, shown, baseline: parseBaseline(readFileSync(path, 'utf8')) }
  } catch (error) {
    if (error instanceof ConfigProblem) throw configError(shown, error)
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new UsageError(`${shown} cannot be read: ${systemErrorText(error)}`)
  }
}

/** Where the baseline of a kind of machine is, or the usual one. */
export function baselinePath(root: string, machine: string | undefined): string {
  if (machine === undefined) return join(root, DIRECTORY, USUAL)
  const file = `baseline.${machine}.json`
  if (!NAME.test(file)) throw new UsageError(`--machine ${machine}: use letters, digits, _ and -`)
  return join(root, DIRECTORY, file)
}

/** Finds a scenario where it was recorded in an environment like this one, or in the nearest to it. */
export function findScenario(files: readonly BaselineFile[], name: string, now: Environment): FoundScenario | null {
  const found = files.flatMap((file): readonly FoundScenario[] => {
    const scenario = file.baseline.scenarios.get(name)
    if (scenario === undefined) return []
    return [{ file, scenario, environment: compareEnvironments(scenario.environment, now) }]
  })
  const distance = ({ environment }: FoundScenario): number => environment.material.length
  return found.reduce<FoundScenario | null>(
    (best, each) => (best === null || distance(each) < distance(best) ? each : best),
    null,
  )
}

/** Writes a baseline file, whole or not at all. */
export function writeBaseline(path: string, baseline: Baseline): void {
  if (basename(dirname(path)) === DIRECTORY) mkdirSync(dirname(path), { recursive: true })
  writeFileAtomically(path, (write) => write(baselineText(baseline)))
}
