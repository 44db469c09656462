import { type ListColumn, writeList } from './column-writer.ts'
import type { Palette } from './palette.ts'
import { displayWidth } from './width.ts'

/** How a list with notes is written. */
export interface NotedStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be broken. */
  readonly width: number | null
  readonly header: boolean
}

/** Narrower than this a sentence beside its row is a column of words; then it stands below. */
const LEAST_ROOM = 32
const GUTTER = '  '

/** Lays rows out in columns with a sentence behind each, which goes on below itself where the line is full. */
export function notedList(
  columns: readonly ListColumn[],
  notes: readonly string[],
  title: string,
  style: NotedStyle,
): readonly string[] {
  const plain = { width: null, header: style.header, headerPaint: (text: string) => text }
  const lines: string[] = []
  writeList([...columns, END], notes.length, plain, (text) => lines.push(text.slice(0, -END_MARK.length - 1)))
  const left = Math.max(0, ...lines.map(displayWidth))
  const beside = style.width === null || style.width - left >= LEAST_ROOM
  const indent = beside ? ' '.repeat(left) : GUTTER
  const room = style.width === null ? null : style.width - indent.length
  const rows = style.header ? lines.slice(1) : lines
  const body = rows.flatMap((line, row) => {
    const sentence = wrapped(notes[row] ?? '', room)
    if (!beside) return [line.trimEnd(), ...sentence.map((text) => style.palette.muted(indent + text))]
    return sentence.map((text, index) => `${index === 0 ? line : indent}${style.palette.muted(text)}`.trimEnd())
  })
  const head = style.header ? [style.palette.heading(beside ? `${lines[0]}${title}` : (lines[0] ?? '').trimEnd())] : []
  return [...head, ...body]
}

/** Keeps the padding of the last column, which is not written otherwise. */
const END_MARK = '.'
const END: ListColumn = { title: END_MARK, align: 'left', cell: () => END_MARK }

/** A figure is one word with its unit, and with what bounds it. */
const TOGETHER = /(\d|≤) (?=(?:[KMGTP]i)?B\b|%|ms\b|s\b|min\b|h\b|d\b|(?<=≤ )\d)/g
const HARD_SPACE = '\u00a0'

/** Breaks a text between words into lines of at most `room` columns; `null` leaves it whole. */
function wrapped(text: string, room: number | null): readonly string[] {
  if (room === null) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.replace(TOGETHER, `$1${HARD_SPACE}`).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && displayWidth(longer) > room) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((each) => each.replaceAll(HARD_SPACE, ' '))
}

/** A paragraph: further lines are indented. */
export function paragraph(text: string, width: number | null): readonly string[] {
  const [first = '', ...rest] = wrapped(text, width === null ? null : width - GUTTER.length)
  return [first, ...rest.map((line) => GUTTER + line)]
}
