import { displayText } from './sanitise.ts'

/**
 * Writes folded stacks, as flamegraph.pl, inferno and speedscope read them: `program;main;fill;[first-touch] 1234`,
 * outermost frame first, largest first. Names are harmless text: no control characters, no `;` but between frames.
 */
export function writeFolded(stacks: ReadonlyMap<string, number>, write: (text: string) => void): void {
  const rows = [...stacks].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
  for (const [stack, faults] of rows) write(`${displayText(stack)} ${faults}\n`)
}
