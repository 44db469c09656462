import type { PsReport } from '../analysis/ps/report.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { writePsCsv } from '../output/ps-csv.ts'
import { writePsJson, writePsNdjson } from '../output/ps-json.ts'
import { writePsText } from '../output/ps-text.ts'
import { wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import type { PsFlagValues } from './ps-flags.ts'
import type { PsRequest } from './ps-request.ts'

/** Writes a report in the form that was asked for. */
export function showPs(
  report: PsReport,
  request: PsRequest,
  options: {
    readonly io: Io
    readonly tool: Tool
    readonly flags: PsFlagValues
    /** The processes that were asked for by number and are not in the report, or not whole. */
    readonly failures: readonly SetFailure[]
  },
): void {
  const { io, tool, flags, failures } = options
  const write = (text: string): void => io.stdout.write(text)
  if (request.form === 'json') writePsJson(report, failures, tool, write)
  else if (request.form === 'ndjson') writePsNdjson(report, write)
  else if (request.form === 'csv') writePsCsv(report, flags.header, write)
  else {
    const { bytes, header, quiet, wide, color } = flags
    const palette = createPalette(wantsColour(color, io.stdout, io.env))
    const width = wide ? null : io.stdout.columns
    writePsText(report, { palette, bytes, header, quiet, named: request.named, width }, write)
  }
}
