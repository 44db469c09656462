import type { MapsReport } from '../analysis/maps-report.ts'
import { kernelRange } from '../model/address.ts'
import { flagMeaning } from '../model/vm-flags.ts'
import { type ListColumn, widthBefore, writeList } from './column-writer.ts'
import { gapLines, neighbourLines } from './gap-lines.ts'
import { mappingColumns } from './mapping-columns.ts'
import { costLine, depthLine } from './maps-footer.ts'
import { groupLines, identityLine, identityLines, missingLines, type SummaryStyle, totalLines } from './maps-summary.ts'
import { cutNote, hiddenNote, leaveOut } from './record-fit.ts'
import { displayText } from './sanitise.ts'
import { paragraph } from './wrap.ts'

/** How a report is shown to a person. */
export interface TextOptions extends SummaryStyle {
  /** Columns asked for; `null` for the usual ones, of which those are left out that would not fit. */
  readonly columns: readonly string[] | null
  readonly header: boolean
  /** The listing alone: for scripts that want rows. */
  readonly quiet: boolean
  /** Even so say whose rows they are, since there are several. */
  readonly titled: boolean
  /** Groups instead of mappings. */
  readonly grouped: boolean
  /** Show the groups at all. */
  readonly rollup: boolean
  /** Spell the VmFlags of every row out. */
  readonly flags: boolean
}

const USUAL_COLUMNS = ['address', 'size', 'rss', 'pss', 'uss', 'dirty', 'swap', 'huge', 'perms', 'kind', 'path']
const PAGES_COLUMNS = ['address', 'size', 'rss', 'swap', 'huge', 'perms', 'kind', 'path']
const BASIC_COLUMNS = ['address', 'size', 'perms', 'kind', 'path']
/** Left out first to last when a terminal is too narrow; what remains is what a person needs. */
const EXPENDABLE = ['huge', 'swap', 'dirty', 'uss', 'kind', 'pss', 'perms']
/** A path shorter than this tells nothing. */
const LEAST_PATH = 16

/** Writes a report for people, piece by piece. */
export function writeMapsText(report: MapsReport, options: TextOptions, write: (text: string) => void): void {
  const readable = report.memory.space !== null
  const lines = (texts: readonly string[]): void => {
    for (const text of texts) write(`${text}\n`)
  }
  if (!options.quiet) lines(headLines(report, options))
  if (options.titled) lines(identityLine(report, options))
  if (!readable) return
  if (report.matched.mappings === 0 && !options.quiet) lines(['no mapping matches'])
  else if (showsGroups(report, options)) lines(groupLines(report, options))
  if (!options.grouped && report.view.length > 0) writeMappings(report, options, write)
  const fitted = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => paragraph(text, options.width))
  if (report.gaps !== null && report.located === null) lines(fitted(gapLines(report, report.gaps)))
  if (!options.quiet) lines(fitted(footerLines(report)).map(options.palette.muted))
}

function showsGroups(report: MapsReport, options: TextOptions): boolean {
  return report.located === null && options.rollup && (options.grouped || !options.quiet)
}

function headLines(report: MapsReport, options: TextOptions): readonly string[] {
  const head = [...identityLines(report, options), '', ...totalLines(report, options), ...missingLines(report, options)]
  return report.memory.space === null ? head : [...head, '']
}

function writeMappings(report: MapsReport, options: TextOptions, write: (text: string) => void): void {
  if (report.located !== null) for (const text of neighbourLines(report, report.located)) write(`${text}\n`)
  else if (showsGroups(report, options)) write('\n')
  const { columns, hidden } = chooseColumns(report, options)
  const layout = { width: options.width, header: options.header, headerPaint: options.palette.heading }
  if (options.flags) writeWithFlags(report, columns, options, write)
  else writeList(columns, report.view.length, layout, write)
  const which = report.overview ? 'the largest ' : ''
  const cut = cutNote(report.view.length, report.matched.rows).map((note) => which + note)
  const notes = [...cut, ...hiddenNote(hidden)]
  if (options.quiet || notes.length === 0) return
  for (const line of paragraph(notes.join('; '), options.width)) write(`${options.palette.muted(line)}\n`)
}

const COLUMNS = { smaps: USUAL_COLUMNS, pagemap: PAGES_COLUMNS, maps: BASIC_COLUMNS } as const

/** The usual columns, less those without any figure and, on a narrow terminal, the expendable ones. */
function chooseColumns(
  report: MapsReport,
  options: TextOptions,
): { columns: readonly ListColumn[]; hidden: readonly string[] } {
  const { view } = report
  if (options.columns !== null) return { columns: mappingColumns(report, options.columns, options), hidden: [] }
  const usual = COLUMNS[report.memory.space?.depth ?? 'maps']
  const names = usual.filter((name) => !((name === 'swap' || name === 'huge') && report.matchedSums[name] === 0))
  const { width } = options
  const columnsOf = (shown: readonly string[]): readonly ListColumn[] => mappingColumns(report, shown, options)
  const fits = (shown: readonly string[]): boolean =>
    width === null || widthBefore(columnsOf(shown), view.length) + LEAST_PATH <= width
  const { kept, hidden } = leaveOut(names, EXPENDABLE, (name) => name, fits)
  return { columns: columnsOf(kept), hidden }
}

/** Each row followed by what its flags mean. */
function writeWithFlags(
  report: MapsReport,
  columns: readonly ListColumn[],
  options: TextOptions,
  write: (text: string) => void,
): void {
  const lines: string[] = []
  const layout = { width: options.width, header: options.header, headerPaint: options.palette.heading }
  writeList(columns, report.view.length, layout, (text) => lines.push(text))
  const first = options.header ? 1 : 0
  if (options.header) write(lines[0] ?? '')
  for (let index = 0; index < report.view.length; index++) {
    write(lines[first + index] ?? '')
    const flags = paragraph(`    ${flagsText(report, index)}`, options.width)
    for (const text of flags) write(`${options.palette.muted(text)}\n`)
  }
}

function flagsText(report: MapsReport, index: number): string {
  const row = report.view.first[index] as number
  const flags = report.table.flagsOf(row)
  const range = kernelRange(report.table.start[row] as number, report.table.end[row] as number)
  if (flags === null) return `${range}: VmFlags were not read`
  const words = flags.map((code) => `${displayText(code)} ${flagMeaning(code) ?? '(not known to this version)'}`)
  return `${range}: ${words.join(', ')}`
}

function footerLines(report: MapsReport): readonly string[] {
  const depth = depthLine(report.memory.space)
  return ['', ...(depth === null ? [] : [depth]), costLine(report)]
}
