import { FRAME_END } from '../analysis/faults/stacks.ts'
import { displayText } from './sanitise.ts'

/**
 * Writes folded stacks, as flamegraph.pl, inferno and speedscope read them: `program;main;fill;[first-touch] 1234`,
 * outermost frame first, largest first.
 *
 * A line ends with its count behind the last blank, which the kind of fault keeps from being taken for another. Frames
 * are harmless text of one line each: bytes that are none are spelled out, a `;` becomes `:`, as stackcollapse-perf.pl
 * writes it, and a `#`, with which a comment would begin, is spelled out at the beginning of a line.
 */
export function writeFolded(stacks: ReadonlyMap<string, number>, write: (text: string) => void): void {
  const rows = [...stacks].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
  for (const [stack, faults] of rows) {
    const text = stack.split(FRAME_END).map(frameText).join(';')
    write(`${text.replace(/^#/, '\\x23')} ${faults}\n`)
  }
}

function frameText(frame: string): string {
  return displayText(frame).replaceAll(';', ':')
}
