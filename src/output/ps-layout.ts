import type { GroupColumn } from '../analysis/ps/groups.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { type ListColumn, widthBefore } from './column-writer.ts'
import { groupListColumns, processColumns } from './ps-columns.ts'
import { leaveOut } from './record-fit.ts'
import { UNKNOWN } from './units.ts'

/** What decides which columns there is room for. */
export interface PsLayout {
  readonly bytes: boolean
  /** Columns of the terminal; `null` when nothing may be cut. */
  readonly width: number | null
  /** Columns were asked for by name, so that all are shown. */
  readonly named: boolean
  /** A row for the total is shown below the others. */
  readonly total: boolean
}

/** Left out first to last when a terminal is too narrow. */
const EXPENDABLE = [
  'rsspeak',
  'pssshmem',
  'rssshmem',
  'pssfile',
  'rssfile',
  'pssanon',
  'rssanon',
  'user',
  'hugetlb',
  'uss',
  'swappss',
  'swap',
]
/** Left out of a terminal when there is none of it. */
const RARE = ['swap', 'swappss', 'hugetlb', 'rssshmem', 'pssshmem']
/** A command shorter than this tells nothing. */
const LEAST_COMMAND = 20

/** The columns asked for; the usual ones, on a terminal less those without any figure and those that do not fit. */
export function layoutOf(
  report: PsReport,
  rows: number,
  { bytes, width, named, total }: PsLayout,
): { readonly columns: readonly ListColumn[]; readonly hidden: readonly string[] } {
  const { fields, groupColumns, by } = report.question
  const style = { bytes, fitting: width !== null }
  const make = (names: readonly GroupColumn[]): readonly ListColumn[] => {
    if (report.groups !== null) return groupListColumns(report, names, total, style)
    return processColumns(
      report,
      fields.filter((field) => names.includes(field)),
      total,
      style,
    )
  }
  let chosen: readonly GroupColumn[] = report.groups === null ? fields : groupColumns
  if (named || width === null) return { columns: make(chosen), hidden: [] }
  const isEmpty = (column: ListColumn): boolean =>
    Array.from({ length: rows }, (_, row) => column.cell(row)).every((cell) => cell === '' || cell === UNKNOWN)
  chosen = chosen.filter((column) => column === by || !RARE.includes(column.name) || !make([column]).every(isEmpty))
  const { kept, hidden } = leaveOut(
    chosen,
    EXPENDABLE.filter((name) => name !== by.name),
    ({ name }) => name,
    (columns) => widthBefore(make(columns), rows) + LEAST_COMMAND <= width,
  )
  return { columns: make(kept), hidden }
}
