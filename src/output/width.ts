import stringWidth from 'string-width'

const ASCII = /^[\x20-\x7e]*$/
const ELLIPSIS = '…'

/** Columns that a text takes on a terminal. ASCII, nearly everything here, is not measured but counted. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text)
}

/** Pads on the right, or on the left for figures. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const missing = width - displayWidth(text)
  if (missing <= 0) return text
  return align === 'left' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

/** Shortens in the middle, where paths differ least: both the mount and the file's own name stay readable. */
export function shortenMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width <= 1) return ELLIPSIS.slice(0, Math.max(0, width))
  const characters = [...text]
  const tail = Math.ceil(((width - 1) * 2) / 3)
  const head = width - 1 - tail
  return takeWidth(characters, head) + ELLIPSIS + takeWidth(characters.reverse(), tail, true)
}

/** Shortens prose at its end, between words; nothing where not even one fits. */
export function shortenEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const words = text.split(' ')
  while (words.length > 0 && displayWidth(words.join(' ')) + 1 > width) words.pop()
  return words.length === 0 ? '' : `${words.join(' ').replace(/[,;:]$/, '')}${ELLIPSIS}`
}

/** Shortens at the end: a command line is told by how it begins. */
export function shortenTail(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : takeWidth([...text], width - 1) + ELLIPSIS
}

function takeWidth(characters: readonly string[], width: number, reversed = false): string {
  const taken: string[] = []
  let used = 0
  for (const character of characters) {
    used += displayWidth(character)
    if (used > width) break
    taken.push(character)
  }
  return (reversed ? taken.reverse() : taken).join('')
}
