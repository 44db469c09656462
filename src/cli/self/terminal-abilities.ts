import { ability } from '../../collectors/abilities/trying.ts'
import type { Ability } from '../../model/ability.ts'
import { type ColourMode, wantsColour } from '../colour.ts'
import type { Io } from '../io.ts'

/** What the output goes to. */
export function terminalAbilities({ stdout, env }: Io, colour: ColourMode): readonly Ability[] {
  const size = `${stdout.columns ?? '?'} columns${stdout.rows == null ? '' : `, ${stdout.rows} rows`}`
  const terminal = stdout.isTerminal
    ? ability('terminal', 'works', size)
    : ability('terminal', 'absent', 'stdout is a pipe or a file')
  return [terminal, colours(wantsColour(colour, stdout, env), { stdout, env }, colour)]
}

function colours(wanted: boolean, { stdout, env }: Pick<Io, 'stdout' | 'env'>, mode: ColourMode): Ability {
  const set = (name: string): boolean => env[name] !== undefined && env[name] !== ''
  const by =
    mode !== 'auto'
      ? `--color ${mode}`
      : set('NO_COLOR')
        ? 'NO_COLOR is set'
        : env['FORCE_COLOR'] !== undefined
          ? 'FORCE_COLOR is set'
          : stdout.isTerminal
            ? `TERM is ${env['TERM'] ?? 'not set'}`
            : 'stdout is no terminal'
  return ability('colours', wanted ? 'works' : 'absent', by)
}
