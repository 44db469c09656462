import type { Comparison, ComparisonRow, Verdict } from '../model/fault-comparison.ts'
import type { MetricId, Spread } from '../model/fault-figures.ts'
import type { FaultsReport } from '../model/faults-report.ts'
import { formatRatio, formatShare } from './faults-figures.ts'
import { type FaultsStyle, rangeText } from './faults-summary.ts'
import { displayCommand } from './sanitise.ts'
import { counted, formatBytes, formatCount, formatMilliseconds, UNKNOWN } from './units.ts'
import { displayWidth, pad, shortenMiddle } from './width.ts'
import { paragraph } from './wrap.ts'

const LABELS: Readonly<Record<MetricId, string>> = {
  faults: 'faults, all',
  'taken-faults': '  taken by the program',
  'user-faults': '    in user mode',
  'kernel-faults': '    in kernel mode',
  'pre-faulted': '  pre-faulted by the kernel',
  'minor-faults': '  minor',
  'major-faults': '  major',
  'dtlb-walks-per-1000-instructions': 'dTLB walks per 1,000 instr.',
  'walk-cycles-share': 'cycles in page walks',
  'peak-rss': 'peak of resident memory',
  wall: 'wall',
}

const FORMATS: Readonly<Partial<Record<MetricId, (value: number) => string>>> = {
  'dtlb-walks-per-1000-instructions': formatRatio,
  'walk-cycles-share': formatShare,
  'peak-rss': formatBytes,
  wall: formatMilliseconds,
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  more: '',
  fewer: '',
  'no-change': 'no change',
  unproven: 'too few runs to say',
  unstable: 'varies too much to say',
  unknown: 'not measured',
}

/** Terminals narrower than this get no ranges. */
const WIDE = 100
/** Letters of a label that are always left. */
const LEAST_LABEL = 12
/** From so much more on a percentage says nothing to a person. */
const MANY_TIMES = 9
const CHANGE_INDENT = '      '

/** Two programs side by side: medians with their ranges, the change, and whether it is one. */
export function comparisonLines(report: FaultsReport, comparison: Comparison, style: FaultsStyle): readonly string[] {
  const { after, refusal } = comparison
  const names = [`before  ${displayCommand(report.command)}`, `after   ${displayCommand(after.command)}`].map((line) =>
    style.width === null ? line : shortenMiddle(line, style.width),
  )
  if (refusal !== null) return [...names, ...paragraph(refusalText(comparison), style.width).map(style.palette.warning)]
  const table = tableLines(report, comparison, style)
  if (style.quiet) return table
  const warnings = comparison.warnings.map((warning) => style.palette.muted(WARNINGS[warning]))
  const runs = [report.repeat?.runs ?? 0, after.repeat?.runs ?? 0].map(formatCount).join(' and ')
  const footer = `medians of ${runs} runs; range is min…max; a change counts beyond max(2 %, 64 faults, 2 σ) with p < 0.001`
  return [...names, '', ...table, ...warnings, ...paragraph(footer, style.width).map(style.palette.muted)]
}

function tableLines(report: FaultsReport, { after, rows }: Comparison, style: FaultsStyle): readonly string[] {
  const ranges = style.width === null || style.width >= WIDE
  const head = ['', title('before', report.repeat?.runs, ranges), title('after', after.repeat?.runs, ranges), 'change']
  const cells = rows.map((row) => [
    LABELS[row.metric],
    sideText(row.metric, row.before, ranges),
    sideText(row.metric, row.after, ranges),
    changeText(row, ranges),
  ])
  const rowsText = [head, ...cells]
  const widths = head.map((_, column) => Math.max(...rowsText.map((line) => displayWidth(line[column] ?? ''))))
  const painted = cells.map((line, index) => {
    const verdict = rows[index]?.verdict
    const paint =
      verdict === 'more' ? style.palette.warning : verdict === 'fewer' ? style.palette.strong : (text: string) => text
    return layOut(line, widths, style.width).map(paint)
  })
  return [...layOut(head, widths, style.width).map(style.palette.heading), ...painted.flat()]
}

/** One line; where the change does not fit behind the figures, it stands below them. Figures are never cut. */
function layOut(line: readonly string[], widths: readonly number[], width: number | null): readonly string[] {
  const [label = '', ...others] = line
  const change = others.pop() ?? ''
  const figures = others.map((text, column) => pad(text, widths[column + 1] ?? 0, 'left')).join('  ')
  const room = width === null ? null : width - displayWidth(figures) - 2
  const name = pad(room === null ? label : shortenMiddle(label, Math.max(LEAST_LABEL, room)), widths[0] ?? 0, 'left')
  const whole = `${room === null ? name : name.slice(0, Math.max(LEAST_LABEL, room))}  ${figures}`
  const together = `${whole}  ${change}`.trimEnd()
  if (width === null || displayWidth(together) <= width) return [together]
  return [whole.trimEnd(), `${CHANGE_INDENT}${change}`]
}

function title(side: string, runs: number | undefined, wide: boolean): string {
  return runs === undefined || !wide ? side : `${side} (${counted(runs, 'run')})`
}

function sideText(metric: MetricId, spread: Spread | null, ranges: boolean): string {
  if (spread === null) return UNKNOWN
  const format = FORMATS[metric] ?? formatCount
  const text = format(spread.median)
  const range = ranges ? rangeText(spread, format) : ''
  return range === '' ? text : `${text}  ${range}`
}

function changeText({ delta, relative, verdict, metric }: ComparisonRow, wide: boolean): string {
  if (delta === null) return VERDICTS[verdict]
  if (delta === 0 && verdict === 'no-change') return '='
  if (!wide && VERDICTS[verdict] !== '') return VERDICTS[verdict]
  const format = FORMATS[metric] ?? formatCount
  const sign = delta > 0 ? '+' : '−'
  const absolute = `${sign}${format(Math.abs(delta))}`
  const share = relative === null ? '' : ` (${relativeText(relative, sign)})`
  const judged = VERDICTS[verdict] === '' ? '' : `  ${VERDICTS[verdict]}`
  return `${absolute}${share}${judged}`
}

/** `+12 %`; of what became many times as much, how many. */
function relativeText(relative: number, sign: string): string {
  if (relative >= MANY_TIMES) return `×${formatRatio(1 + relative)}`
  const percent = formatShare(Math.abs(relative))
  return percent.startsWith('<') ? percent : `${sign}${percent}`
}

function refusalText({ refusal }: Comparison): string {
  switch (refusal?.code) {
    case 'run-failed':
      return `not compared: ${refusal.failed} of the runs ${refusal.side} failed, and what a failed run did is not what was asked of it`
    case 'no-runs':
      return `not compared: no run ${refusal.side} was completed`
    default:
      return 'not compared: one side was counted in user mode alone, the other in both modes'
  }
}

const WARNINGS: Readonly<Record<Comparison['warnings'][number], string>> = {
  'perf-differs': 'not the same perf on both sides',
  'kernel-differs': 'not the same kernel on both sides',
  'cpu-differs': 'not the same CPU on both sides',
  'arguments-differ': 'the arguments differ too',
}
