import { displayWidth } from './width.ts'

/** Where a line may break: at a space, but not between a figure and its unit, or a figure and what bounds it. */
const BREAK = /(?<![\d≤]) | (?!(?:[KMGTP]i)?B\b|%|ms\b|s\b|min\b|h\b|d\b|\d)/

/**
 * Breaks a text between words into lines of at most `width` columns. The first begins with `first`, the others with
 * `rest`, as much room unless told otherwise. `null` as width breaks nothing. A word that is wider stays whole.
 */
export function wrapText(
  text: string,
  width: number | null,
  first = '',
  rest = ' '.repeat(displayWidth(first)),
): readonly string[] {
  if (width === null) return [first + text]
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(BREAK)) {
    const longer = empty ? line + word : `${line} ${word}`
    if (!empty && displayWidth(longer) > width) {
      lines.push(line)
      line = rest + word
    } else line = longer
    empty = false
  }
  return [...lines, line]
}

/** A paragraph: its further lines are indented by two more than the first. */
export function paragraph(text: string, width: number | null): readonly string[] {
  const [lead = ''] = /^ */.exec(text) ?? []
  return wrapText(text.slice(lead.length), width, lead, `${lead}  `)
}
