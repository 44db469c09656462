/** A byte order mark is part of the name that it begins. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Characters that may move the cursor, hide text, turn its direction or break a line: all control and format characters
 * (C0, DEL, C1, bidi and zero-width marks, tags), and line and paragraph separators.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const PLAIN = /^[\x20-\x7e]*$/

/** Decodes a binary string as UTF-8; `null` when it is not valid UTF-8. */
export function decodeUtf8(binary: string): string | null {
  if (PLAIN.test(binary)) return binary
  try {
    return strictUtf8.decode(Buffer.from(binary, 'latin1'))
  } catch {
    return null
  }
}

/**
 * A name as a terminal may show it: valid UTF-8 is decoded, everything that is not harmless text is spelled out
 * (`\x1b`, `\u202e`, `\xff`). File names, thread names and command lines are other people's input.
 */
export function displayText(binary: string): string {
  if (PLAIN.test(binary)) return binary
  const text = decodeUtf8(binary)
  if (text === null) return binary.replace(/[^\x20-\x7e]/g, escapeByte)
  return text.replace(UNSAFE, escapeCharacter)
}

/** Characters of words that a shell takes as they are. */
const BARE_WORD = /^[\w@%+=:,./-]+$/

/** A command as it would be typed: words that a shell would split or read otherwise are quoted. */
export function displayCommand(words: readonly string[]): string {
  return words.map((word) => quoted(displayText(word))).join(' ')
}

function quoted(word: string): string {
  return BARE_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function escapeByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return escapeByte(character)
  const digits = code.toString(16).padStart(4, '0')
  return digits.length === 4 ? `\\u${digits}` : `\\u{${digits}}`
}

/** A text of ours that may hold names, made fit for a terminal. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, escapeCharacter)
}
