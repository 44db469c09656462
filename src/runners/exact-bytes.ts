import { readFileSync } from 'node:fs'

// Node makes text of arguments and variables, and loses what is not UTF-8. /proc has the bytes, which are kept as binary
// strings: a character a byte.

const NUL = '\0'

/** The bytes of our own last arguments. */
export function exactWords(words: readonly string[]): readonly string[] {
  const last = entriesOf('/proc/self/cmdline').slice(-words.length)
  return words.map((word, index) => {
    const exact = last[index]
    return exact !== undefined && textOf(exact) === word ? exact : bytesOf(word)
  })
}

/** The values of our environment that are no text, by name. */
export function exactVariables(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const odd = new Map<string, string>()
  for (const entry of entriesOf('/proc/self/environ')) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? []
    if (!isText(value) && env[name] === textOf(value)) odd.set(name, value)
  }
  return odd
}

/** Whether a binary string is UTF-8, and Node can hand it on. */
export function isText(bytes: string): boolean {
  return bytesOf(textOf(bytes)) === bytes
}

/** A binary string as text; what is not UTF-8 is lost. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Text as a binary string. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Parts of a file of /proc, each ended by a NUL. */
function entriesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'latin1').split(NUL).slice(0, -1)
  } catch {
    return []
  }
}
