import type { Output } from './io.ts'

export const COLOUR_MODES = ['auto', 'always', 'never'] as const
export type ColourMode = (typeof COLOUR_MODES)[number]

/**
 * Whether a stream gets colours: the flag first, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether it is a
 * terminal that can show them.
 */
export function wantsColour(
  mode: ColourMode,
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (mode !== 'auto') return mode === 'always'
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return output.isTerminal && env['TERM'] !== 'dumb'
}
