import type { LimitVerdict } from '../analysis/diff/limit.ts'
import type { DiffReport } from '../analysis/diff/report.ts'
import { writeDiffJson } from '../output/diff-json.ts'
import { writeDiffMarkdown } from '../output/diff-markdown.ts'
import { type DiffSide, writeDiffText } from '../output/diff-text.ts'
import type { Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import type { ViewFlags } from './maps-view.ts'

/** The output flags of `diff`, as parsed. */
export interface DiffFlags extends ViewFlags {
  readonly json: boolean
  readonly markdown: boolean
  readonly limit: number
}

/** Writes a diff in the form that was asked for. */
export function showDiff(
  report: DiffReport,
  asked: {
    readonly sides: readonly [DiffSide, DiffSide]
    readonly verdicts: readonly LimitVerdict[]
    readonly flags: DiffFlags
  },
  { io, tool }: { readonly io: Io; readonly tool: Tool },
): void {
  const { flags } = asked
  const view = { sides: asked.sides, verdicts: asked.verdicts, limit: flags.limit === 0 ? null : flags.limit }
  const write = (text: string): void => io.stdout.write(text)
  if (flags.json) writeDiffJson(report, view, tool, write)
  else if (flags.markdown) writeDiffMarkdown(report, view, write)
  else {
    const palette = createPalette(wantsColour(flags.color, io.stdout, io.env))
    const width = flags.wide ? null : io.stdout.columns
    writeDiffText(report, view, { palette, bytes: flags.bytes, header: flags.header, width, quiet: flags.quiet }, write)
  }
}
