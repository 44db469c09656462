import type { Palette } from './palette.ts'
import { displayWidth, pad } from './width.ts'
import { wrapText } from './wrap.ts'

/** How sentences beside labels are written. */
export interface LabelledStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be broken. */
  readonly width: number | null
}

/** What is said of one thing: each sentence begins a line of its own, and a long one goes on below itself. */
export interface Labelled {
  readonly label: string
  readonly sentences: readonly string[]
}

/** Narrower than this a sentence beside its label is a column of words; then it stands below. */
const LEAST_ROOM = 40
const GUTTER = '  '

/** Writes labels and, in a column beside them, what is said of each; those without anything are left out. */
export function labelledLines(entries: readonly Labelled[], style: LabelledStyle): readonly string[] {
  const said = entries.filter((entry) => entry.sentences.length > 0)
  const labels = Math.max(0, ...said.map((entry) => displayWidth(entry.label)))
  const beside = style.width === null || style.width - labels - GUTTER.length >= LEAST_ROOM
  const indent = beside ? ' '.repeat(labels) + GUTTER : GUTTER
  const room = style.width === null ? null : style.width - indent.length
  return said.flatMap(({ label, sentences }) => {
    const lines = sentences.flatMap((sentence) => wrapText(sentence, room)).map((line) => indent + line)
    const title = style.palette.heading(label)
    if (!beside) return [title, ...lines]
    const [first = '', ...rest] = lines
    return [title + pad('', labels - displayWidth(label), 'left') + first.slice(labels), ...rest]
  })
}
