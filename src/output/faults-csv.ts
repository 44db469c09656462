import type { Hotspot } from '../model/fault-attribution.ts'
import type { FaultSubject } from '../model/fault-comparison.ts'
import type { RunReport } from '../model/fault-figures.ts'
import type { FaultsReport } from '../model/faults-report.ts'
import { csvNumber, csvText } from './csv.ts'
import { displayText } from './sanitise.ts'

/** Columns of counters. */
export const COUNTER_COLUMNS = [
  'subject',
  'run',
  'warmup',
  'exit',
  'event',
  'modifiers',
  'value',
  'unit',
  'state',
  'source',
] as const
/** Columns of hot spots. */
export const HOTSPOT_COLUMNS = [
  'faults',
  'share',
  'major',
  'kind',
  'pages',
  'refaults',
  'key',
  'pid',
  'start',
  'end',
  'perms',
  'name',
  'symbol',
  'dso',
  'thread',
] as const

/**
 * Writes a report as CSV: the hot spots where faults were attributed, else every counter of every run, one a row. What
 * follows from the kernel's account and from several counters is in rows of its own. Unknown is an empty cell.
 */
export function writeFaultsCsv(report: FaultsReport, header: boolean, write: (text: string) => void): void {
  if (report.attribution !== null) {
    if (header) write(line(HOTSPOT_COLUMNS))
    for (const spot of report.attribution.hotspots) write(line(hotspotCells(spot)))
    return
  }
  if (header) write(line(COUNTER_COLUMNS))
  writeSubject(report, 'first', write)
  if (report.comparison !== null) writeSubject(report.comparison.after, 'second', write)
}

function writeSubject(subject: FaultSubject, name: string, write: (text: string) => void): void {
  subject.runs.forEach((run, index) => {
    const exit = run.run.exit.signal ?? String(run.run.exit.code ?? '')
    const head = [name, String(index + 1), run.run.warmup ? '1' : '0', exit]
    for (const cells of runRows(run)) write(line([...head, ...cells]))
  })
}

function runRows({ run, counters, accounting, derived }: RunReport): readonly (readonly string[])[] {
  const { kernel } = run
  const kernelRow = (event: string, value: number | null): readonly string[] => [
    event,
    '',
    cell(value),
    '',
    value === null ? 'not-counted' : 'counted',
    accounting.kernelSource ?? '',
  ]
  return [
    ...Object.entries(counters).map(([event, { modifiers, value, unit, state, source }]) => [
      event,
      modifiers,
      cell(value),
      unit,
      state,
      source,
    ]),
    kernelRow('kernel:minor', kernel?.minor ?? null),
    kernelRow('kernel:major', kernel?.major ?? null),
    ...Object.values(derived).map(({ id, value, unit, how, estimate }) => [
      id,
      '',
      cell(value),
      unit,
      value === null ? 'not-counted' : estimate ? 'estimate' : 'counted',
      how,
    ]),
    ['peak-rss', '', cell(run.peakRssBytes), 'bytes', run.peakRssBytes === null ? 'not-counted' : 'lower-bound', ''],
    ['wall', '', cell(run.wallMs), 'ms', 'counted', ''],
  ]
}

function hotspotCells({
  key,
  faults,
  share,
  major,
  kinds,
  pages,
  refaults,
  mapping,
  site,
  thread,
}: Hotspot): readonly string[] {
  const [kind = ''] = Object.keys(kinds)
  return [
    cell(faults),
    share.toFixed(6),
    cell(major),
    kind,
    cell(pages),
    cell(refaults),
    displayText(key),
    cell(mapping?.pid ?? null),
    mapping?.start ?? '',
    mapping?.end ?? '',
    mapping?.perms ?? '',
    displayText(mapping?.name ?? ''),
    displayText(site?.symbol ?? ''),
    displayText(site?.dso ?? ''),
    displayText(`${thread.comm} ${thread.pid}/${thread.tid}`),
  ]
}

function cell(value: number | null): string {
  return csvNumber(value ?? Number.NaN)
}

/** Numbers begin with no letter that `csvText` would take for a formula, but for `-`, and none here is negative. */
function line(cells: readonly string[]): string {
  return `${cells.map(csvText).join(',')}\n`
}
