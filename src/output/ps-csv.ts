import { type GroupColumn, isPsField, type PsGroup } from '../analysis/ps/groups.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { sumOf } from '../analysis/ps/sums.ts'
import type { RecordField } from '../analysis/records.ts'
import { writeRecordsCsv } from './record-table.ts'

/** Writes the rows as CSV. A sum that is only a bound of the truth stands in a column that says so: `rss_max`. */
export function writePsCsv(report: PsReport, header: boolean, write: (text: string) => void): void {
  const { fields, groupColumns, limit } = report.question
  const end = limit ?? undefined
  if (report.groups === null) writeRecordsCsv(fields, report.processes.slice(0, end), header, write)
  else writeRecordsCsv(groupColumns.map(csvColumn), report.groups.slice(0, end), header, write)
}

function csvColumn(column: GroupColumn): RecordField<PsGroup> {
  if (!isPsField(column)) return column
  const { name, meaning, unit } = column
  if (column.sum === 'bound')
    return { name: `${name}_max`, meaning, unit, value: ({ rows }) => sumOf(column, rows).value }
  const exact = ({ rows }: PsGroup): number => {
    const { kind, value } = sumOf(column, rows)
    return kind === 'exact' ? value : Number.NaN
  }
  return { name, meaning, unit, value: exact }
}
