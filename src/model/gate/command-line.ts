/** Characters that need no quotes in any shell. */
const PLAIN = /^[\w@%+=:,./-]+$/
/** What a command line is made of: spaces, quoted texts, an escaped character, anything else. */
const PIECES = /(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(.)/gsu
/** What a shell would do something with, wherever it stands, and at the beginning of a word. */
const SHELLS = /[|&;<>()$`*?[]/
const SHELLS_AT_START = /^[~#]/
const SHELLS_IN_QUOTES = /(?:^|[^\\])(?:\\\\)*([$`])/

/** A command line as words, or the character that only a shell could understand. */
export type SplitCommand =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/**
 * Splits a command line at its spaces, heeding quotes and backslashes as a shell does, and expanding nothing.
 *
 * A program is not started through a shell: its process would be measured too.
 */
export function splitCommand(text: string): SplitCommand {
  const words: string[] = []
  let word: string | null = null
  for (const [, space, single, double, escaped, plain, odd] of text.matchAll(PIECES)) {
    if (space !== undefined) {
      if (word !== null) words.push(word)
      word = null
      continue
    }
    const problem = problemOf({ double, plain, odd, first: word === null })
    if (problem !== null) return { ok: false, problem }
    word = `${word ?? ''}${single ?? escaped ?? plain ?? (double === undefined ? '' : unescaped(double))}`
  }
  if (word !== null) words.push(word)
  return words.length === 0 ? { ok: false, problem: 'it is empty' } : { ok: true, words }
}

/** Writes words such that a shell, and `splitCommand`, read them back. */
export function joinCommand(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

interface Piece {
  readonly double: string | undefined
  readonly plain: string | undefined
  readonly odd: string | undefined
  /** Whether a word begins with it. */
  readonly first: boolean
}

function problemOf({ double, plain, odd, first }: Piece): string | null {
  if (odd === '\\') return 'it ends with a backslash'
  if (odd !== undefined) return `a ${odd} is never closed`
  const shells =
    SHELLS.exec(plain ?? '')?.[0] ??
    (first ? SHELLS_AT_START.exec(plain ?? '')?.[0] : undefined) ??
    SHELLS_IN_QUOTES.exec(double ?? '')?.[1]
  return shells === undefined ? null : `"${shells}" is a shell's`
}

/** In double quotes a backslash stays before all but these. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(["\\$`])/g, '$1')
}
