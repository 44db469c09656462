import { type ListColumn, writeList } from './column-writer.ts'
import type { Palette } from './palette.ts'
import { hiddenNote, leaveOut } from './record-fit.ts'
import { displayWidth } from './width.ts'
import { paragraph } from './wrap.ts'

/**
 * The lines of a short list, without the columns that do not fit: of `expendable`, their titles, each time the first that
 * is left. A line below names them.
 */
export function fittingList(
  columns: readonly ListColumn[],
  rows: number,
  expendable: readonly string[],
  { palette, width }: { readonly palette: Palette; readonly width: number | null },
): readonly string[] {
  if (rows === 0) return []
  const fits = (shown: readonly ListColumn[]): boolean =>
    width === null || linesOf(shown, rows, (text) => text).every((line) => displayWidth(line) <= width)
  const { kept, hidden } = leaveOut(columns, expendable, ({ title }) => title, fits)
  const note = hiddenNote(hidden).flatMap((text) => paragraph(text, width))
  return [...linesOf(kept, rows, palette.heading), ...note.map(palette.muted)]
}

function linesOf(columns: readonly ListColumn[], rows: number, headerPaint: Palette['heading']): readonly string[] {
  const lines: string[] = []
  writeList(columns, rows, { width: null, header: true, headerPaint }, (text) => lines.push(text.trimEnd()))
  return lines
}
