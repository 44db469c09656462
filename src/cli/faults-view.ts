import type { FoldedStacks } from '../analysis/faults/stacks.ts'
import type { FaultsReport } from '../model/faults-report.ts'
import { writeFaultsCsv } from '../output/faults-csv.ts'
import { writeFaultsJson } from '../output/faults-json.ts'
import { writeFaultsText } from '../output/faults-text.ts'
import { writeFolded } from '../output/folded.ts'
import type { Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io, Output } from './io.ts'
import { writeFileAtomically } from './report-output.ts'

/** The output flags, as parsed. */
export interface FaultsViewFlags {
  readonly output?: string | undefined
  readonly stdout?: string | undefined
  readonly folded?: string | undefined
  readonly pid?: string | undefined
  readonly json: boolean
  readonly csv: boolean
  readonly header: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/**
 * Where a report goes without `--output`. Our stdout is the program's, so that pipelines keep working: text goes to
 * stderr, and so do documents, unless `--stdout` has sent the program's output elsewhere. With `--pid` there is no
 * program, and stdout is ours.
 */
function reportOutput(io: Io, flags: Pick<FaultsViewFlags, 'stdout' | 'pid' | 'json' | 'csv'>): Output {
  if (flags.pid !== undefined) return io.stdout
  return flags.stdout !== undefined && (flags.json || flags.csv) ? io.stdout : io.stderr
}

/** Writes the stacks where they were asked for. */
export function saveStacks(stacks: FoldedStacks | null, { folded }: Pick<FaultsViewFlags, 'folded'>): void {
  if (folded !== undefined && stacks !== null) writeFileAtomically(folded, (write) => writeFolded(stacks, write))
}

/** Writes the report where it was asked for. */
export function showFaults(
  report: FaultsReport,
  { io, tool, flags }: { readonly io: Io; readonly tool: Tool; readonly flags: FaultsViewFlags },
): void {
  const output = reportOutput(io, flags)
  const coloured = flags.output === undefined ? wantsColour(flags.color, output, io.env) : flags.color === 'always'
  const body = (write: (text: string) => void): void => {
    if (flags.json) writeFaultsJson(report, tool, write)
    else if (flags.csv) writeFaultsCsv(report, flags.header, write)
    else {
      const width = flags.output === undefined ? output.columns : null
      writeFaultsText(report, { palette: createPalette(coloured), width, quiet: flags.quiet }, write)
    }
  }
  if (flags.output === undefined) {
    body((text) => output.write(text))
    output.flush()
  } else writeFileAtomically(flags.output, body)
}
