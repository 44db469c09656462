import type { Ability, AbilityId } from '../../model/ability.ts'
import { ABILITY_IDS } from '../../model/ability.ts'
import { similarNames } from '../../model/similar.ts'
import type { Tool } from '../../output/maps-json.ts'
import { createPalette } from '../../output/palette.ts'
import { writeReportJson } from '../../output/report-json.ts'
import { selfJson } from '../../output/self-json.ts'
import { writeSelfMarkdown } from '../../output/self-markdown.ts'
import { writeSelf } from '../../output/self-text.ts'
import { type ColourMode, wantsColour } from '../colour.ts'
import type { DoctorFormat } from '../doctor-flags.ts'
import { EXIT, type ExitStatus } from '../exit.ts'
import type { Io } from '../io.ts'
import { Progress } from '../progress.ts'
import { UsageError } from '../usage-error.ts'
import { trySelf } from './self-session.ts'

/** What `doctor --self` was asked. */
export interface SelfRequest {
  readonly required: readonly string[]
  readonly format: DoctorFormat
  readonly color: ColourMode
  readonly wide: boolean
  readonly quiet: boolean
}

/** Tells what mmapctl may do here; fails when what was required does not work. */
export async function selfCommand(request: SelfRequest, io: Io, tool: Tool): Promise<ExitStatus> {
  const required = request.required.map(abilityNamed)
  const progress = new Progress(io, request.quiet, 'abilities tried')
  const { report, trees } = await trySelf(io, request.color, progress.update)
  progress.done()
  const write = (text: string): void => io.stdout.write(text)
  if (request.format === 'json') {
    const from = { tool, host: report.host, provenance: trees.ledger.take() }
    writeReportJson({ name: 'doctor-self', version: 1, body: selfJson(report) }, from, write)
  } else if (request.format === 'markdown') writeSelfMarkdown(report, write)
  else {
    const palette = createPalette(wantsColour(request.color, io.stdout, io.env))
    writeSelf(report, { palette, width: request.wide ? null : io.stdout.columns, quiet: request.quiet }, write)
  }
  return required.every((id) => worksIn(report.abilities, id)) ? EXIT.ok : EXIT.failed
}

function worksIn(abilities: readonly Ability[], wanted: AbilityId): boolean {
  return abilities.some(({ id, state }) => id === wanted && state === 'works')
}

function abilityNamed(word: string): AbilityId {
  const found = ABILITY_IDS.find((id) => id === word.trim())
  if (found !== undefined) return found
  const near = similarNames(word, ABILITY_IDS)
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `abilities are ${ABILITY_IDS.join(', ')}`
  throw new UsageError(`--require knows no ability "${word}"`, hint)
}
