import { rateOf } from '../analysis/faults/rates.ts'
import type { FaultsReport, RatesReport } from '../model/faults-report.ts'
import { adviceText } from './faults-advice.ts'
import { comparisonLines } from './faults-comparison.ts'
import { formatRatio } from './faults-figures.ts'
import { attributionLines } from './faults-hotspots.ts'
import { noteText } from './faults-notes.ts'
import { type FaultsStyle, figureLines, headLines } from './faults-summary.ts'
import { sparkline } from './sparkline.ts'
import { paragraph } from './wrap.ts'

const USUAL_WIDTH = 100
const SPARKLINE_MARGIN = 20
const LONGEST_SPARKLINE = 80

/**
 * Writes the report for a person: what, the figures or the comparison, where, over time, notes, advice. Quietly: the
 * figures that are known and the tables alone.
 */
export function writeFaultsText(report: FaultsReport, options: FaultsStyle, write: (text: string) => void): void {
  const { comparison, attribution, rates } = report
  const sections = [
    comparison === null
      ? [...(options.quiet ? [] : [...headLines(report, options), '']), ...figureLines(report, options)]
      : comparisonLines(report, comparison, options),
    rates === null ? [] : rateLines(rates, options),
    attribution === null ? [] : attributionLines(attribution, options),
    options.quiet ? [] : noteLines(report, options),
    options.quiet ? [] : adviceLines(report, options),
  ].filter((lines) => lines.length > 0)
  sections.forEach((lines, index) => {
    if (index > 0) write('\n')
    for (const line of lines) write(`${line}\n`)
  })
}

function rateLines({ points, mean, peak }: RatesReport, { width }: FaultsStyle): readonly string[] {
  const columns = Math.min(LONGEST_SPARKLINE, Math.max(1, (width ?? USUAL_WIDTH) - SPARKLINE_MARGIN))
  const line = sparkline(points.map(rateOf), columns)
  return [`faults a second  ${line}`, `mean ${formatRatio(mean)}, peak ${formatRatio(peak)}`]
}

function noteLines({ notes }: FaultsReport, { width, palette }: FaultsStyle): readonly string[] {
  return notes.flatMap((note) => paragraph(`note: ${noteText(note)}`, width)).map(palette.muted)
}

function adviceLines({ advice }: FaultsReport, { width }: FaultsStyle): readonly string[] {
  return advice.flatMap((each) => paragraph(`→ ${adviceText(each)}`, width))
}
