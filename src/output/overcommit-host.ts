import { ESTIMATES, OWNER_FIELDS, type Owner } from '../analysis/overcommit/owners.ts'
import type { OwnershipReport } from '../analysis/overcommit/ownership.ts'
import { longestRead } from '../analysis/read-cost.ts'
import type { RecordField } from '../analysis/records.ts'
import type { SourceRead } from '../model/provenance.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import { figuresFrom } from './host-text.ts'
import { labelledLines } from './labelled-lines.ts'
import { hostEntries } from './overcommit-host-text.ts'
import { limitLines } from './overcommit-limits.ts'
import { amountText, componentText } from './overcommit-words.ts'
import { cutNote, fittingFields, hiddenNote } from './record-fit.ts'
import { type RecordStyle, writeRecords } from './record-table.ts'
import { counted, formatBytes, formatCount, formatMilliseconds, formatPercent, formatUpperBound } from './units.ts'
import { paragraph, wrapText } from './wrap.ts'

/** How a report is shown to a person. */
export interface OvercommitStyle extends RecordStyle {
  /** The table alone. */
  readonly quiet: boolean
}

/** What a report cost, and of what. */
export interface ReportCost {
  readonly provenance: readonly SourceRead[]
  /** Milliseconds that reading took, without any interval. */
  readonly durationMs: number
}

const USUAL = ['charge', 'share', 'used', 'latent', 'noreserve', 'kind', 'pid', 'name'] as const
const EXPENDABLE = ['noreserve', 'used', 'kind', 'latent', 'share']
const LEAST_NAME = 16

/** Writes the report on the host. */
export function writeHostText(
  report: OwnershipReport,
  columns: readonly RecordField<Owner>[] | null,
  cost: ReportCost,
  style: OvercommitStyle,
  write: (text: string) => void,
): void {
  const lines = (texts: readonly string[]): void => {
    for (const text of texts) write(`${text}\n`)
  }
  if (!style.quiet) {
    const { host } = report.view.readings
    if (host.capturedAt !== null) lines([...paragraph(figuresFrom(host).join(' · '), style.width), ''])
    lines([...labelledLines(hostEntries(report, style), style), ''])
    // RAM and swap alone have been told above.
    if (report.outlook.limits.length > 1 || report.view.watched !== null) {
      lines([...limitLines(report.outlook, style), ''])
    }
  }
  const usual = USUAL.map((name) => OWNER_FIELDS.find((field) => field.name === name) as RecordField<Owner>)
  const fit = { style, expendable: columns === null ? EXPENDABLE : [], least: LEAST_NAME }
  const { kept, hidden } = fittingFields(columns ?? withBasis(usual, report), report.owners, fit)
  writeRecords(kept, report.owners, style, write)
  if (style.quiet) return
  const notes = [...cutNote(report.owners.length, report.ownersInAll, 'owners'), ...hiddenNote(hidden)]
  if (notes.length > 0) lines(wrapText(notes.join('; '), style.width).map(style.palette.muted))
  lines(['', ...reconciliationLines(report, style), ''])
  lines(
    footerSentences(report, cost)
      .flatMap((text) => wrapText(text, style.width))
      .map(style.palette.muted),
  )
}

/** What a charge is from matters where some are estimates. */
function withBasis(fields: readonly RecordField<Owner>[], report: OwnershipReport): readonly RecordField<Owner>[] {
  const exact = report.owners.every((owner) => !ESTIMATES.has(owner.basis))
  const basis = OWNER_FIELDS.find((field) => field.name === 'basis')
  return exact || basis === undefined ? fields : [...fields.slice(0, -1), basis, ...fields.slice(-1)]
}

/** The parts of Committed_AS, and what is left of it. */
function reconciliationLines(report: OwnershipReport, style: OvercommitStyle): readonly string[] {
  const { components, unexplained, committed } = report.reconciliation
  const rows = [
    ...components.map((part) => ({ bytes: part.bytes, text: componentText(part) })),
    {
      bytes: unexplained,
      text: unexplained < 0 ? 'more than the kernel has: estimates are too large' : 'not explained',
    },
    { bytes: committed, text: 'Committed_AS' },
  ]
  const cell = (of: (row: (typeof rows)[number]) => string) => (index: number) =>
    of(rows[index] as (typeof rows)[number])
  const columns: readonly ListColumn[] = [
    { title: 'BYTES', align: 'right', cell: cell((row) => amountText(row.bytes, style.bytes)) },
    { title: 'SHARE', align: 'right', cell: cell((row) => formatPercent((row.bytes / committed) * 100)) },
    { title: 'OF COMMITTED_AS', align: 'left', cell: cell((row) => row.text) },
  ]
  const lines: string[] = []
  const layout = { width: style.width, header: style.header, headerPaint: style.palette.heading }
  writeList(columns, rows.length, layout, (text) => lines.push(text.slice(0, -1)))
  return lines
}

/** How much was read, how deeply, and what that cost. */
function footerSentences(report: OwnershipReport, cost: ReportCost): readonly string[] {
  const { counts } = report.readings
  const { moved } = report.reconciliation
  const parts = [
    ...(counts.smaps > 0 ? [`${formatCount(counts.smaps)} by smaps`] : []),
    ...(counts.pagemap > 0 ? [`${formatCount(counts.pagemap)} by maps and PAGEMAP_SCAN`] : []),
    ...(counts.maps > 0 ? [`${formatCount(counts.maps)} by maps`] : []),
    ...(counts.status > 0 ? [`${formatCount(counts.status)} by status`] : []),
  ]
  const smaps = cost.provenance.filter((read) => read.path.endsWith('/smaps'))
  const stall = smaps.length === 0 ? '' : `; longest lock hold ≤ ${formatUpperBound(longestRead(smaps))}`
  const still = Number.isNaN(moved)
    ? 'is not known'
    : moved === 0
      ? 'stood still meanwhile'
      : `moved by ${moved < 0 ? '−' : '+'}${formatBytes(Math.abs(moved))} meanwhile`
  return [
    ...shallowSentences(report),
    `read ${counted(counts.smaps + counts.pagemap + counts.maps + counts.status, 'process')} in ${formatMilliseconds(cost.durationMs)}: ` +
      `${parts.join(', ')}; Committed_AS ${still}${stall}`,
  ]
}

function shallowSentences({ readings }: OwnershipReport): readonly string[] {
  const { counts, shallow } = readings
  const one = counts.status === 1
  const { longestMs, maxStallMs, tooCostly } = shallow
  return [
    ...(counts.status > 0
      ? [
          `${counted(counts.status, 'process')} may not be read by you: ${one ? 'its' : 'their'} ` +
            'charge is VmData + VmStk of status, in which MAP_NORESERVE memory is counted too',
        ]
      : []),
    ...(tooCostly > 0
      ? [
          `smaps of ${formatCount(tooCostly)} was not read: it would block mmap calls for up to ` +
            `${formatMilliseconds(longestMs)} (more than --max-stall ${formatMilliseconds(maxStallMs)}); the charge is ` +
            `that of private writable mappings in maps; --max-stall ${Math.ceil(longestMs * 1.2)}ms reads it all the same`,
        ]
      : []),
    ...(counts.vanished > 0 ? [`${formatCount(counts.vanished)} ended meanwhile`] : []),
  ]
}
