import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { systemErrorText } from '../../model/errno.ts'
import type { CheckConfig, Scenario } from '../../model/gate/scenario.ts'
import { displayText } from '../../output/sanitise.ts'
import { hasPart, parseCheckConfig } from '../../parsers/gate/check-config.ts'
import { ConfigProblem } from '../../parsers/gate/problem.ts'
import { UsageError } from '../usage-error.ts'

/** Names of a configuration, in the order in which they are looked for. */
const NAMES = ['mmapctl.yml', 'mmapctl.yaml', '.mmapctl.yml', 'mmapctl.json'] as const
const PACKAGE = 'package.json'
const PACKAGE_KEY = 'mmapctl'
/** The name that `--init` gives to a new one. */
export const USUAL_NAME = NAMES[0]

/** A directory with baselines, and perhaps a configuration. */
export interface Project {
  /** Commands of scenarios run here, and `.mmapctl` is here. */
  readonly root: string
  readonly config: CheckConfig | null
}

/**
 * Finds the configuration of a directory: its own or that of one above, as far as the repository goes.
 *
 * @param named The file that `--config` names.
 */
export function findProject(cwd: string, named: string | undefined): Project {
  const found = findConfig(cwd, named)
  if (found === null) return { root: findRoot(cwd), config: null }
  const { file, source, key } = found
  const root = dirname(file)
  const scenarios = parsed(found, cwd, () => parseCheckConfig(source, key)).map((scenario) => placed(scenario, root))
  return { root, config: { file, root, scenarios } }
}

/** A configuration as it was found. */
export interface FoundConfig {
  readonly file: string
  /** The part of the document that it is; `null` for all of it. */
  readonly key: string | null
  readonly source: string
}

/** The configuration that is named, or else that of a directory or of one above; `null` when there is none. */
export function findConfig(cwd: string, named: string | undefined): FoundConfig | null {
  if (named !== undefined) {
    const file = resolve(cwd, named)
    return { file, key: file.endsWith(`/${PACKAGE}`) ? PACKAGE_KEY : null, source: readText(file, named) }
  }
  for (const directory of upwards(cwd)) {
    const found = configIn(directory)
    if (found !== null) return found
  }
  return null
}

/** What a parser makes of a configuration; its problems as usage errors with file and line. */
export function parsed<Value>({ file }: FoundConfig, cwd: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    throw error instanceof ConfigProblem ? configError(relative(cwd, file), error) : error
  }
}

/**
 * The directory of a program behind `--`: where the baselines or the configuration are, here or above, else here. Its
 * configuration is not read: it says nothing of that program.
 */
export function findRoot(cwd: string): string {
  const marks = ['.mmapctl', ...NAMES]
  return upwards(cwd).find((directory) => marks.some((name) => existsSync(join(directory, name)))) ?? cwd
}

/** The name of a configuration in a directory; `null` when there is none. */
export function configName(directory: string): string | null {
  return NAMES.find((name) => existsSync(join(directory, name))) ?? null
}

/** The directory itself and those above it, up to the one that holds the repository. */
function upwards(cwd: string): readonly string[] {
  const found: string[] = []
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    found.push(directory)
    if (existsSync(join(directory, '.git'))) return found
    // Without a repository nobody can say where the project ends.
    if (directory === dirname(directory)) return found.slice(0, 1)
  }
}

function configIn(directory: string): FoundConfig | null {
  const present = NAMES.filter((name) => existsSync(join(directory, name)))
  const [first, second] = present
  if (first !== undefined && second !== undefined) {
    throw new UsageError(`${first} and ${second} are both there`, 'keep one, or name it with --config')
  }
  if (first !== undefined) {
    const file = join(directory, first)
    return { file, key: null, source: readText(file, first) }
  }
  const file = join(directory, PACKAGE)
  if (!existsSync(file)) return null
  const source = readText(file, PACKAGE)
  // Nearly all have none, and reading YAML takes its time.
  return source.includes(`"${PACKAGE_KEY}"`) && hasKey(source) ? { file, key: PACKAGE_KEY, source } : null
}

/** A package.json that cannot be read is npm's to complain about. */
function hasKey(source: string): boolean {
  try {
    return hasPart(source, PACKAGE_KEY)
  } catch (error) {
    if (error instanceof ConfigProblem) return false
    throw error
  }
}

/** Paths of a configuration are relative to it. */
function placed(scenario: Scenario, root: string): Scenario {
  const { cwd, stdin } = scenario
  return { ...scenario, cwd: resolve(root, cwd), stdin: stdin === null ? null : resolve(root, stdin) }
}

/** A problem of a file, in one line with its place. */
export function configError(file: string, problem: ConfigProblem): UsageError {
  const { line, message, hint } = problem
  const place = line === null ? shownText(file) : `${shownText(file)}:${line}`
  return new UsageError(`${place}: ${shownText(message)}`, hint === null ? null : shownText(hint))
}

function shownText(text: string): string {
  return displayText(Buffer.from(text).toString('latin1'))
}

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${shownText(shown)} cannot be read: ${systemErrorText(error)}`)
  }
}
