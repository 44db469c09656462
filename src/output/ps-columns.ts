import type { PsField } from '../analysis/ps/field.ts'
import { type GroupColumn, isPsField, type PsGroup } from '../analysis/ps/groups.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { type Sum, sumOf } from '../analysis/ps/sums.ts'
import type { ProcessFacts } from '../collectors/process-facts.ts'
import type { ListColumn } from './column-writer.ts'
import { isBlank, recordText } from './record-table.ts'
import { formatCount } from './units.ts'
import { shortenTail } from './width.ts'

/** How cells are written. */
export interface PsCellStyle {
  /** Raw integers of bytes instead of IEC units. */
  readonly bytes: boolean
  /** Command lines must fit into what is left of a line, so they begin with the program's base name. */
  readonly fitting: boolean
}

const COMMAND = 'command'

/** Columns of the processes that are shown; with `total`, a last row adds all of them up. */
export function processColumns(
  report: PsReport,
  fields: readonly PsField[],
  total: boolean,
  style: PsCellStyle,
): readonly ListColumn[] {
  const rows = report.processes.slice(0, report.question.limit ?? undefined)
  return fields.map((field, index) => {
    const cells = rows.map((facts) => processCell(field, facts, style))
    if (total) cells.push(totalCell(field, index === fields.length - 1, report.processes, style))
    return listColumn(field, cells, field.name === COMMAND ? shortenTail : undefined)
  })
}

/** Columns of the groups that are shown, and of their total. */
export function groupListColumns(
  report: PsReport,
  columns: readonly GroupColumn[],
  total: boolean,
  style: PsCellStyle,
): readonly ListColumn[] {
  const groups = (report.groups ?? []).slice(0, report.question.limit ?? undefined)
  const rows = total ? [...groups, { key: 'total', rows: report.processes }] : groups
  return columns.map((column) => {
    const cells = rows.map((group) => groupCell(column, group, style))
    return listColumn(column, cells, undefined)
  })
}

/** Each cell is made once: what lays the list out asks for it several times. */
function listColumn({ name, unit }: GroupColumn, cells: readonly string[], shorten: ListColumn['shorten']): ListColumn {
  return {
    title: name.toUpperCase(),
    align: unit === 'text' ? 'left' : 'right',
    shorten,
    cell: (row) => cells[row] ?? '',
  }
}

function groupCell(column: GroupColumn, group: PsGroup, { bytes }: PsCellStyle): string {
  if (isPsField(column)) return sumCell(column, sumOf(column, group.rows), bytes)
  const value = column.value(group)
  return recordText(column, value === '' ? NO_KEY : value, bytes)
}

/** The key of processes that are in no container. */
const NO_KEY = '(none)'

function processCell(field: PsField, facts: ProcessFacts, style: PsCellStyle): string {
  const value = field.name === COMMAND && style.fitting ? shortCommand(facts) : field.value(facts)
  return isBlank(field, value, style.bytes) ? '' : recordText(field, value, style.bytes)
}

/** The command line with the program's base name in front, which is what tells most processes apart. */
function shortCommand(facts: ProcessFacts): string {
  const [program = '', ...args] = facts.cmdline ?? []
  if (program === '') return `[${facts.status.name}]`
  if (!program.startsWith('/')) return [program, ...args].join(' ')
  // A title such as `/usr/sbin/x: worker` is one argument with spaces in it.
  const end = program.includes(' ') ? program.indexOf(' ') : program.length
  return [program.slice(program.lastIndexOf('/', end) + 1), ...args].join(' ')
}

function totalCell(field: PsField, last: boolean, rows: readonly ProcessFacts[], style: PsCellStyle): string {
  if (last && field.unit === 'text') return `total of ${formatCount(rows.length)}`
  return field.sum === 'none' ? '' : sumCell(field, sumOf(field, rows), style.bytes)
}

const SIGNS: Readonly<Record<Sum['kind'], string>> = { exact: '', 'at-most': '≤ ', 'at-least': '≥ ', unknown: '' }

/** A sum, or what it is at most or at least. */
export function sumCell(field: PsField, { kind, value }: Sum, bytes: boolean): string {
  return isBlank(field, value, bytes) ? '' : SIGNS[kind] + recordText(field, value, bytes)
}
