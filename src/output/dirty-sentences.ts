import type { DirtyProcess, DirtyReport, RiskTotal } from '../analysis/dirty/report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import type { SourceRead } from '../model/provenance.ts'
import { pageCacheReason } from './dirty-reasons.ts'
import type { Paint, Palette } from './palette.ts'
import { recordText } from './record-table.ts'
import { displayText } from './sanitise.ts'
import { counted, formatCount, formatMilliseconds, formatUpperBound } from './units.ts'
import { paragraph } from './wrap.ts'

/** How sentences are written. */
export interface SentenceStyle {
  readonly palette: Palette
  readonly bytes: boolean
  /** Columns of the terminal; `null` when nothing is broken. */
  readonly width: number | null
}

/** A sentence in the lines that it takes. */
export function sentence(text: string, style: SentenceStyle, paint: Paint = (line) => line): readonly string[] {
  return paragraph(text, style.width).map(paint)
}

/** What a power failure would take, and what it would not. */
export function riskSentences(report: DirtyReport, style: SentenceStyle): readonly string[] {
  const { total, processes } = report
  const least = total.atLeast ? 'at least ' : ''
  const risk = `at risk: ${least}${amount(total.atRisk, style)}${ofFiles(total)}`
  return [
    ...sentence(risk, style, total.atRisk > 0 ? style.palette.strong : undefined),
    ...splitSentences(total, style),
    ...sentence(notAtRisk(processes, style), style),
    ...namelessSentences(report, style),
    ...missingSentences(report, style, style.palette.warning),
  ]
}

/** Why figures of processes are unknown, each reason once. */
export function missingSentences({ processes }: DirtyReport, style: SentenceStyle, paint: Paint): readonly string[] {
  const reasons = new Set(processes.flatMap(({ missing }) => missing ?? []))
  return [...reasons].flatMap((reason) => sentence(`– is unknown: ${reason}`, style, paint))
}

function ofFiles({ files, unknown }: RiskTotal): string {
  const known = files === 0 ? '' : ` in ${counted(files, 'file')}${files === 1 ? '' : ', each counted once'}`
  return unknown === 0
    ? known
    : `${known}; of ${formatCount(unknown)} ${files === 0 ? 'files' : 'more'} it is not known`
}

/** Files that have lost their names. */
function namelessSentences({ files }: DirtyReport, style: SentenceStyle): readonly string[] {
  const gone = files.filter(({ unlinked, links }) => unlinked && links !== null).length
  const open = files.filter(({ unlinked, links }) => unlinked && links === null).length
  return [
    ...(gone === 0 ? [] : sentence(`${counted(gone, 'file')} without a name: gone with the last close`, style)),
    ...(open === 0
      ? []
      : sentence(
          `${counted(open, 'file')} without the name that was mapped: gone with the last close unless there is another`,
          style,
        )),
  ]
}

function splitSentences(total: RiskTotal, style: SentenceStyle): readonly string[] {
  const { dirty, writeback, mapped, atLeast, atRisk } = total
  if (atRisk === 0) return []
  if (atLeast)
    return Number.isNaN(mapped) ? [] : sentence(`  ${amount(mapped, style)} shows in mappings; ${MORE}`, style)
  const rest = Math.max(0, dirty - mapped)
  const hidden = rest === 0 ? '' : `, ${amount(rest, style)} does not: write(2), unmapped since, or stored meanwhile`
  const shows = `: ${amount(dirty - rest, style)} shows in mappings${hidden}`
  return [
    ...sentence(`  dirty ${amount(dirty, style)}${Number.isNaN(mapped) ? '' : shows}`, style),
    ...sentence(`  being written ${amount(writeback, style)}`, style),
  ]
}

const MORE = 'more may have been stored by write(2)'

function notAtRisk(processes: readonly DirtyProcess[], style: SentenceStyle): string {
  const sum = (value: (process: DirtyProcess) => number): string =>
    amount(
      processes.reduce((all, process) => all + value(process), 0),
      style,
    )
  const parts = [
    `anonymous ${sum(({ anonymous }) => anonymous)}`,
    `copies of pages of files ${sum(({ copies }) => copies)}`,
    `memory without a disk ${sum(({ volatile }) => volatile)}`,
  ]
  const each = processes.length > 1 ? ' (what processes share counts for each)' : ''
  return `no data at risk${each}: ${parts.join(' · ')}`
}

/** What all of them would lose: rows of the table may hold the same files. */
export function totalSentences({ total }: DirtyReport, style: SentenceStyle): readonly string[] {
  const least = total.atLeast ? 'at least ' : ''
  const risk = `at risk in all: ${least}${amount(total.atRisk, style)}${ofFiles(total)}`
  return sentence(risk, style, total.atRisk > 0 ? style.palette.strong : undefined)
}

/** How the host's figure is made up. */
export function reconciliationSentences(
  { reconciliation, files, openFiles }: DirtyReport,
  style: SentenceStyle,
): readonly string[] {
  if (reconciliation === null || Number.isNaN(reconciliation.host)) return []
  const { host, files: found, atLeast, elsewhere } = reconciliation
  const holding = counted(
    files.filter(({ dirty, writeback, mapped }) => dirty + writeback > 0 || mapped > 0).length,
    'file',
  )
  const shown = `${atLeast ? 'at least ' : ''}${amount(found, style)} in ${holding} that processes map${openFiles.looked ? ' or have open' : ''}`
  const hidden = atLeast ? ', and what could not be seen' : ''
  const rest = `${amount(elsewhere, style)} elsewhere: files that nobody ${openFiles.looked ? 'has open' : 'maps'}, metadata of file systems${hidden}`
  return sentence(`of ${amount(host, style)} dirty or being written, ${shown}; ${rest}`, style)
}

/** What the cgroup of a process has dirty, and whether it has thresholds of its own. */
export function cgroupSentences({ cgroup }: DirtyProcess, style: SentenceStyle): readonly string[] {
  if (cgroup === null) return []
  const { path, dirty, writeback, limit, version } = cgroup
  const level = `dirty ${amount(dirty ?? Number.NaN, style)} + being written ${amount(writeback ?? Number.NaN, style)}`
  const text = `cgroup ${displayText(path)}: ${level}`
  if (limit !== null) {
    const where = limit.path === path ? '' : ` by ${displayText(limit.path)}`
    const own = 'its writers are slowed at thresholds of its own, which follow from that'
    return sentence(`${text}; its memory is limited to ${amount(limit.bytes, style)}${where}: ${own}`, style)
  }
  return sentence(version === 2 ? `${text}; no limit of memory, so no thresholds of its own` : text, style)
}

/** Who could not be looked at. */
export function deniedSentences({ scan }: DirtyReport, style: SentenceStyle): readonly string[] {
  if (scan === null || scan.denied === 0) return []
  const them = scan.denied === 1 ? 'itself' : 'themselves'
  return sentence(`${counted(scan.denied, 'process')} did not let ${them} be read`, style, style.palette.warning)
}

/** Why the page cache of files could not be asked about: each reason once, with how many files. */
export function cacheSentences({ refusals, openFiles }: DirtyReport, style: SentenceStyle): readonly string[] {
  const reasons = new Map<string, number>()
  for (const refusal of refusals) {
    const text = pageCacheReason(refusal)
    reasons.set(text, (reasons.get(text) ?? 0) + 1)
  }
  const notes = [...reasons].map(([text, count]) => `${counted(count, 'file')} known by mappings alone: ${text}`)
  return [...notes, ...openNote(openFiles, reasons)].flatMap((text) => sentence(text, style, style.palette.muted))
}

function openNote(look: DirtyReport['openFiles'], known: ReadonlyMap<string, number>): readonly string[] {
  if (look.looked || look.why === 'not-asked') return []
  const text = pageCacheReason(look.why)
  const out = `${look.why.reason === 'too-many' ? 'some ' : ''}files that are open and not mapped are left out`
  return [known.has(text) ? `${out} for the same reason` : `${out}: ${text}`]
}

/** What the report cost. */
export function costSentences({ provenance }: DirtyReport, style: SentenceStyle): readonly string[] {
  const smaps = provenance.filter(({ path, refused }) => path.endsWith('/smaps') && refused === null)
  const asked = provenance.filter(({ path }) => path.startsWith('cachestat '))
  const caches = asked.filter(({ refused }) => refused === null)
  const time = (reads: readonly SourceRead[]): string =>
    formatMilliseconds(reads.reduce((sum, { durationMs }) => sum + durationMs, 0))
  const held = `longest lock hold ≤ ${formatUpperBound(longestRead(smaps))}`
  const others = provenance.length - smaps.length - asked.length
  const parts = [
    ...(smaps.length === 0 ? [] : [`smaps of ${counted(smaps.length, 'process')} in ${time(smaps)}, ${held}`]),
    ...(caches.length === 0 ? [] : [`the page cache of ${counted(caches.length, 'file')} in ${time(caches)}`]),
    counted(others, 'small file'),
  ]
  return sentence(`read ${parts.join('; ')}`, style, style.palette.muted)
}

function amount(bytes: number, style: Pick<SentenceStyle, 'bytes'>): string {
  return recordText({ unit: 'bytes' }, bytes, style.bytes)
}
