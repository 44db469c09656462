import { endsDeleted } from '../analysis/classify/names.ts'
import type { Group } from '../analysis/groups.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { missingReason, type Totals } from '../analysis/totals.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { type ListColumn, widthBefore, writeList } from './column-writer.ts'
import { figuresFrom } from './host-text.ts'
import type { Palette } from './palette.ts'
import { hiddenNote, leaveOut } from './record-fit.ts'
import { displayText } from './sanitise.ts'
import { counted, formatAge, formatBytes, formatCount, UNKNOWN } from './units.ts'
import { displayWidth, shortenMiddle } from './width.ts'
import { paragraph } from './wrap.ts'

/** How the head of a report is written. */
export interface SummaryStyle {
  readonly palette: Palette
  readonly bytes: boolean
  /** Columns of the terminal; `null` when nothing may be cut. */
  readonly width: number | null
}

/** Who the process is: its names and numbers. */
export function identityLine(
  { memory, host }: Pick<MapsReport, 'memory' | 'host'>,
  { palette, width }: SummaryStyle,
): readonly string[] {
  const facts = [
    `PID ${memory.pid}`,
    palette.strong(displayText(memory.stat.comm)),
    ...(memory.user === null ? [] : [`user ${displayText(memory.user)}`]),
    ...(memory.ageSeconds === null ? [] : [`up ${formatAge(memory.ageSeconds)}`]),
    counted(memory.stat.numThreads, 'thread'),
    ...figuresFrom({ ...host, release: host.kernel.release }),
  ]
  return paragraph(facts.join(' · '), width)
}

/** Who the process is, its command line, and what is odd about it. */
export function identityLines(report: Pick<MapsReport, 'memory' | 'host'>, style: SummaryStyle): readonly string[] {
  const { memory } = report
  const { palette } = style
  const command = commandText(memory)
  const lines = [...identityLine(report, style)]
  if (command !== '') lines.push(palette.muted(style.width === null ? command : shortenMiddle(command, style.width)))
  if (memory.status !== null && memory.status.tgid !== memory.pid && memory.threadRead === null) {
    lines.push(palette.warning(`${memory.pid} is a thread of process ${memory.status.tgid}; they share their memory`))
  }
  if (isExeGone(memory)) {
    lines.push(palette.warning('its executable has been deleted or replaced since it started'))
  }
  if (memory.threadRead !== null) {
    lines.push(palette.warning(`its main thread has exited; read through thread ${memory.threadRead}`))
  }
  return lines
}

/** A program may be called `… (deleted)`: one whose file was found under that name is there. */
function isExeGone({ exe, space, deleted }: ProcessMemory): boolean {
  if (exe === null || !endsDeleted(exe)) return false
  return ![...deleted].some(([id, unlinked]) => !unlinked && space?.table.names.get(id) === exe)
}

function commandText(memory: ProcessMemory): string {
  if (memory.cmdline === null || memory.cmdline.length === 0) return memory.exe === null ? '' : displayText(memory.exe)
  return displayText(memory.cmdline.join(' '))
}

/** What the process costs in all: four lines. */
export function totalLines(report: MapsReport, style: SummaryStyle): readonly string[] {
  const { totals } = report.totals
  const amount = (id: keyof Totals): string => bytesText(totals[id], style.bytes)
  const split = `${amount('rssAnon')} anon + ${amount('rssFile')} file + ${amount('rssShmem')} shmem`
  const limit = totals.maxMappings
  const mappings = counted(totals.mappings, 'mapping')
  const count = limit === null ? mappings : `${formatCount(totals.mappings)} of ${counted(limit, 'mapping')}`
  const strong = style.palette.strong
  return [
    `${strong(`RSS ${amount('rss')}`)} = ${split}, peak ${amount('rssPeak')}`,
    `PSS ${amount('pss')} · USS ${amount('uss')} · dirty ${amount('dirty')} · swap ${amount('swap')}${swapNote(report)}`,
    `huge ${amount('huge')} · hugetlb ${amount('hugetlb')} · locked ${amount('locked')}`,
    `virtual ${amount('size')} · page tables ${amount('pageTables')} · ${count}`,
  ].flatMap((line) => paragraph(line, style.width))
}

/** What is to be known before the figures are believed: why some are missing, and when they may be torn. */
export function missingLines(report: MapsReport, style: SummaryStyle): readonly string[] {
  return [...doubtLines(report, style), ...unknownLines(report, style)].flatMap((line) => paragraph(line, style.width))
}

/** A warning when the figures may not be one moment's: it belongs beside them, not only at the end. */
function doubtLines(report: MapsReport, style: SummaryStyle): readonly string[] {
  const consistency = report.memory.space?.consistency
  if (consistency === undefined || consistency.confidence === 'high') return []
  return [style.palette.warning(`confidence ${consistency.confidence}: ${consistency.explanation}`)]
}

function unknownLines(report: MapsReport, style: SummaryStyle): readonly string[] {
  const missing = Object.keys(report.totals.unavailable)
  if (missing.length === 0) return []
  const reason = missingReason(report.memory)
  return [style.palette.warning(`${UNKNOWN} is unknown: ${reason}`)]
}

/** status counts the swap of anonymous memory alone; what of shared memory is swapped only smaps tells. */
function swapNote(report: MapsReport): string {
  return report.memory.space?.depth === 'smaps' ? '' : ' (anonymous memory only)'
}

const GROUP_FIGURES = ['size', 'rss', 'pss', 'uss', 'dirty', 'swap', 'huge'] as const
type GroupFigure = (typeof GROUP_FIGURES)[number]

/** The rollup: one row a group, then their sum. */
export function groupLines(report: MapsReport, style: SummaryStyle): readonly string[] {
  const figures = GROUP_FIGURES.filter((id) => report.groups.some((group) => group.sums[id] !== 0))
  const sums = [...report.groups, allOf(report)]
  const figure = (id: GroupFigure): ListColumn => ({
    title: id.toUpperCase(),
    align: 'right',
    cell: (row) => cellText(sums[row]?.sums[id] ?? null, style.bytes),
  })
  const counts: ListColumn = {
    title: 'MAPPINGS',
    align: 'right',
    cell: (row) => formatCount(sums[row]?.mappings ?? null),
  }
  const names = sums.map(({ key }) => displayText(key))
  const { width } = style
  // The widest name is the last of the columns only to measure what stands beside it.
  const room = (shown: readonly GroupFigure[]): number =>
    (width ?? 0) - widthBefore([counts, ...shown.map(figure), counts], sums.length)
  const least = Math.min(GROUP_NAME_WIDTH, Math.max(...names.map(displayWidth)))
  const fits = (shown: readonly GroupFigure[]): boolean => width === null || room(shown) >= least
  const { kept, hidden } = leaveOut(figures, EXPENDABLE_FIGURES, (id) => id, fits)
  const nameRoom = width === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_GROUP_NAME, room(kept))
  const columns: ListColumn[] = [
    { title: report.grouping.toUpperCase(), align: 'left', cell: (row) => shortenMiddle(names[row] ?? '', nameRoom) },
    counts,
    ...kept.map(figure),
  ]
  const lines: string[] = []
  const layout = { width: null, header: true, headerPaint: style.palette.heading }
  writeList(columns, sums.length, layout, (text) => lines.push(text.slice(0, -1)))
  return [...lines, ...hiddenNote(hidden).map(style.palette.muted)]
}

/** Rather than less of a group's name, the first of these figures that is left is left out. */
const GROUP_NAME_WIDTH = 24
const EXPENDABLE_FIGURES: readonly GroupFigure[] = ['huge', 'swap', 'dirty', 'uss', 'pss', 'size']
/** A name shorter than this tells nothing. */
const LEAST_GROUP_NAME = 12

function allOf(report: MapsReport): Group {
  const key = report.filtered ? 'all that match' : 'all'
  return { key, mappings: report.matched.mappings, sums: report.matchedSums }
}

function cellText(bytes: number | null, raw: boolean): string {
  return bytes === 0 && !raw ? '' : bytesText(bytes, raw)
}

function bytesText(bytes: number | null, raw: boolean): string {
  return raw && bytes !== null ? String(bytes) : formatBytes(bytes)
}
