import { displayWidth } from './width.ts'

/**
 * A sentence in lines of at most so many columns, broken at spaces; further lines are indented by two more than the
 * first. A longer word stands alone. `null` breaks nothing.
 */
export function wrapText(text: string, width: number | null): readonly string[] {
  if (width === null || displayWidth(text) <= width) return [text]
  const indent = ' '.repeat((/^ */.exec(text)?.[0].length ?? 0) + 2)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === '' ? (lines.length === 0 ? word : indent + word) : `${line} ${word}`
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line)
      line = indent + word
    } else line = longer
  }
  return [...lines, line]
}
