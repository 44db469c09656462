import { psField } from '../analysis/ps/fields.ts'
import { isPsField } from '../analysis/ps/groups.ts'
import { type UnknownReason, unknownReason } from '../analysis/ps/reasons.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { sumOf } from '../analysis/ps/sums.ts'
import type { ProcessFacts } from '../collectors/process-facts.ts'
import { errnoText } from '../model/errno.ts'
import { sumCell } from './ps-columns.ts'
import { REASON_TEXTS } from './ps-reasons.ts'
import { hiddenNote } from './record-fit.ts'
import { displayText } from './sanitise.ts'
import { counted, formatBytes, formatCount, formatMilliseconds, formatUpperBound, UNKNOWN } from './units.ts'

/** What must be known before the figures are believed. */
export function psWarnings(report: PsReport): readonly string[] {
  const { gaps, none, question, whole } = report
  return [
    ...gaps.tooCostly.slice(0, 1).map(() => costlyNote(gaps.tooCostly)),
    ...(gaps.denied.length === 0 ? [] : [deniedNote(gaps.denied)]),
    ...(gaps.unread.length === 0 ? [] : [unreadNote(gaps.unread)]),
    ...otherGaps(report),
    ...(none.hidden === 0 ? [] : [`${counted(none.hidden, 'process')} hidden from you: /proc is mounted with hidepid`]),
    ...(question.whole && !whole && none.hidden === 0 && report.ram !== null ? [PARTIAL] : []),
  ]
}

/** See `PsReport.whole`. */
const PARTIAL =
  'not all processes of the host are visible here (a PID namespace, or hidepid); the RAM is that of the whole host'

function deniedNote(denied: readonly ProcessFacts[]): string {
  const root = denied.length === 1 ? `process ${denied[0]?.pid} needs` : `${counted(denied.length, 'process')} need`
  return `${UNKNOWN} is unknown: ${root} ptrace access, RSS ${formatBytes(rssOf(denied))}${denied.length === 1 ? '' : ' at most in all'}`
}

/** The largest is named, since it may well be what is looked for. */
function costlyNote(costly: readonly ProcessFacts[]): string {
  const [largest] = costly.toSorted((a, b) => stallOf(b) - stallOf(a))
  if (largest === undefined) return ''
  const stall = stallOf(largest)
  const name = `process ${largest.pid} (${displayText(largest.status.name)})`
  const others = costly.length === 1 ? '' : `, and ${formatCount(costly.length - 1)} more`
  return (
    `${UNKNOWN} is unknown: walking ${name} would block its own mmap calls for about ${formatMilliseconds(stall)}${others}; ` +
    `--max-stall ${Math.ceil(stall * 1.2)}ms does it all the same`
  )
}

function stallOf({ walk: { gap } }: ProcessFacts): number {
  return gap?.why === 'too-costly' ? gap.stallMs : 0
}

function unreadNote(unread: readonly ProcessFacts[]): string {
  const gap = unread[0]?.walk.gap
  const reason = gap?.why === 'failed' ? errnoText(gap.errno) : 'this kernel offers neither smaps_rollup nor smaps'
  return `${UNKNOWN} is unknown of ${counted(unread.length, 'process')}: ${reason}`
}

/** Figures that are unknown for another reason than that a process was not walked: one line a reason. */
function otherGaps({ processes, question }: PsReport): readonly string[] {
  const columns = new Map<UnknownReason, Set<string>>()
  for (const field of question.fields) {
    for (const row of processes) {
      const value = field.value(row)
      if (typeof value === 'string' || !Number.isNaN(value)) continue
      const reason = unknownReason(field, row)
      if (WALK_REASONS.includes(reason)) continue
      columns.set(reason, (columns.get(reason) ?? new Set()).add(field.name.toUpperCase()))
    }
  }
  return [...columns].map(([reason, names]) => `${UNKNOWN} in ${[...names].join(', ')}: ${REASON_TEXTS[reason]}`)
}

/** These have notes of their own, which say of which processes. */
const WALK_REASONS: readonly UnknownReason[] = ['needs-ptrace', 'too-costly', 'not-offered', 'read-failed']

/** What is to be said of the table itself: what it leaves out, and how its sums are to be read. */
export function tableNotes(
  report: PsReport,
  table: {
    readonly shown: number
    readonly hidden: readonly string[]
    readonly total: boolean
    readonly bytes: boolean
  },
): readonly string[] {
  const { shown, hidden, total, bytes } = table
  return [...cutNote(report, shown, bytes), ...hiddenNote(hidden), ...(total ? boundsNote(report) : [])]
}

/** What the rows that are not shown come to. */
function cutNote({ groups, processes }: PsReport, shown: number, bytes: boolean): readonly string[] {
  const all = groups ?? processes
  if (shown === all.length) return []
  const pss = psField('pss')
  const rest = groups === null ? processes.slice(shown) : groups.slice(shown).flatMap((group) => group.rows)
  const sum = sumOf(pss, rest)
  const others = sum.kind === 'unknown' ? '' : `, the others have PSS ${sumCell(pss, sum, bytes)}`
  const noun = groups === null ? 'process' : 'group'
  return [`${formatCount(shown)} of ${counted(all.length, noun)}${others}; --limit 0 shows all`]
}

/** What the signs before sums mean, where there are any. */
function boundsNote({ processes, groups, question }: PsReport): readonly string[] {
  const fields = groups === null ? question.fields : question.groupColumns.filter(isPsField)
  const kinds = new Set(fields.map((field) => sumOf(field, processes).kind))
  const notes = [
    ...(kinds.has('at-most') ? ['≤ counts shared pages once for each process'] : []),
    ...(kinds.has('at-least') ? [`≥ leaves out those with ${UNKNOWN}`] : []),
  ]
  return notes.length === 0 ? [] : [notes.join('; ')]
}

/** What is in /proc besides the rows, and what reading cost. */
export function psFooter(report: PsReport): readonly string[] {
  return [...uncountedLine(report), costLine(report)]
}

/** Of processes asked for by name each that is missing has been told of. */
function uncountedLine({ none, question }: PsReport): readonly string[] {
  if (!question.whole) return []
  const parts = [
    ...(none['kernel-thread'] > 0 ? [counted(none['kernel-thread'], 'kernel thread')] : []),
    ...(none.zombie > 0 ? [counted(none.zombie, 'zombie')] : []),
    ...(none.vanished > 0 ? [`${formatCount(none.vanished)} that ended meanwhile`] : []),
  ]
  return parts.length === 0 ? [] : [`without memory: ${parts.join(', ')}`]
}

/** A file of a process itself, and not one reached through its root directory. */
const OF_PROCESS = /\/\[pid\](?:\/task\/\[tid\])?\/[^/]+$/

function costLine(report: PsReport): string {
  const ofProcesses = report.reads.filter((read) => OF_PROCESS.test(read.path))
  const ms = ofProcesses.reduce((sum, read) => sum + read.durationMs, 0)
  const names = [...new Set(ofProcesses.map((read) => read.path.slice(read.path.lastIndexOf('/') + 1)))]
  const walks = ofProcesses.filter((read) => /\/smaps(?:_rollup)?$/.test(read.path) && read.files > 0)
  const longest = Math.max(...walks.map((read) => read.longestReadMs))
  const stall = walks.length === 0 ? '' : `; longest lock hold ≤ ${formatUpperBound(longest)}`
  return `read ${counted(report.processes.length, 'process')} in ${formatMilliseconds(ms)}: ${names.join(', ')}${stall}`
}

function rssOf(rows: readonly ProcessFacts[]): number {
  return rows.reduce((sum, row) => sum + row.status.sizes.vmRss, 0)
}
