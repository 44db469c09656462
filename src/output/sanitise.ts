/** A byte order mark is part of the name that it begins. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Characters that may move the cursor, hide text, turn its direction or break a line: C0, DEL and C1 controls, bidi
 * and zero-width marks, line and paragraph separators, and lone surrogates' neighbours (noncharacters).
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g
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

function escapeByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100 ? escapeByte(character) : `\\u${code.toString(16).padStart(4, '0')}`
}
