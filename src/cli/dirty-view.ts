import type { DirtyReport } from '../analysis/dirty/report.ts'
import type { DirtyTableChoice } from '../analysis/dirty/tables.ts'
import { writeDirtyJson } from '../output/dirty-json.ts'
import { writeDirtyCsv } from '../output/dirty-table.ts'
import { writeDirtyText } from '../output/dirty-text.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'

/** The output flags, as parsed. */
export interface DirtyViewFlags {
  readonly json: boolean
  readonly csv: boolean
  readonly bytes: boolean
  readonly header: boolean
  readonly wide: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/** How text is written with these flags. */
export function textStyle(io: Io, flags: DirtyViewFlags) {
  return {
    palette: createPalette(wantsColour(flags.color, io.stdout, io.env)),
    bytes: flags.bytes,
    width: flags.wide ? null : io.stdout.columns,
    header: flags.header,
    quiet: flags.quiet,
  }
}

/** Writes the report in the form that was asked for. */
export function showDirty(
  report: DirtyReport,
  table: DirtyTableChoice,
  failures: readonly SetFailure[],
  { io, tool, flags }: { readonly io: Io; readonly tool: Tool; readonly flags: DirtyViewFlags },
): void {
  const write = (text: string): void => io.stdout.write(text)
  if (flags.json) writeDirtyJson(report, failures, tool, write)
  else if (flags.csv) writeDirtyCsv(report, table, flags.header, write)
  else writeDirtyText(report, { ...textStyle(io, flags), table }, write)
}
