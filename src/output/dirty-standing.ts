import type { Phase, Standing } from '../analysis/dirty/standing.ts'
import type { ThresholdSetting } from '../analysis/dirty/thresholds.ts'
import type { WritebackDevice } from '../collectors/writeback-devices.ts'
import { type ListColumn, widthBefore, writeList } from './column-writer.ts'
import { sentence } from './dirty-sentences.ts'
import type { SummaryStyle } from './maps-summary.ts'
import type { Paint } from './palette.ts'
import { recordText } from './record-table.ts'
import { displayText } from './sanitise.ts'
import { formatPercent, integerText, UNKNOWN } from './units.ts'
import { displayWidth } from './width.ts'

/** The files that the formula needs are not read at one moment, so that it may be this far off. */
const AGREES = 0.01

/** What happens in each phase, as a clause. */
const PHASES: Readonly<Record<Phase, string>> = {
  idle: 'below every threshold',
  flushing: 'above the background threshold: the flusher is writing',
  throttled: 'writers are being slowed: above the ceiling up to which they run free',
  held: 'writers are held to the speed of their devices: above the limit',
  unknown: 'where that stands is not known: neither vmstat nor the formula gives thresholds',
}

/** Dirty memory of the host. */
export function levelLines(standing: Standing, style: SummaryStyle): readonly string[] {
  return sentence(levelText(standing, style), style, paintOf(standing, style))
}

/** The host in the report on a process. */
export function hostLines(standing: Standing, style: SummaryStyle): readonly string[] {
  const { freeRun, throttleShare } = standing
  const near = Number.isNaN(freeRun)
    ? ''
    : ` (${formatPercent(throttleShare * 100)} of the ${amountText(freeRun, style)} up to which writers run free)`
  return [
    ...sentence(`host: ${levelText(standing, style)}${near}`, style, paintOf(standing, style)),
    ...sentence(flusherText(standing), style),
  ]
}

function levelText({ dirty, writeback, phase }: Standing, style: SummaryStyle): string {
  return `dirty ${amountText(dirty, style)} + being written ${amountText(writeback, style)}: ${PHASES[phase]}`
}

function paintOf({ phase }: Standing, { palette }: SummaryStyle): Paint | undefined {
  return phase === 'idle' ? undefined : palette.warning
}

/** The thresholds, how near they are, and what sets them. */
export function thresholdLines(standing: Standing, style: SummaryStyle): readonly string[] {
  const { thresholds, freeRun, dirty, writeback, ruling } = standing
  if (thresholds === null) return []
  const total = dirty + writeback
  const rows = [
    {
      name: 'background',
      at: thresholds.background,
      used: dirty,
      set: settingText(ruling.background, style),
      above: 'the flusher writes until it is below',
    },
    {
      name: 'free run',
      at: freeRun,
      used: total,
      set: 'half way between',
      above: 'writers are made to sleep, up to 200 ms at a time',
    },
    {
      name: 'limit',
      at: thresholds.limit,
      used: total,
      set: settingText(ruling.limit, style),
      above: 'writers get no faster than the device',
    },
  ]
  const columns: ListColumn[] = [
    { title: 'THRESHOLD', align: 'left', cell: (row) => rows[row]?.name ?? '' },
    { title: 'AT', align: 'right', cell: (row) => amountText(rows[row]?.at ?? Number.NaN, style) },
    { title: 'REACHED', align: 'right', cell: (row) => formatPercent(shareOf(rows[row])) },
    { title: 'SET BY', align: 'left', cell: (row) => rows[row]?.set ?? '' },
    { title: 'ABOVE IT', align: 'left', cell: (row) => rows[row]?.above ?? '' },
  ]
  return listLines(columns, rows.length, style)
}

function shareOf(row: { readonly at: number; readonly used: number } | undefined): number {
  return row === undefined ? Number.NaN : (row.used / row.at) * 100
}

function settingText(setting: ThresholdSetting | null, style: SummaryStyle): string {
  if (setting === null) return UNKNOWN
  const value = 'bytes' in setting ? amountText(setting.bytes, style) : `${setting.percent} %`
  return `vm.${setting.name} ${value}`
}

/** When the flusher writes without a threshold, and where the thresholds are from. */
export function flusherLines(standing: Standing, style: SummaryStyle): readonly string[] {
  const laptop = standing.settings.laptopMode ?? 0
  return [
    ...sentence(flusherText(standing), style),
    ...(laptop === 0 ? [] : sentence('laptop mode is on: the flusher may wait for the higher threshold', style)),
    ...sentence(sourceText(standing, style), style),
  ]
}

function flusherText({ flusher }: Standing): string {
  const { interval, expire, worstAge } = flusher
  if (worstAge === null) {
    return 'flusher: never wakes by itself (vm.dirty_writeback_centisecs 0): data stays dirty until a threshold, a sync or a lack of memory'
  }
  if (Number.isNaN(worstAge)) return 'flusher: its settings could not be read'
  const rounds = `wakes every ${seconds(interval ?? 0)} and writes what has been dirty for ${seconds(expire)}`
  return `flusher: ${rounds}; what is stored now is on its way in about ${seconds(worstAge)}`
}

function sourceText({ source, computed, deviation }: Standing, style: SummaryStyle): string {
  if (source === null) return 'thresholds: unknown'
  if (computed === null) return 'thresholds: the kernel’s own (vmstat)'
  const from = `${amountText(computed.dirtyable, style)} that may become dirty`
  if (source === 'formula') return `thresholds: by the kernel’s formula from ${from}, since vmstat does not print them`
  if (deviation < AGREES) return `thresholds: the kernel’s own (vmstat); its formula gives the same from ${from}`
  const apart = `${formatPercent(deviation * 100)} apart`
  return `thresholds: the kernel’s own (vmstat); its formula gives others from ${from}, ${apart}: this meminfo may not be the kernel’s own`
}

/** The devices that have something to write, or are not left to the usual limits. */
export function deviceLines(devices: readonly WritebackDevice[], style: SummaryStyle): readonly string[] {
  const rows = devices.filter(({ stats }) => stats !== null)
  if (rows.length === 0) return []
  const figure = (value: (device: WritebackDevice) => number | null | undefined) => (row: number) => {
    const device = rows[row]
    const bytes = device === undefined ? null : (value(device) ?? null)
    return bytes === 0 && !style.bytes ? '' : amountText(bytes ?? Number.NaN, style)
  }
  const columns: ListColumn[] = [
    { title: 'DEVICE', align: 'left', cell: (row) => deviceName(rows[row]) },
    { title: 'DIRTY', align: 'right', cell: figure(({ stats }) => stats?.reclaimable) },
    { title: 'WRITEBACK', align: 'right', cell: figure(({ stats }) => stats?.writeback) },
    { title: 'ITS LIMIT', align: 'right', cell: figure(({ stats }) => stats?.dirtyThresh) },
    { title: 'WRITES/S', align: 'right', cell: figure(({ stats }) => stats?.writeBandwidth) },
    { title: 'MOUNTED ON', align: 'left', cell: (row) => mountText(rows[row]) },
  ]
  return listLines(columns, rows.length, style)
}

function deviceName(device: WritebackDevice | undefined): string {
  if (device === undefined) return ''
  return displayText(device.disk === null ? device.bdi : `${device.disk} (${device.bdi})`)
}

function mountText(device: WritebackDevice | undefined): string {
  const [first, ...more] = device?.mountPoints ?? []
  const limits = [
    ...(device?.strictLimit === true ? ['strict limit'] : []),
    ...((device?.maxRatio ?? 100) < 100 ? [`at most ${device?.maxRatio} % of the limit`] : []),
    ...((device?.minRatio ?? 0) > 0 ? [`at least ${device?.minRatio} %`] : []),
  ]
  const mounts = first === undefined ? '' : displayText(first) + (more.length > 0 ? ` and ${more.length} more` : '')
  return [...(mounts === '' ? [] : [mounts]), ...limits].join('; ')
}

/** The lines of a short listing; its last column is left out where it would be cut: half a sentence says nothing. */
export function listLines(columns: readonly ListColumn[], rows: number, style: SummaryStyle): readonly string[] {
  const lines: string[] = []
  const layout = { width: null, header: true, headerPaint: style.palette.heading }
  writeList(dropUnfit(columns, rows, style), rows, layout, (text) => lines.push(text.slice(0, -1)))
  return lines
}

function dropUnfit(columns: readonly ListColumn[], rows: number, { width }: SummaryStyle): readonly ListColumn[] {
  const last = columns.at(-1)
  if (width === null || last === undefined) return columns
  const longest = Math.max(
    displayWidth(last.title),
    ...Array.from({ length: rows }, (_, row) => displayWidth(last.cell(row))),
  )
  return widthBefore(columns, rows) + longest <= width ? columns : columns.slice(0, -1)
}

/** Bytes as this style has them. */
export function amountText(bytes: number, style: Pick<SummaryStyle, 'bytes'>): string {
  return recordText({ unit: 'bytes' }, bytes, style.bytes)
}

function seconds(count: number): string {
  return `${integerText(Math.round(count * 100) / 100)} s`
}
