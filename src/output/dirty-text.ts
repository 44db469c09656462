import type { DirtyProcess, DirtyReport } from '../analysis/dirty/report.ts'
import type { DirtyTableChoice } from '../analysis/dirty/tables.ts'
import { DURABILITIES, type Durability } from '../model/durability.ts'
import type { ListColumn } from './column-writer.ts'
import {
  cacheSentences,
  cgroupSentences,
  costSentences,
  deniedSentences,
  missingSentences,
  reconciliationSentences,
  riskSentences,
  totalSentences,
} from './dirty-sentences.ts'
import {
  amountText,
  deviceLines,
  flusherLines,
  hostLines,
  levelLines,
  listLines,
  thresholdLines,
} from './dirty-standing.ts'
import { writeDirtyTable } from './dirty-table.ts'
import { figuresFrom } from './host-text.ts'
import { identityLines, type SummaryStyle } from './maps-summary.ts'
import { counted, formatCount } from './units.ts'
import { paragraph } from './wrap.ts'

/** How the report is shown to a person. */
export interface DirtyTextOptions extends SummaryStyle {
  readonly table: DirtyTableChoice
  readonly header: boolean
  /** The table alone. */
  readonly quiet: boolean
}

/** Writes the report for people. */
export function writeDirtyText(report: DirtyReport, options: DirtyTextOptions, write: (text: string) => void): void {
  const lines = (texts: readonly string[]): void => {
    for (const text of texts) write(`${text}\n`)
  }
  const targeted = report.scan === null
  if (!options.quiet) lines(targeted ? targetHead(report, options) : hostHead(report, options))
  writeDirtyTable(report, options.table, options, write)
  if (options.quiet) return
  lines(targeted ? targetFoot(report, options) : hostFoot(report, options))
  lines(['', ...costSentences(report, options)])
}

/** The process of a report on one. */
function onlyProcess({ processes }: DirtyReport): DirtyProcess | null {
  return processes.length === 1 ? (processes[0] ?? null) : null
}

function targetHead(report: DirtyReport, style: SummaryStyle): readonly string[] {
  const { host, standing, processes, files } = report
  const single = onlyProcess(report)
  const several = [counted(processes.length, 'process'), ...origin(host)].join(' · ')
  const head = single === null ? paragraph(several, style.width) : identityLines({ memory: single.memory, host }, style)
  if (single?.memory.space === null) return [...head, '', ...hostLines(standing, style)]
  return [...head, '', ...riskSentences(report, style), ...(files.length > 0 ? [''] : [])]
}

function targetFoot(report: DirtyReport, style: SummaryStyle): readonly string[] {
  const single = onlyProcess(report)
  if (single?.memory.space === null) return []
  const groups = single === null ? [] : groupLines(single, style)
  return [
    ...cacheSentences(report, style),
    '',
    ...(groups.length === 0 ? [] : [...groups, '']),
    ...hostLines(report.standing, style),
    ...(single === null ? [] : cgroupSentences(single, style)),
  ]
}

function origin({ kernel: { release }, capturedAt }: DirtyReport['host']): readonly string[] {
  return figuresFrom({ release, capturedAt })
}

/** What becomes of stores, by mapping. */
function groupLines({ groups }: DirtyProcess, style: SummaryStyle): readonly string[] {
  const rows = groups.filter(({ durability }) => durability !== 'kernel')
  const figure = (value: (row: number) => number | undefined) => (row: number) => {
    const bytes = value(row) ?? Number.NaN
    return bytes === 0 && !style.bytes ? '' : amountText(bytes, style)
  }
  const columns: ListColumn[] = [
    { title: 'STORES', align: 'left', cell: (row) => rows[row]?.durability ?? '' },
    { title: 'MAPPINGS', align: 'right', cell: (row) => formatCount(rows[row]?.mappings ?? null) },
    { title: 'SHOW DIRTY', align: 'right', cell: figure((row) => rows[row]?.dirty) },
    { title: 'COPIES', align: 'right', cell: figure((row) => rows[row]?.copies) },
    { title: 'WHAT BECOMES OF THEM', align: 'left', cell: (row) => meaning(rows[row]?.durability) },
  ]
  return listLines(columns, rows.length, style)
}

function meaning(durability: Durability | undefined): string {
  return DURABILITIES.find(([name]) => name === durability)?.[2] ?? ''
}

function hostHead({ standing, devices, host }: DirtyReport, style: SummaryStyle): readonly string[] {
  const device = deviceLines(devices, style)
  return [
    ...paragraph(origin(host).join(' · '), style.width),
    '',
    ...levelLines(standing, style),
    ...thresholdLines(standing, style),
    ...flusherLines(standing, style),
    '',
    ...(device.length === 0 ? [] : [...device, '']),
  ]
}

function hostFoot(report: DirtyReport, style: SummaryStyle): readonly string[] {
  return [
    ...missingSentences(report, style, style.palette.muted),
    ...(report.processes.length === 0 ? [] : ['']),
    ...totalSentences(report, style),
    ...reconciliationSentences(report, style),
    ...cacheSentences(report, style),
    ...deniedSentences(report, style),
  ]
}
