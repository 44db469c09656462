import { type RecordField, sortRecords } from '../analysis/records.ts'
import { type HugeList, type HugeProcess, mattersForHuge } from '../analysis/thp/process-list.ts'
import type { ThpProcessReport, ThpReport } from '../analysis/thp/report.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { writeRecordsCsv } from '../output/record-table.ts'
import { writeThpJson } from '../output/thp-json.ts'
import { RARE_MAPPING_FIELDS, type ThpRow } from '../output/thp-mapping-fields.ts'
import { type ThpTextOptions, writeHostText, writeProcessText } from '../output/thp-text.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import type { ThpRequest } from './thp-request.ts'

/** The output flags, as parsed. */
export interface ThpViewFlags {
  readonly bytes: boolean
  readonly header: boolean
  readonly wide: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/** Writes a report in the form that was asked for. */
export function showThp(
  report: ThpReport,
  request: ThpRequest,
  { io, tool, flags, failures }: { io: Io; tool: Tool; flags: ThpViewFlags; failures: readonly SetFailure[] },
): void {
  const write = (text: string): void => io.stdout.write(text)
  const shown = report.list === null ? [] : shownProcesses(report.list, request)
  if (request.form === 'json') writeThpJson(report, shown, failures, tool, write)
  else if (request.form === 'csv') writeCsv(report, shown, request, flags.header, write)
  else writeText(report, shown, request, { io, flags }, write)
}

function writeText(
  report: ThpReport,
  shown: readonly HugeProcess[],
  request: ThpRequest,
  { io, flags }: { readonly io: Io; readonly flags: ThpViewFlags },
  write: (text: string) => void,
): void {
  const options: ThpTextOptions = {
    palette: createPalette(wantsColour(flags.color, io.stdout, io.env)),
    bytes: flags.bytes,
    width: flags.wide ? null : io.stdout.columns,
    header: flags.header,
    quiet: flags.quiet,
  }
  if (report.list !== null) writeHostText(report, report.list, shown, request.processes.fields, options, write)
  report.processes.forEach((entry, index) => {
    if (index > 0) write('\n')
    writeProcessText(report, entry, usualFields(report, entry, request), options, write)
  })
}

/** The columns asked for; of the usual ones those with something in them. */
function usualFields(
  report: ThpReport,
  { process, rows }: ThpProcessReport,
  { mappings: { fields, chosen } }: ThpRequest,
): readonly RecordField<ThpRow>[] {
  if (chosen) return fields
  const filled = (field: RecordField<ThpRow>): boolean =>
    rows.some((mapping) => field.value({ process, mapping, block: report.block }) !== 0)
  return fields.filter((field) => !RARE_MAPPING_FIELDS.includes(field.name) || filled(field))
}

function writeCsv(
  report: ThpReport,
  shown: readonly HugeProcess[],
  request: ThpRequest,
  header: boolean,
  write: (text: string) => void,
): void {
  if (report.list !== null) {
    writeRecordsCsv(request.processes.fields, shown, header, write)
    return
  }
  const rows = report.processes.flatMap(({ process, rows: each }) =>
    each.map((mapping) => ({ process, mapping, block: report.block })),
  )
  writeRecordsCsv(request.mappings.fields, rows, header, write)
}

/** Unless an order was asked for, a person is shown only what has huge memory, or could have. */
function shownProcesses({ processes }: HugeList, request: ThpRequest): readonly HugeProcess[] {
  const { order, limit } = request.processes
  const all = request.form === 'text' && order === null ? processes.filter(mattersForHuge) : processes
  const ordered = order === null ? all : sortRecords(all, order)
  return limit === null ? ordered : ordered.slice(0, limit)
}
