/**
 * Whether a command line sends JSON to stdout by `--format json`. It is read as it stands: what it says of an error counts
 * also where the rest of it cannot be parsed.
 */
export function isJsonOnStdout(words: readonly string[]): boolean {
  let asked = false
  for (const [index, word] of words.entries()) {
    const [name, value = words[index + 1]] = word.split(/=(.*)/s, 2)
    if (FORMAT.includes(name ?? '')) {
      if (asked) return true
      asked = value === 'json'
    }
    // A file for the format before it.
    if (OUTPUT.includes(name ?? '')) asked = false
  }
  return asked
}

const FORMAT = ['--format', '-f']
const OUTPUT = ['--output', '-o']
