/** Escape sequences of keys, as xterm and the Linux console send them: console_codes(4), terminfo(5). */
const SEQUENCES: Readonly<Record<string, string>> = {
  '\u001b[A': 'up',
  '\u001b[B': 'down',
  '\u001b[C': 'right',
  '\u001b[D': 'left',
  '\u001bOA': 'up',
  '\u001bOB': 'down',
  '\u001bOC': 'right',
  '\u001bOD': 'left',
  '\u001b[5~': 'pageup',
  '\u001b[6~': 'pagedown',
  '\u001b[H': 'home',
  '\u001b[F': 'end',
  '\u001bOH': 'home',
  '\u001bOF': 'end',
  '\u001b[1~': 'home',
  '\u001b[4~': 'end',
  '\u001b[7~': 'home',
  '\u001b[8~': 'end',
  '\u001b': 'escape',
  '\u0003': 'ctrl-c',
  '\u001a': 'ctrl-z',
  '\u000c': 'ctrl-l',
}

/** A control sequence, one of a function key, or a character. */
const KEY = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001bO[A-Za-z]|[\s\S]/gu

/** The keys in what a terminal sent, which may be several at once: names of those that have one, else characters. */
export function keysOf(input: string): readonly string[] {
  return (input.match(KEY) ?? []).map((key) => SEQUENCES[key] ?? key)
}
