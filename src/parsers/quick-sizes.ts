import { ParseError } from './parse-error.ts'

const ZERO = 0x30
const NINE = 0x39
const SPACE = 0x20
const TAB = 0x09
const LF = 0x0a
const KIB = 1024

/** Sizes in bytes by our names; `NaN` is "not printed by this kernel". */
export type QuickSizes<Name extends string> = { readonly [Each in Name]: number }

/**
 * Makes a reader of sizes from the text of a file of `Key: n kB` lines.
 *
 * For thousands of processes: it looks for the wanted keys alone, where the full parsers of `status` and
 * `smaps_rollup` read every line and take twenty times as long, which is more than the kernel takes to print them. The
 * search goes on from the last key found, so `keys` should come in the kernel's order; others are found all the same.
 *
 * No value can be taken for a key: a key stands at the start of a line, and the kernel escapes line feeds in names.
 *
 * @param file Names the file in errors.
 * @param keys The kernel's keys by our names.
 */
export function quickSizes<Name extends string>(
  file: string,
  keys: Readonly<Record<Name, string>>,
): (text: string) => QuickSizes<Name> {
  const wanted = (Object.entries(keys) as [Name, string][]).map(([name, key]) => ({ name, label: `${key}:` }))
  // Of one shape from the start: grown key by key they change it with the first NaN, and writing the table of 2,000
  // processes took three times as long.
  const unknown = Object.fromEntries(wanted.map(({ name }) => [name, Number.NaN])) as Record<Name, number>
  return (text) => {
    refuseCut(file, text)
    const sizes = { ...unknown }
    let from = 0
    for (const { name, label } of wanted) {
      let at = lineStart(text, label, from)
      if (at === -1) at = lineStart(text, label, 0)
      if (at === -1) continue
      from = at + label.length
      sizes[name] = sizeAt(file, text, from)
    }
    return sizes
  }
}

/** Where a line begins with `label`. Searching for the label alone is several times faster than with its line feed. */
export function lineStart(text: string, label: string, from: number): number {
  let at = text.indexOf(label, from)
  while (at > 0 && text.charCodeAt(at - 1) !== LF) at = text.indexOf(label, at + 1)
  return at
}

/** The kernel ends every line with a line feed; a file cut before one may have lost digits. */
function refuseCut(file: string, text: string): void {
  if (!text.endsWith('\n')) throw new ParseError(file, 0, 'a line feed at the end', text.slice(-80))
}

function sizeAt(file: string, text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++
  const first = at
  let value = 0
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
    value = value * 10 + (code - ZERO)
  }
  if (at === first || !text.startsWith(' kB\n', at) || value > Number.MAX_SAFE_INTEGER) {
    throw new ParseError(file, 0, 'a size in kB', text.slice(from, text.indexOf('\n', from)))
  }
  return value * KIB
}
