import type { ProgramFailure } from '../../model/gate/report.ts'
import { lastWords, programFailureText } from '../../output/gate/failure.ts'
import { shownBinary } from '../../output/gate/text.ts'
import type { Tool } from '../../output/maps-json.ts'
import type { ColourMode } from '../colour.ts'
import { EXIT, type ExitStatus } from '../exit.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'
import { againstOf, checkSides } from './against.ts'
import { checkSinks, type FormatWord, sinksOf, writeReport } from './formats.ts'
import { writeFirstConfig } from './init.ts'
import { Interrupt } from './interrupt.ts'
import { checkPlaces } from './places.ts'
import { GateProgress } from './progress.ts'
import { findProject, findRoot, type Project } from './project.ts'
import type { CheckRequest, OnMismatch } from './request.ts'
import { type ScenarioFlagValues, scenariosOf } from './scenarios.ts'
import { runChecks } from './session.ts'
import { checkStatus, programStatus } from './status.ts'
import type { WorldMaker } from './world.ts'

/** A command line of `check`, as parsed. */
export interface CheckLine {
  readonly names: readonly string[]
  /** What stands behind `--`; `null` without it. */
  readonly words: readonly string[] | null
  readonly flags: CheckFlagValues
  readonly formats: readonly FormatWord[]
  readonly io: Io
  readonly tool: Tool
}

interface CheckFlagValues extends ScenarioFlagValues {
  readonly config?: string | undefined
  readonly against?: string | undefined
  readonly 'against-dir'?: string | undefined
  readonly 'on-env-mismatch': OnMismatch
  readonly 'no-verdict': 'fail' | 'pass'
  readonly json: boolean
  readonly quiet: boolean
  readonly color: ColourMode
}

/** Measures, judges and tells; returns the exit status. */
export async function checkCommand(line: CheckLine, worldOf: WorldMaker): Promise<number> {
  const { flags, io, tool } = line
  const sinks = sinksOf(line.formats, flags.json, io.env)
  const request = requestOf(line, process.cwd())
  checkSinks(sinks)
  using interrupt = new Interrupt()
  const progress = new GateProgress(io, flags.quiet)
  const report = await runChecks(request, worldOf(interrupt.signal, progress.update))
  progress.done()
  const exit = interrupt.status ?? checkStatus(report)
  writeReport(report, sinks, { io, tool, exit, config: request.config, colour: flags.color, quiet: flags.quiet })
  return exit
}

/** Writes a first configuration; returns the exit status. */
export async function initCommand(line: CheckLine, worldOf: WorldMaker): Promise<number> {
  const { flags, io, words, tool } = line
  if (words === null) throw new UsageError('--init needs a program', 'write check --init -- ./program args')
  const cwd = process.cwd()
  // Scenarios of a configuration have a clean environment unless it says otherwise, so it is measured in one.
  const [scenario] = scenariosOf({ root: cwd, config: null }, { ...line, cwd }, { ...flags, env: flags.env ?? 'clean' })
  if (scenario === undefined) throw new RangeError('no scenario')
  if (scenario.server !== null) throw new UsageError('--init does not write servers', 'see docs/check.md for one')
  using interrupt = new Interrupt()
  const progress = new GateProgress(io, flags.quiet)
  const found = await writeFirstConfig(scenario, worldOf(interrupt.signal, progress.update))
  progress.done()
  if (interrupt.status !== null) return interrupt.status
  if (found.file === null) return notWritten(found.failure, found.refusal, line)
  const next = `now record a baseline and commit both:\n    ${tool.name} baseline update\n`
  io.stdout.write(`wrote ${found.file}:\n\n${found.text}\n${next}`)
  return EXIT.ok
}

function notWritten(failure: ProgramFailure | null, refusal: string | null, { io, tool }: CheckLine): ExitStatus {
  if (failure === null) {
    io.stderr.write(`${tool.name}: nothing can be measured here: ${shownBinary(refusal ?? '')}; nothing was written\n`)
    return EXIT.noAnswer
  }
  const said = lastWords(failure).map((each) => `    │ ${each}\n`)
  io.stderr.write(
    `${tool.name}: the program failed: ${programFailureText(failure)}; nothing was written\n${said.join('')}`,
  )
  return programStatus(failure)
}

function requestOf(line: CheckLine, cwd: string): CheckRequest {
  const { flags, words } = line
  const project = projectOf(line, cwd)
  const config = project.config?.file ?? null
  const scenarios = scenariosOf(project, { names: line.names, words, cwd }, flags)
  const against = againstOf(flags, cwd)
  checkPlaces(scenarios, config, cwd)
  if (against !== null) checkSides(scenarios, against, { root: project.root, config, cwd })
  return {
    scenarios,
    root: project.root,
    config,
    against,
    onMismatch: flags['on-env-mismatch'],
    lenient: flags['no-verdict'] === 'pass',
  }
}

/** A program behind `--` needs no configuration, and is not bothered by one. */
export function projectOf(
  {
    words,
    flags,
  }: { readonly words: readonly string[] | null; readonly flags: { readonly config?: string | undefined } },
  cwd: string,
): Project {
  if (words === null) return findProject(cwd, flags.config)
  if (flags.config !== undefined) throw new UsageError('--config and a program', 'give one of them')
  return { root: findRoot(cwd), config: null }
}
