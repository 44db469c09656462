import { type ListColumn, writeList } from './column-writer.ts'
import type { Palette } from './palette.ts'
import { displayWidth } from './width.ts'
import { wrapText } from './wrap.ts'

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
    const sentence = wrapText(notes[row] ?? '', room)
    if (!beside) return [line.trimEnd(), ...sentence.map((text) => style.palette.muted(indent + text))]
    return sentence.map((text, index) => `${index === 0 ? line : indent}${style.palette.muted(text)}`.trimEnd())
  })
  const head = style.header ? [style.palette.heading(beside ? `${lines[0]}${title}` : (lines[0] ?? '').trimEnd())] : []
  return [...head, ...body]
}

/** Keeps the padding of the last column, which is not written otherwise. */
const END_MARK = '.'
const END: ListColumn = { title: END_MARK, align: 'left', cell: () => END_MARK }
