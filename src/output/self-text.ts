import type { SelfReport } from '../analysis/abilities.ts'
import type { Ability } from '../model/ability.ts'
import { ABILITIES, ABILITY_GROUPS, type Grant } from '../reference/abilities.ts'
import type { Palette } from './palette.ts'
import { harmless } from './sanitise.ts'
import { grantsHere, grantText, readerText, selfVerdict } from './self-parts.ts'
import { pad } from './width.ts'
import { wrapText } from './wrap.ts'

/** How the report is written for people. */
export interface SelfStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be wrapped. */
  readonly width: number | null
  readonly quiet: boolean
}

const WORDS = { works: 'works', refused: 'refused', absent: 'absent', untried: 'not tried' } as const
const STATE_WIDTH = 11
const INDENT = ' '.repeat(STATE_WIDTH)

/** Writes what works and what does not, by groups; what is missing with its costs and how to have it. */
export function writeSelf(report: SelfReport, style: SelfStyle, write: (text: string) => void): void {
  const { palette, width } = style
  if (!style.quiet) {
    for (const line of wrapText(`mmapctl here: ${selfVerdict(report)}`, width)) write(`${palette.strong(line)}\n`)
    for (const line of wrapText(readerText(report), width)) write(`${palette.muted(line)}\n`)
  }
  let first = style.quiet
  for (const group of ABILITY_GROUPS) {
    const members = report.abilities.filter(({ id }) => ABILITIES[id].group === group)
    const shown = style.quiet ? members.filter(({ state }) => state !== 'works') : members
    if (shown.length === 0) continue
    if (!first) write('\n')
    first = false
    write(`${palette.heading(group.toUpperCase())}\n`)
    for (const each of shown) writeAbility(each, report, style, write)
  }
}

function writeAbility(ability: Ability, report: SelfReport, style: SelfStyle, write: (text: string) => void): void {
  const { palette, width } = style
  const { title, costs } = ABILITIES[ability.id]
  const state = pad(WORDS[ability.state], STATE_WIDTH, 'left')
  const works = ability.state === 'works'
  const block = (label: string, text: string): readonly string[] =>
    wrapText(harmless(text), width === null ? null : width - INDENT.length, label)
  // What works is one sentence; what does not has its name in a line of its own, to be found.
  const [first = '', ...rest] = works ? block('', `${title}: ${ability.found}`) : block('', `${title} [${ability.id}]`)
  write(`${(works ? palette.muted : palette.warning)(state)}${works ? first : palette.strong(first)}\n`)
  const more = works ? rest : [...rest, ...missing(ability, report, costs, block)]
  for (const line of more) write(`${INDENT}${line}\n`)
}

function missing(
  ability: Ability,
  report: SelfReport,
  costs: string,
  block: (label: string, text: string) => readonly string[],
): readonly string[] {
  return [
    ...block('found  ', ability.found),
    ...block('costs  ', costs),
    ...grantsHere(ability, report).flatMap((grant, index) =>
      block(index === 0 ? 'grant  ' : '       ', grantText(whole(grant))).map((line) =>
        line.replaceAll(HARD_SPACE, ' '),
      ),
    ),
  ]
}

const HARD_SPACE = '\u00a0'

/** A command must not be broken where somebody will copy it; the terminal wraps it, if need be. */
function whole({ by, how }: Grant): Grant {
  return { by, how: how.startsWith('sudo ') ? how.replaceAll(' ', HARD_SPACE) : how }
}
