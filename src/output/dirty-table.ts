import type { DirtyReport } from '../analysis/dirty/report.ts'
import {
  type DirtyTableChoice,
  FILE_FIELDS,
  MAPPING_FIELDS,
  mappingRows,
  PROCESS_FIELDS,
  type TableChoice,
} from '../analysis/dirty/tables.ts'
import { type RecordField, sortRecords } from '../analysis/records.ts'
import { sentence } from './dirty-sentences.ts'
import { cutNote, fittingFields, hiddenNote } from './record-fit.ts'
import { type RecordStyle, writeRecords, writeRecordsCsv } from './record-table.ts'

/** A table as it is shown. */
interface Shown<Row> {
  readonly fields: readonly RecordField<Row>[]
  readonly rows: readonly Row[]
  /** How many rows there are without the limit. */
  readonly matched: number
}

/** What is usual for a table. */
interface Usual<Row> {
  readonly fields: readonly RecordField<Row>[]
  readonly columns: readonly string[]
  /** Left out first to last on a terminal that is too narrow. */
  readonly expendable: readonly string[]
  /** The column that the largest of comes first; `null` for the order of the report. */
  readonly order: string | null
}

/** A path or a command shorter than this tells nothing. */
const LEAST_LAST = 16

/** Writes the table that was asked for, and what was left out of it. */
export function writeDirtyTable(
  report: DirtyReport,
  choice: DirtyTableChoice,
  style: RecordStyle & { readonly quiet: boolean },
  write: (text: string) => void,
): void {
  withTable(report, choice, (rows, chosen, usual) => {
    const table = shownTable(rows, chosen, usual)
    if (table.rows.length === 0) return
    const expendable = chosen.columns === null ? usual.expendable : []
    const { kept, hidden } = fittingFields(table.fields, table.rows, { style, expendable, least: LEAST_LAST })
    writeRecords(kept, table.rows, style, write)
    const notes = [...cutNote(table.rows.length, table.matched), ...hiddenNote(hidden)]
    if (style.quiet || notes.length === 0) return
    for (const line of sentence(notes.join('; '), style, style.palette.muted)) write(`${line}\n`)
  })
}

/** Writes the same table as CSV, with all columns unless some were named. */
export function writeDirtyCsv(
  report: DirtyReport,
  choice: DirtyTableChoice,
  header: boolean,
  write: (text: string) => void,
): void {
  withTable(report, choice, (rows, chosen, usual) => {
    const table = shownTable(rows, { ...chosen, columns: chosen.columns ?? usual.fields }, usual)
    writeRecordsCsv(table.fields, table.rows, header, write)
  })
}

/** Calls back with the rows of the table that was asked for, whatever they are. */
function withTable(
  report: DirtyReport,
  choice: DirtyTableChoice,
  use: <Row>(rows: readonly Row[], chosen: TableChoice<Row>, usual: Usual<Row>) => void,
): void {
  if (choice.by === 'file') use(report.files, choice, usualFiles(report))
  else if (choice.by === 'process') use(report.processes, choice, PROCESSES)
  else use(mappingRows(report.processes), choice, usualMappings(report))
}

/** Without cachestat its columns have nothing to show. */
function usualFiles(report: DirtyReport): Usual<DirtyReport['files'][number]> {
  const asked = report.files.filter(({ refusal }) => refusal === null).length
  const source = asked > 0 && asked < report.files.length ? ['source'] : []
  const whole = asked > 0 ? ['dirty', 'writeback'] : []
  return {
    fields: FILE_FIELDS,
    columns: ['atrisk', ...whole, 'mapped', 'mappings', 'durability', ...source, 'path'],
    expendable: ['mappings', 'dirty', 'writeback', 'mapped', 'source'],
    order: 'atrisk',
  }
}

const PROCESSES: Usual<DirtyReport['processes'][number]> = {
  fields: PROCESS_FIELDS,
  columns: ['pid', 'user', 'atrisk', 'mapped', 'files', 'msync', 'unlinked', 'command'],
  expendable: ['unlinked', 'user', 'msync', 'files', 'mapped'],
  order: 'atrisk',
}

function usualMappings(report: DirtyReport): Usual<ReturnType<typeof mappingRows>[number]> {
  const several = report.processes.length > 1 ? ['pid'] : []
  return {
    fields: MAPPING_FIELDS,
    columns: [...several, 'address', 'size', 'dirty', 'copies', 'perms', 'durability', 'path'],
    expendable: ['perms', 'size', 'copies', 'address'],
    order: null,
  }
}

function shownTable<Row>(rows: readonly Row[], chosen: TableChoice<Row>, usual: Usual<Row>): Shown<Row> {
  const usualOrder = usual.fields.find(({ name }) => name === usual.order)
  const order = chosen.order ?? (usualOrder === undefined ? null : { by: usualOrder, reverse: false })
  const sorted = order === null ? rows : sortRecords(rows, order)
  return {
    fields: chosen.columns ?? named(usual, usual.columns),
    rows: chosen.limit === null ? sorted : sorted.slice(0, chosen.limit),
    matched: rows.length,
  }
}

function named<Row>({ fields }: Usual<Row>, names: readonly string[]): readonly RecordField<Row>[] {
  return names.flatMap((name) => fields.filter((field) => field.name === name))
}
