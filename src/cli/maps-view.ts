import type { MapsReport } from '../analysis/maps-report.ts'
import { SMAPS_FIELDS } from '../model/field-names.ts'
import { fieldNames } from '../output/mapping-columns.ts'
import { csvColumns, writeMapsCsv } from '../output/maps-csv.ts'
import { type SetFailure, type Tool, writeMapsJson, writeMapsNdjson, writeMapsSetJson } from '../output/maps-json.ts'
import { type TextOptions, writeMapsText } from '../output/maps-text.ts'
import { createPalette } from '../output/palette.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import { checkSortKey, type MapsRequest, resolveColumns } from './maps-request.ts'

/** The output flags, as parsed. */
export interface ViewFlags {
  readonly bytes: boolean
  readonly header: boolean
  readonly wide: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/** Writes reports in the form that was asked for. */
export function showReports(
  reports: Iterable<MapsReport>,
  request: MapsRequest,
  options: {
    readonly io: Io
    readonly tool: Tool
    readonly flags: ViewFlags
    readonly several: boolean
    /** The processes that there turned out to be no report on. */
    readonly failures: () => readonly SetFailure[]
  },
): void {
  const { io, tool, several } = options
  const write = (text: string): void => io.stdout.write(text)
  if (request.form === 'json' && several) {
    writeMapsSetJson(reports, options.failures, tool, write)
    return
  }
  let first = true
  for (const report of reports) {
    const columns = columnsOf(report, request)
    if (request.form === 'json') writeMapsJson(report, tool, write)
    else if (request.form === 'ndjson') writeMapsNdjson(report, write)
    else if (request.form === 'csv') {
      writeMapsCsv(report, csvColumns(report, columns), options.flags.header && first, write)
    } else {
      if (!first) write('\n')
      const text = textOptions(request, columns, options.flags, io)
      writeMapsText(report, { ...text, titled: several && text.quiet }, write)
    }
    first = false
  }
}

/** The columns to show, now that the kernel's own fields are known; also refuses an unknown sort key. */
function columnsOf(report: MapsReport, request: MapsRequest): readonly string[] | null {
  const { order } = request.question
  const fields = [...new Set([...fieldNames(report), ...SMAPS_FIELDS])]
  if (order !== null && report.memory.space !== null) checkSortKey(order.by, fields)
  if (request.columns !== null) return resolveColumns(request.columns, fields, 'columns')
  return request.allFields ? ['address', 'perms', 'size', ...fieldNames(report), 'flags', 'path'] : null
}

function textOptions(
  request: MapsRequest,
  columns: readonly string[] | null,
  flags: ViewFlags,
  io: Io,
): Omit<TextOptions, 'titled'> {
  return {
    palette: createPalette(wantsColour(flags.color, io.stdout, io.env)),
    bytes: flags.bytes,
    width: flags.wide ? null : io.stdout.columns,
    columns,
    header: flags.header,
    quiet: flags.quiet,
    grouped: request.grouped,
    rollup: request.rollup,
    flags: request.flags,
  }
}
