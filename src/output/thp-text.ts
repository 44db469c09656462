import { longestRead } from '../analysis/read-cost.ts'
import type { RecordField } from '../analysis/records.ts'
import type { HugeList, HugeProcess } from '../analysis/thp/process-list.ts'
import type { ThpProcessReport, ThpReport } from '../analysis/thp/report.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { figuresFrom } from './host-text.ts'
import { depthLine, pagesCostLine } from './maps-footer.ts'
import { identityLines } from './maps-summary.ts'
import { fittingFields, hiddenNote } from './record-fit.ts'
import { writeRecords } from './record-table.ts'
import { counterLine } from './thp-counter-text.ts'
import { findingText } from './thp-finding-text.ts'
import { eventLines, fragmentationLines, type HostStyle, knobLines, meminfoLines, poolLines } from './thp-host-lines.ts'
import { listLines } from './thp-list-lines.ts'
import { EXPENDABLE_MAPPING_FIELDS, type ThpRow } from './thp-mapping-fields.ts'
import { EXPENDABLE_PROCESS_FIELDS } from './thp-process-fields.ts'
import { bloatLines, folioLines, pressureLines, reasonLines, tlbLines, totalLines } from './thp-process-lines.ts'
import { counted, formatCount, formatMilliseconds, formatUpperBound } from './units.ts'
import { paragraph } from './wrap.ts'

/** How a report is shown to a person. */
export interface ThpTextOptions extends HostStyle {
  /** The tables alone: for scripts that want rows. */
  readonly quiet: boolean
}

type Write = (text: string) => void

/** Writes the host and its processes. `shown` are those that the limit lets through, in the order asked for. */
export function writeHostText(
  report: ThpReport,
  list: HugeList,
  shown: readonly HugeProcess[],
  fields: readonly RecordField<HugeProcess>[],
  options: ThpTextOptions,
  write: Write,
): void {
  const { system, host } = report
  const lines = writer(write)
  if (!options.quiet) {
    const from = figuresFrom({ ...host, release: host.kernel.release }).join(' · ')
    lines([...paragraph(from, options.width), ...meminfoLines(system, options)])
    lines(section(findingLines(system.findings, options)))
    lines(section([options.palette.strong('processes that have most, or could have')]))
  }
  writeTable(fields, shown, EXPENDABLE_PROCESS_FIELDS, options, write)
  if (options.quiet) return
  lines(listLines(list, shown.length, options))
  lines(section(knobLines(system, host.pageSize, options)))
  lines(section(poolLines(system, options)))
  lines(section(eventLines(system, options)))
  lines(section(fragmentationLines(system, options)))
  lines(section(paragraph(hostCost(report, list), options.width).map(options.palette.muted)))
}

/** Writes one process. */
export function writeProcessText(
  report: ThpReport,
  entry: ThpProcessReport,
  fields: readonly RecordField<ThpRow>[],
  options: ThpTextOptions,
  write: Write,
): void {
  const { process, rows, findings, counters } = entry
  const { system, host, block } = report
  const lines = writer(write)
  const context = { block, khugepagedSpeed: system.khugepagedSpeed, smallerSizes: hasSmaller(system.settings) }
  if (!options.quiet) {
    lines([...identityLines({ memory: process.memory, host }, options), ''])
    lines(totalLines(process, options))
    if (process.memory.space === null) return
    lines([...modeLines(report, options), ...folioLines(process, block, options)])
    lines(section(findingLines(findings, options)))
    lines(section(reasonLines(process, context, options)))
    if (rows.length > 0) lines([''])
  }
  const table = rows.map((mapping) => ({ process, mapping, block }))
  if (table.length > 0) writeTable(fields, table, EXPENDABLE_MAPPING_FIELDS, options, write)
  if (options.quiet) return
  lines(cutNote(entry, options))
  const counted = counters === null ? [] : paragraph(counterLine(counters), options.width)
  lines(
    section([
      ...tlbLines(process, system, options),
      ...counted,
      ...bloatLines(process, options),
      ...pressureLines(system, options),
    ]),
  )
  const cost = [...depthLines(entry), ...costLines(report, process.memory)]
  lines(section(cost.flatMap((line) => paragraph(line, options.width)).map(options.palette.muted)))
}

function writer(write: Write): (texts: readonly string[]) => void {
  return (texts) => {
    for (const text of texts) write(`${text}\n`)
  }
}

/** Parts of a report stand apart; an empty one leaves no gap. */
function section(...parts: readonly (readonly string[])[]): readonly string[] {
  const texts = parts.flat()
  return texts.length === 0 ? [] : ['', ...texts]
}

function findingLines(findings: ThpProcessReport['findings'], { palette, width }: ThpTextOptions): readonly string[] {
  return findings.flatMap((finding) => paragraph(`! ${findingText(finding)}`, width).map(palette.warning))
}

/** The last column is shortened to what is left; with less than this it tells nothing. */
const LEAST_LAST = 14

function writeTable<Row>(
  fields: readonly RecordField<Row>[],
  rows: readonly Row[],
  expendable: readonly string[],
  options: ThpTextOptions,
  write: Write,
): void {
  const { kept, hidden } = fittingFields(fields, rows, { style: options, expendable, least: LEAST_LAST })
  writeRecords(kept, rows, options, write)
  if (!options.quiet)
    for (const line of hiddenNote(hidden).flatMap((note) => paragraph(note, options.width))) {
      write(`${options.palette.muted(line)}\n`)
    }
}

function cutNote({ process, rows, matched }: ThpProcessReport, { palette }: ThpTextOptions): readonly string[] {
  const all = process.mappings.length
  if (rows.length === all) return []
  const cut =
    rows.length < matched ? [`${formatCount(rows.length)} of ${formatCount(matched)} shown (--limit 0 shows all)`] : []
  const rest =
    matched < all ? [`${formatCount(all - matched)} further mappings do not matter here, or are filtered out`] : []
  return [palette.muted([...cut, ...rest].join('; '))]
}

/** Whether there are folios below the PMD size, and all of them are off. */
function hasSmaller(settings: ThpReport['system']['settings']): boolean {
  const smaller = settings?.sizes.filter(({ size, enabled }) => size < settings.pmdSize && enabled !== null) ?? []
  return smaller.length > 0 && smaller.every(({ enabled }) => enabled === 'never')
}

/** The switches that decide for this process, in a line. */
function modeLines({ system }: ThpReport, { width }: ThpTextOptions): readonly string[] {
  const { settings } = system
  if (settings === null)
    return paragraph('this kernel has no transparent huge pages, or sysfs does not show them', width)
  const on = settings.sizes.filter(
    ({ size, enabled }) => size < settings.pmdSize && enabled !== null && enabled !== 'never',
  )
  const smaller =
    on.length === 0
      ? ''
      : `; smaller folios: ${on.map(({ size, enabled }) => `${size / 1024} KiB ${enabled}`).join(', ')}`
  const shared = settings.shmemEnabled === null ? '' : `, shared memory ${settings.shmemEnabled}`
  return paragraph(`mode: anonymous memory ${settings.enabled}${shared}${smaller}`, width)
}

function hostCost({ provenance }: ThpReport, list: HugeList): string {
  const reads = provenance.filter(({ refused }) => refused === null)
  const time = formatMilliseconds(reads.reduce((sum, { durationMs }) => sum + durationMs, 0))
  const rollups = reads.filter(({ path }) => path.endsWith('/smaps_rollup'))
  const hold = rollups.length === 0 ? '' : `; longest lock hold ≤ ${formatUpperBound(longestRead(rollups))}`
  const scans = reads.filter(({ path }) => path.endsWith('/pagemap')).length
  const scanned = scans === 0 ? '' : `, and of ${formatCount(scans)} the pages by PAGEMAP_SCAN`
  return `read ${counted(reads.length, 'file')} in ${time}; of ${counted(list.totals.processes, 'process')}: status, maps, smaps_rollup${scanned}${hold}`
}

function costLines({ provenance }: ThpReport, { pid, space }: ProcessMemory): readonly string[] {
  const own = provenance.filter(({ path, refused }) => refused === null && path.includes(`/${pid}/`))
  if (space?.depth === 'pagemap') return [pagesCostLine(own, space)]
  const smaps = own.filter(({ path }) => path.endsWith('/smaps'))
  if (smaps.length === 0) return []
  const time = formatMilliseconds(smaps.reduce((sum, { durationMs }) => sum + durationMs, 0))
  // They are held open side by side, so that the longest is the time that looking took.
  const pages = provenance.filter(({ path, refused }) => refused === null && /\/(?:pagemap|mem)$/.test(path))
  const longest = pages.reduce((most, { durationMs }) => Math.max(most, durationMs), 0)
  const looked = pages.length === 0 ? '' : `; pages looked up in ${formatMilliseconds(longest)}`
  return [`read smaps in ${time}; longest lock hold ≤ ${formatUpperBound(longestRead(smaps))}${looked}`]
}

function depthLines({ process }: ThpProcessReport): readonly string[] {
  const depth = depthLine(process.memory.space)
  return depth === null ? [] : [depth]
}
