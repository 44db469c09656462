import type { PsReport } from '../analysis/ps/report.ts'
import { writeList } from './column-writer.ts'
import { figuresFrom } from './host-text.ts'
import { layoutOf } from './ps-layout.ts'
import { psFooter, psWarnings, tableNotes } from './ps-notes.ts'
import { type RamStyle, ramLines } from './ps-ram.ts'
import { counted, formatBytes } from './units.ts'
import { displayWidth } from './width.ts'
import { paragraph } from './wrap.ts'

const DOT = ' · '

/** How a list is shown to a person. */
export interface PsTextOptions extends RamStyle {
  readonly header: boolean
  /** The rows alone: for scripts. */
  readonly quiet: boolean
  /** Columns were asked for by name, so that all are shown. */
  readonly named: boolean
}

/** Writes a report for people. */
export function writePsText(report: PsReport, options: PsTextOptions, write: (text: string) => void): void {
  const { palette, quiet } = options
  const lines = (texts: readonly string[]): void => {
    for (const text of texts) write(`${text}\n`)
  }
  if (!quiet) lines([headLine(report, options), ''])
  const notes = writeRows(report, options, write)
  if (quiet) return
  const fitted = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => paragraph(text, options.width))
  lines(fitted(notes).map(palette.muted))
  lines(fitted(psWarnings(report)).map(palette.warning))
  if (report.ram !== null) lines(['', ...ramLines(report, report.ram, options)])
  lines(['', ...fitted(psFooter(report))].map(palette.muted))
}

/** What matters most comes first; what does not fit is left out, the last first. */
function headLine(report: PsReport, { palette, width }: PsTextOptions): string {
  const { processes, ram, host } = report
  const count = counted(processes.length, 'process')
  const memory =
    ram === null ? [] : [`${formatBytes(ram.total)} RAM, ${formatBytes(ram.available)} available`, swapText(ram.swap)]
  const [kernel = '', ...captured] = figuresFrom({ ...host, release: host.kernel.release })
  const parts = [count, ...captured, ...memory, kernel]
  while (width !== null && parts.length > 1 && displayWidth(parts.join(DOT)) > width) parts.pop()
  return [palette.strong(count), ...parts.slice(1)].join(DOT)
}

function swapText({ total, used }: { readonly total: number; readonly used: number }): string {
  return total === 0 ? 'no swap' : `swap ${formatBytes(used)} of ${formatBytes(total)} used`
}

/** Writes the table; returns what is to be said of it. */
function writeRows(report: PsReport, options: PsTextOptions, write: (text: string) => void): readonly string[] {
  const { palette, header, width, bytes, named, quiet } = options
  const all = report.groups ?? report.processes
  const shown = Math.min(all.length, report.question.limit ?? all.length)
  const total = !quiet && all.length > 1
  const rows = shown + Number(total)
  const { columns, hidden } = layoutOf(report, rows, { bytes, width, named, total })
  const last = rows + Number(header)
  let line = 0
  writeList(columns, rows, { width, header, headerPaint: palette.heading }, (text) => {
    line++
    write(total && line === last ? `${palette.strong(text.slice(0, -1))}\n` : text)
  })
  return tableNotes(report, { shown, hidden, total, bytes })
}
