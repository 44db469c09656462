import type { PromiseReport } from '../analysis/overcommit/process-report.ts'
import { PROMISE_FIELDS, type Promised } from '../analysis/overcommit/promises.ts'
import { longestRead } from '../analysis/read-cost.ts'
import type { RecordField } from '../analysis/records.ts'
import type { AddressSpace } from '../collectors/address-space.ts'
import { figuresFrom } from './host-text.ts'
import { labelledLines } from './labelled-lines.ts'
import { pagesCostLine } from './maps-footer.ts'
import type { OvercommitStyle, ReportCost } from './overcommit-host.ts'
import { limitLines } from './overcommit-limits.ts'
import { processEntries } from './overcommit-process-text.ts'
import { cutNote, fittingFields, hiddenNote } from './record-fit.ts'
import { writeRecords } from './record-table.ts'
import { displayText } from './sanitise.ts'
import { counted, formatAge, formatMilliseconds, formatUpperBound } from './units.ts'
import { shortenMiddle } from './width.ts'
import { paragraph, wrapText } from './wrap.ts'

const USUAL = ['address', 'charge', 'used', 'latent', 'noreserve', 'kind', 'path'] as const
const EXPENDABLE = ['noreserve', 'kind', 'used', 'latent']
const LEAST_PATH = 16

/** Writes the report on one process. */
export function writeProcessText(
  report: PromiseReport,
  columns: readonly RecordField<Promised>[] | null,
  cost: ReportCost,
  style: OvercommitStyle,
  write: (text: string) => void,
): void {
  const lines = (texts: readonly string[]): void => {
    for (const text of texts) write(`${text}\n`)
  }
  if (!style.quiet) {
    lines([...identityLines(report, style), ''])
    lines([...labelledLines(processEntries(report, style), style), ''])
    lines([...limitLines(report.outlook, style), ''])
  }
  const usual = USUAL.map((name) => PROMISE_FIELDS.find((field) => field.name === name) as RecordField<Promised>)
  const shown = columns ?? usual.filter((field) => field.name !== 'noreserve' || report.commit.noReserve > 0)
  const fit = { style, expendable: columns === null ? EXPENDABLE : [], least: LEAST_PATH }
  const { kept, hidden } = fittingFields(shown, report.promises, fit)
  if (report.promises.length > 0) writeRecords(kept, report.promises, style, write)
  if (style.quiet) return
  const notes = [...cutNote(report.promises.length, report.promisesInAll, 'promises'), ...hiddenNote(hidden)]
  if (notes.length > 0) lines(wrapText(notes.join('; '), style.width).map(style.palette.muted))
  if (report.promises.length > 0) lines([''])
  lines(wrapText(costLine(report, cost), style.width).map(style.palette.muted))
}

function identityLines({ readings, view }: PromiseReport, style: OvercommitStyle): readonly string[] {
  const { memory } = readings
  const facts = [
    `PID ${memory.pid}`,
    style.palette.strong(displayText(memory.stat.comm)),
    ...(memory.user === null ? [] : [`user ${displayText(memory.user)}`]),
    ...(memory.ageSeconds === null ? [] : [`up ${formatAge(memory.ageSeconds)}`]),
    ...figuresFrom(view.readings.host),
  ]
  const command = displayText((memory.cmdline ?? []).join(' '))
  const shown = style.width === null ? command : shortenMiddle(command, style.width)
  return [...paragraph(facts.join(' · '), style.width), ...(command === '' ? [] : [style.palette.muted(shown)])]
}

function costLine(report: PromiseReport, cost: ReportCost): string {
  const { space } = report.readings.memory
  if (space === null) return 'read only what every user may read'
  if (space.depth === 'pagemap') {
    const { pid } = report.readings.memory
    const own = cost.provenance.filter(({ path }) => path.includes(`/${pid}/`))
    return `${pagesCostLine(own, space)}${shallowText(space)}`
  }
  const reads = cost.provenance.filter((read) => read.path.endsWith(`/${report.readings.memory.pid}/${space.depth}`))
  const stall = space.depth === 'smaps' ? `; longest lock hold ≤ ${formatUpperBound(longestRead(reads))}` : ''
  const read = `read ${counted(space.table.length, 'mapping')} by ${space.depth} in ${formatMilliseconds(cost.durationMs)}`
  return `${read}; ${space.consistency.explanation}${stall}${shallowText(space)}`
}

function shallowText({ shallow, prediction }: AddressSpace): string {
  if (shallow?.why !== 'too-costly' || prediction === null) return ''
  return (
    `; smaps would block its mmap calls for about ${formatMilliseconds(prediction.stallMs)} ` +
    `(more than --max-stall ${formatMilliseconds(shallow.maxStallMs)}); ` +
    `--max-stall ${Math.ceil(prediction.stallMs * 1.2)}ms reads it all the same`
  )
}
