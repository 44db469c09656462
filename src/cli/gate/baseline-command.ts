import { resolve } from 'node:path'
import type { UpdatedScenario } from '../../analysis/gate/update-report.ts'
import { similarNames } from '../../model/similar.ts'
import { baselineShownText } from '../../output/gate/baseline-text.ts'
import { updateText } from '../../output/gate/update-text.ts'
import { createPalette } from '../../output/palette.ts'
import { type ColourMode, wantsColour } from '../colour.ts'
import { EXIT, type ExitStatus } from '../exit.ts'
import { ExitError } from '../exit-error.ts'
import type { Io } from '../io.ts'
import { obstacleTo } from '../report-output.ts'
import { UsageError } from '../usage-error.ts'
import { readBaselines } from './baseline-files.ts'
import { projectOf } from './check-command.ts'
import { Interrupt } from './interrupt.ts'
import { checkPlaces } from './places.ts'
import { GateProgress } from './progress.ts'
import { type ScenarioFlagValues, scenariosOf } from './scenarios.ts'
import { programStatus } from './status.ts'
import { updateBaselines } from './update-session.ts'
import type { WorldMaker } from './world.ts'

/** A command line of `baseline update`, as parsed. */
export interface UpdateLine {
  readonly names: readonly string[]
  readonly words: readonly string[] | null
  readonly flags: ScenarioFlagValues & {
    readonly config?: string | undefined
    readonly reason?: string | undefined
    readonly machine?: string | undefined
    readonly 'emit-baseline'?: string | undefined
    readonly force: boolean
    readonly quiet: boolean
  }
  readonly io: Io
}

/** Records scenarios; returns the exit status. */
export async function updateCommand(line: UpdateLine, worldOf: WorldMaker): Promise<number> {
  const { flags, io, words, names } = line
  const emit = flags['emit-baseline']
  if (emit === undefined && isCi(io.env)) {
    throw new UsageError(
      'CI does not write the baseline that it checks against',
      'write a proposal with --emit-baseline FILE',
    )
  }
  const cwd = process.cwd()
  const project = projectOf(line, cwd)
  const scenarios = scenariosOf(project, { names, words, cwd }, flags)
  checkPlaces(scenarios, project.config?.file ?? null, cwd)
  const obstacle = emit === undefined ? null : obstacleTo(emit)
  if (obstacle !== null) throw new UsageError(`--emit-baseline ${emit} cannot be written: ${obstacle}`)
  const request = {
    scenarios,
    root: project.root,
    reason: flags.reason ?? null,
    machine: flags.machine,
    emit: emit === undefined ? null : resolve(cwd, emit),
    force: flags.force,
  }
  using interrupt = new Interrupt()
  const progress = new GateProgress(io, flags.quiet)
  const report = await updateBaselines(request, worldOf(interrupt.signal, progress.update))
  progress.done()
  io.stdout.write(updateText(report))
  if (interrupt.status !== null) return interrupt.status
  return report.scenarios.map(statusOf).reduce(worse, EXIT.ok)
}

function statusOf({ failure, refusal }: UpdatedScenario): ExitStatus {
  if (failure !== null) return programStatus(failure)
  return refusal === null ? EXIT.ok : EXIT.noAnswer
}

/** A command line of `baseline show`, as parsed. */
export interface ShowLine {
  readonly names: readonly string[]
  readonly flags: {
    readonly config?: string | undefined
    readonly groups: boolean
    readonly color: ColourMode
  }
  readonly io: Io
}

/** Shows what was recorded; returns the exit status. */
export function showCommand({ names, flags, io }: ShowLine): number {
  const cwd = process.cwd()
  const { root } = projectOf({ words: flags.config === undefined ? [] : null, flags }, cwd)
  const files = readBaselines(root, cwd)
  const known = new Set(files.flatMap(({ baseline }) => [...baseline.scenarios.keys()]))
  const missing = names.find((name) => !known.has(name))
  if (files.length === 0) {
    throw new ExitError(EXIT.noAnswer, 'no-baseline', 'there is no baseline', 'record one with mmapctl baseline update')
  }
  if (missing !== undefined) {
    const near = similarNames(missing, known)
    const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `there are ${[...known].join(', ')}`
    throw new ExitError(EXIT.noAnswer, 'not-in-baseline', `the baseline has no scenario "${missing}"`, hint)
  }
  const palette = createPalette(wantsColour(flags.color, io.stdout, io.env))
  const shown = files.filter(({ baseline }) => names.length === 0 || names.some((name) => baseline.scenarios.has(name)))
  const texts = shown.map((file) =>
    baselineShownText(file.shown, file.baseline, { names, groups: flags.groups, palette }),
  )
  io.stdout.write(texts.join('\n'))
  return EXIT.ok
}

function isCi(env: Io['env']): boolean {
  const { CI } = env
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0'
}

function worse(one: ExitStatus, other: ExitStatus): ExitStatus {
  return Math.max(one, other) as ExitStatus
}
