import type { MapsReport } from '../analysis/maps-report.ts'
import { runReader, valueReader } from '../analysis/order.ts'
import { singleRows } from '../analysis/rows.ts'
import { hexJson } from '../model/address.ts'
import { deviceText } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import { csvNumber, csvText } from './csv.ts'
import { fieldNames } from './mapping-columns.ts'
import { displayText } from './sanitise.ts'

const TEXTS: Readonly<Record<string, (report: MapsReport, row: number) => string>> = {
  address: ({ table }, row) => hexJson(table.start[row] as number),
  end: ({ table }, row) => hexJson(table.end[row] as number),
  perms: ({ table }, row) => permsText(table.perms[row] as number),
  offset: ({ table }, row) => csvNumber(table.offset.at(row)),
  device: ({ table }, row) => deviceText(table.device.at(row)),
  inode: ({ table }, row) => table.inodeText(row),
  flags: ({ table }, row) => table.flagsOf(row)?.join(' ') ?? '',
  kind: ({ classes }, row) => classes.kind(row),
  evidence: ({ classes }, row) => csvText(displayText(classes.evidence(row))),
  path: ({ table, classes }, row) => csvText(displayText(table.nameOf(row)) || labelOf(classes.label(row))),
}

const FIRST = ['pid', 'address', 'end', 'size', 'perms', 'offset', 'device', 'inode', 'kind', 'evidence', 'path']

/** Every column of a full CSV, or the ones asked for behind the PID. */
export function csvColumns(report: MapsReport, asked: readonly string[] | null): readonly string[] {
  if (asked !== null) return ['pid', ...asked.filter((name) => name !== 'pid')]
  return [...FIRST, ...fieldNames(report), ...(report.table.columns.length > 0 ? ['uss'] : []), 'flags']
}

/** Writes the mappings as CSV: bytes as integers, addresses as hex text, one mapping a row, never joined. */
export function writeMapsCsv(
  report: MapsReport,
  columns: readonly string[],
  header: boolean,
  write: (text: string) => void,
): void {
  if (header) write(`${columns.map(csvText).join(',')}\n`)
  const view = singleRows(report.rows)
  const cells = columns.map((name) => cellReader(report, view, name))
  for (let index = 0; index < view.length; index++) {
    let line = ''
    for (let column = 0; column < cells.length; column++) {
      const cell = cells[column] as (index: number) => string
      line += column === 0 ? cell(index) : `,${cell(index)}`
    }
    write(`${line}\n`)
  }
}

function cellReader(report: MapsReport, view: ReturnType<typeof singleRows>, name: string): (index: number) => string {
  if (name === 'pid') return () => String(report.memory.pid)
  const text = TEXTS[name]
  if (text !== undefined) return (index) => text(report, view.first[index] as number)
  const read = runReader(view, valueReader(report.table, name))
  return (index) => csvNumber(read(index))
}

function labelOf(label: string | null): string {
  return label === null ? '' : `(${label})`
}
