import { noPeak } from '../analysis/faults/derived.ts'
import { isClock } from '../model/fault-events.ts'
import type { Derived, DerivedCaveat, Figure, MetricId, Spread } from '../model/fault-figures.ts'
import type { UnknownReason } from '../model/faults.ts'
import type { FaultsReport } from '../model/faults-report.ts'
import type { HostEventName } from '../model/host-events.ts'
import { endTexts } from './faults-ends.ts'
import { formatCost, formatRatio, formatShare } from './faults-figures.ts'
import { tlbTogether } from './faults-notes.ts'
import { caveatText, differenceText, reasonText } from './faults-reasons.ts'
import type { Palette } from './palette.ts'
import { displayCommand, displayText } from './sanitise.ts'
import { formatBytes, formatCount, formatMilliseconds } from './units.ts'
import { displayWidth, pad, shortenEnd, shortenMiddle } from './width.ts'
import { paragraph } from './wrap.ts'

/** How the text is written. */
export interface FaultsStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when nothing may be cut. */
  readonly width: number | null
  /** Figures and tables alone: no head, no sentence, and nothing of what is unknown. */
  readonly quiet: boolean
}

/** A figure on a line of its own: what, how much, and what to know about it. */
interface Row {
  readonly label: string
  readonly figure: Figure
  /** The value as text. */
  readonly value: string
  readonly remark: string
}

/** What was run or watched, how it ended, and who counted. */
export function headLines(report: FaultsReport, style: FaultsStyle): readonly string[] {
  const { target, backend, figures } = report
  const what = target === null ? displayCommand(report.command) : `PID ${target.pid} · ${displayText(target.comm)}`
  const facts = [
    ...endTexts(report),
    backend.used === 'perf' ? `perf ${backend.perfVersion ?? ''}` : 'the kernel’s own count',
    ...(figures.accounting.includes === 'reaped tree' ? ['the program and its descendants'] : []),
  ]
  const line = style.width === null ? what : shortenMiddle(what, style.width)
  return [style.palette.strong(line), ...paragraph(facts.join(' · '), style.width).map(style.palette.muted)]
}

/** The figures, then what could not be had and why. */
export function figureLines(report: FaultsReport, style: FaultsStyle): readonly string[] {
  const rows = rowsOf(report)
  const known = rows.filter(({ figure }) => figure.value !== null)
  const labels = Math.max(0, ...known.map(({ label }) => displayWidth(label)))
  const values = Math.max(0, ...known.map(({ value }) => displayWidth(value)))
  const lines = known.map(({ label, value, remark }) => {
    const line = `${pad(label, labels, 'left')}  ${pad(value, values, 'right')}`
    if (remark === '') return line
    const room = style.width === null ? null : style.width - labels - values - 4
    if (room !== null && room < 16) return line
    return `${line}  ${style.palette.muted(room === null ? remark : shortenEnd(remark, room))}`
  })
  return style.quiet ? lines : [...lines, ...missingLines(report, rows, style)]
}

function rowsOf(report: FaultsReport): readonly Row[] {
  const { accounting, derived } = report.figures
  const { perf, total, minor, major } = accounting
  const [file = ''] = (accounting.kernelSource ?? '').split(':')
  const from = accounting.from === 'kernel' ? `the kernel, in ${file}` : 'perf'
  return [
    count(report, 'faults', total, 'faults', `counted by ${from}`),
    count(report, '  minor', minor, 'minor-faults', costText(derived.minorFaultTime)),
    count(report, '  major', major, 'major-faults', costText(derived.majorFaultTime)),
    count(report, '  taken in user mode', perf.user, 'user-faults', perfRemark(report)),
    count(report, '  taken in kernel mode', perf.kernel, 'kernel-faults', 'perf'),
    ...differenceRows(report),
    derivedRow('faults per second', derived.faultsPerSecond, formatRatio),
    derivedRow('faults per MiB resident', derived.faultsPerMiB, formatRatio),
    derivedRow('dTLB walks per 1,000 instructions', derived.dtlbWalksPer1000Instructions, formatRatio),
    derivedRow('iTLB walks per 1,000 instructions', derived.itlbWalksPer1000Instructions, formatRatio),
    derivedRow('cycles in page walks', derived.walkCyclesShare, formatShare),
    ...counterRows(report),
    ...hostRows(report),
    ...wallRows(report),
  ]
}

/** Of two counts of the same faults, a difference of a few must not look like a mistake. */
function perfRemark({ figures }: FaultsReport): string {
  const { perf, total, from, differences } = figures.accounting
  if (from !== 'kernel' || differences.length > 0 || perf.all.value === null || total.value === null) return 'perf'
  const fewer = total.value - perf.all.value
  if (fewer === 0) return 'perf'
  return `perf, in all ${formatCount(Math.abs(fewer))} ${fewer > 0 ? 'fewer' : 'more'}: it begins and ends at other instructions`
}

function count(report: FaultsReport, label: string, figure: Figure, metric: MetricId, remark: string): Row {
  const spread = report.repeat?.metrics[metric]
  if (spread === undefined) return { label, figure, value: formatCount(figure.value), remark }
  const shown = { value: spread.median, reason: null }
  return {
    label,
    figure: shown,
    value: formatCount(spread.median),
    remark: rangeText(spread, formatCount) || 'in every run',
  }
}

/** `119,790…119,821`: all runs lie there. Empty when they are alike as far as is shown. */
export function rangeText({ min, max }: Pick<Spread, 'min' | 'max'>, format: (value: number) => string): string {
  const [from, to] = [format(min), format(max)]
  return from === to ? '' : `${from}…${to}`
}

/** An estimate says that it is one, and on what it rests. */
function costText({ value, costNs }: Derived): string {
  if (value === null || costNs === null || value === 0) return ''
  return `an estimate: ≈ ${formatMilliseconds(value)}, at ${formatCost(costNs)} each`
}

function differenceRows({ figures }: FaultsReport): readonly Row[] {
  return figures.accounting.differences.map(({ id, faults, orElse }) => {
    const { label, meaning } = differenceText(id)
    const other = orElse.map((each) => differenceText(each).label).join(', ')
    const remark = other === '' ? meaning : `${meaning}; or ${other}`
    return { label: `  ${label}`, figure: { value: faults, reason: null }, value: formatCount(faults), remark }
  })
}

/** Caveats of figures that nothing can be above. */
const AT_MOST: ReadonlySet<DerivedCaveat> = new Set(['peak-is-lower-bound', 'walks-overlap'])

function derivedRow(label: string, derived: Derived, format: (value: number | null) => string): Row {
  const about = derived.caveats.includes('multiplexed') ? '≈ ' : ''
  const most = derived.caveats.some((caveat) => AT_MOST.has(caveat)) ? '≤ ' : ''
  const remark = derived.caveats.map(caveatText).join('; ')
  return { label, figure: derived, value: most + about + format(derived.value), remark }
}

/** Counters that are no fault counts: those are above. */
function counterRows({ figures }: FaultsReport): readonly Row[] {
  const others = Object.entries(figures.counters).filter(([event]) => !/^(?:page|minor|major)-faults\b/.test(event))
  return others.map(([event, counter]) => {
    const scaled = counter.state === 'scaled' ? `counted ${counter.percentRunning?.toFixed(0) ?? ''} % of the time` : ''
    const mode = counter.modifiers === 'u' && !isClock(event) ? 'user mode only' : ''
    const about = counter.state === 'scaled' ? '≈ ' : ''
    const value = counter.unit === 'msec' ? formatMilliseconds(counter.value ?? 0) : formatCount(counter.value)
    return {
      label: displayText(event),
      figure: counter,
      value: about + value,
      remark: [scaled, mode].filter((text) => text !== '').join('; '),
    }
  })
}

/** What the whole host did that some of these faults may have been: only where it did. */
const HOST_ROWS: readonly (readonly [HostEventName, string, string])[] = [
  ['thpFaultAlloc', 'huge pages given at faults', 'thp_fault_alloc'],
  ['thpFaultFallback', 'huge pages not to be had', 'thp_fault_fallback'],
  ['numaHintFaults', 'NUMA hinting faults', 'numa_hint_faults'],
]

function hostRows({ runs }: FaultsReport): readonly Row[] {
  const events = runs.length === 1 ? runs[0]?.run.hostEvents : null
  return HOST_ROWS.flatMap(([name, label, counter]) => {
    const value = events?.[name] ?? 0
    if (value === 0) return []
    return [
      { label, figure: { value, reason: null }, value: `≤ ${formatCount(value)}`, remark: `${counter}, whole host` },
    ]
  })
}

function wallRows({ repeat, runs, target }: FaultsReport): readonly Row[] {
  const last = runs.at(-1)?.run
  const peak = repeat?.metrics['peak-rss']?.median ?? last?.peakRssBytes ?? null
  const wall = repeat?.metrics.wall
  return [
    {
      label: 'peak of resident memory',
      figure: { value: peak, reason: last === undefined ? 'no-peak' : noPeak(last) },
      value: peak === null || target !== null ? formatBytes(peak) : `≥ ${formatBytes(peak)}`,
      remark: peak === null ? '' : target === null ? 'of the program alone, as last seen' : 'since it began',
    },
    ...(wall === undefined
      ? []
      : [
          {
            label: 'wall time',
            figure: { value: wall.median, reason: null },
            value: formatMilliseconds(wall.median),
            remark: rangeText(wall, formatMilliseconds),
          },
        ]),
  ]
}

/** Figures that were not asked for, or make no sense here. */
const NOT_MISSED: ReadonlySet<UnknownReason> = new Set(['not-asked', 'lifetime-peak'])
/** Where nothing was counted, it is all one which of its events this CPU does not have. */
const OF_NO_INTEREST: ReadonlySet<UnknownReason> = new Set(['no-such-event', 'unknown-cpu'])

/**
 * One line for each reason, with the figures that it keeps back. What was not asked for is not missed, and what a note
 * explains is not said twice.
 */
function missingLines(report: FaultsReport, rows: readonly Row[], style: FaultsStyle): readonly string[] {
  const noted = new Set<string>(report.notes.map(({ code }) => code))
  const uncounted = report.backend.used === 'proc' || rows.some(({ figure }) => figure.reason === 'no-pmu')
  const byReason = new Map<UnknownReason, string[]>()
  for (const { label, figure } of rows) {
    if (figure.value !== null || figure.reason === null || NOT_MISSED.has(figure.reason)) continue
    if (noted.has(figure.reason) || (uncounted && OF_NO_INTEREST.has(figure.reason))) continue
    const labels = byReason.get(figure.reason) ?? []
    byReason.set(figure.reason, labels)
    labels.push(label.trim())
  }
  const lines = [...byReason].map(
    ([reason, labels]) =>
      `not measured: ${reason === 'no-pmu' ? tlbTogether(labels) : labels.join(', ')}: ${reasonText(reason, report.backend.failure)}`,
  )
  return lines.flatMap((line) => paragraph(line, style.width)).map(style.palette.muted)
}
