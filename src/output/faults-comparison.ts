import type { Comparison, ComparisonRow, FaultsReport, MetricId, Spread, Verdict } from '../model/faults-report.ts'
import { formatRatio, formatShare } from './faults-figures.ts'
import { type FaultsStyle, rangeText, wrap } from './faults-summary.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount, formatMilliseconds, UNKNOWN } from './units.ts'
import { displayWidth, pad, shortenMiddle } from './width.ts'

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

/** Two programs side by side: medians with their ranges, the change, and whether it is one. */
export function comparisonLines(report: FaultsReport, comparison: Comparison, style: FaultsStyle): readonly string[] {
  const { after, refusal } = comparison
  const names = [
    `before  ${report.command.map(displayText).join(' ')}`,
    `after   ${after.command.map(displayText).join(' ')}`,
  ].map((line) => (style.width === null ? line : shortenMiddle(line, style.width)))
  if (refusal !== null)
    return [...names, ...wrap(refusalText(comparison), style.width, '  ').map(style.palette.warning)]
  const table = tableLines(report, comparison, style)
  if (style.quiet) return table
  const warnings = comparison.warnings.map((warning) => style.palette.muted(WARNINGS[warning]))
  const footer = 'medians; range is min…max; a change counts beyond max(2 %, 64 faults, 2 σ) with p < 0.001'
  return [...names, '', ...table, ...warnings, ...wrap(footer, style.width, '  ').map(style.palette.muted)]
}

function tableLines(report: FaultsReport, { after, rows }: Comparison, style: FaultsStyle): readonly string[] {
  const ranges = style.width === null || style.width >= WIDE
  const head = ['', title('before', report.repeat?.runs), title('after', after.repeat?.runs), 'change']
  const cells = rows.map((row) => [
    LABELS[row.metric],
    sideText(row.metric, row.before, ranges),
    sideText(row.metric, row.after, ranges),
    changeText(row, ranges),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((line) => displayWidth(line[column] ?? ''))))
  const layOut = (line: readonly string[]): string => {
    const padded = line.map((text, column) => pad(text, widths[column] ?? 0, 'left'))
    const whole = padded.join('  ').trimEnd()
    return style.width === null ? whole : shortenMiddle(whole, style.width)
  }
  const painted = cells.map((line, index) => {
    const text = layOut(line)
    const verdict = rows[index]?.verdict
    return verdict === 'more' ? style.palette.warning(text) : verdict === 'fewer' ? style.palette.strong(text) : text
  })
  return [style.palette.heading(layOut(head)), ...painted]
}

function title(side: string, runs: number | undefined): string {
  return runs === undefined ? side : `${side} (${runs} ${runs === 1 ? 'run' : 'runs'})`
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
  const percent = formatShare(Math.abs(relative ?? 0))
  const share = relative === null ? '' : ` (${percent.startsWith('<') ? '' : sign}${percent})`
  const judged = VERDICTS[verdict] === '' ? '' : `  ${VERDICTS[verdict]}`
  return `${absolute}${share}${judged}`
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
