import type { Attribution, FaultKind, Hotspot, LeadingSpot } from '../model/faults-report.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import { mappingText } from './faults-advice.ts'
import { formatShare } from './faults-figures.ts'
import type { FaultsStyle } from './faults-summary.ts'
import { wrap } from './faults-summary.ts'
import { displayText } from './sanitise.ts'
import { sparkline } from './sparkline.ts'
import { formatBytes, formatCount } from './units.ts'
import { shortenMiddle } from './width.ts'

/** Sentences above the table. */
const SENTENCES = 3
/** Room for the name of a mapping, beside the figures and the code. */
const NARROW = 90
const MEDIUM = 130
const TIME_COLUMNS = 60

const KIND_TEXT: Readonly<Record<FaultKind, string>> = {
  'first-touch': 'first touch',
  file: 'map-in',
  shared: 'first touch',
  text: 'code fetch',
  cow: 'copy-on-write',
  dirty: 'first write (dirty tracking)',
  'swap-in': 'swap-in',
  stack: 'growth',
  huge: 'huge page',
  kernel: 'access by the kernel',
  unknown: 'unknown access',
}

/** Where the faults are: sentences, then the table. */
export function attributionLines(attribution: Attribution, style: FaultsStyle): readonly string[] {
  if (style.quiet) return tableLines(attribution, style)
  const { samples, period, lost } = attribution
  const measured = [
    `${formatCount(samples)} samples`,
    period === 1 ? 'every fault' : `every ${formatCount(period)}th`,
    `${formatCount(lost)} lost`,
    ...(attribution.userOnly ? ['user mode only'] : []),
    `recorded ${formatBytes(attribution.recordingBytes)}`,
  ]
  const sentences = attribution.leading.slice(0, SENTENCES).map((spot) => sentence(spot, attribution))
  return [
    style.palette.muted(measured.join(' · ')),
    ...sentences.flatMap((text) => wrap(text, style.width, '  ')),
    '',
    ...tableLines(attribution, style),
  ]
}

/** `41 % of 11,953 faults: first touch of [heap], from __memset_evex_unaligned_erms (libc.so.6)`. */
function sentence(spot: LeadingSpot, { faults, period }: Attribution): string {
  const about = period === 1 ? '' : '≈ '
  const major = spot.major === null || spot.major === 0 ? '' : `, ${formatCount(spot.major)} of them major`
  const from = spot.symbol === null && spot.dso === null ? '' : `, from ${codeText(spot)}`
  return `${about}${formatShare(spot.share)} of ${formatCount(faults)} faults: ${KIND_TEXT[spot.kind]} of ${whereText(spot)}${from}${major}`
}

function whereText({ mapping, name, mappings }: LeadingSpot): string {
  if (mapping !== null) return mappingText(mapping)
  if (name === null) return 'memory of which no mapping was seen'
  return `${name === '' ? 'anonymous memory' : displayText(name)} in ${formatCount(mappings)} mappings`
}

function codeText({ symbol, dso }: { readonly symbol: string | null; readonly dso: string | null }): string {
  const file = dso === null ? '' : displayText(dso.slice(dso.lastIndexOf('/') + 1))
  if (symbol === null) return file === '' ? '?' : file
  return file === '' ? displayText(symbol) : `${displayText(symbol)} (${file})`
}

function tableLines(attribution: Attribution, style: FaultsStyle): readonly string[] {
  const { hotspots, groups, by } = attribution
  const lines: string[] = []
  const columns = columnsOf(attribution, style)
  writeList(
    columns,
    hotspots.length,
    { width: style.width, header: true, headerPaint: style.palette.heading },
    (text) => lines.push(text.trimEnd()),
  )
  if (groups > hotspots.length) lines.push(style.palette.muted(`… and ${formatCount(groups - hotspots.length)} more`))
  if (by === 'time' && hotspots.length > 1) lines.push(`faults over time  ${timeline(hotspots)}`)
  return lines
}

function timeline(hotspots: readonly Hotspot[]): string {
  return sparkline(
    hotspots.map(({ faults }) => faults),
    TIME_COLUMNS,
  )
}

function columnsOf({ hotspots, by, period }: Attribution, { width }: FaultsStyle): readonly ListColumn[] {
  const narrow = width !== null && width < NARROW
  const medium = width !== null && width < MEDIUM
  const about = period === 1 ? '' : '≈'
  const column = (title: string, align: ListColumn['align'], cell: (spot: Hotspot) => string): ListColumn => ({
    title,
    align,
    cell: (row) => cell(hotspots[row] as Hotspot),
  })
  const room = narrow ? 20 : medium ? 28 : 56
  const key = column(by.toUpperCase(), 'left', (spot) => cut(displayText(keyText(spot)), width === null ? null : room))
  return [
    column('FAULTS', 'right', ({ faults }) => about + formatCount(faults)),
    column('%', 'right', ({ share }) => formatShare(share).replace(' %', '')),
    ...(hotspots.some(({ major }) => (major ?? 0) > 0)
      ? [column('MAJOR', 'right', ({ major }) => formatCount(major))]
      : []),
    ...(by === 'kind' ? [] : [column('KIND', 'left', ({ kinds }) => Object.keys(kinds)[0] ?? '')]),
    ...(narrow
      ? []
      : [
          column('PAGES', 'right', ({ pages }) => formatCount(pages)),
          column('AGAIN', 'right', ({ refaults }) => (refaults === 0 ? '' : formatCount(refaults))),
        ]),
    ...(by === 'symbol' ? [] : [key]),
    ...(by === 'mapping' && !narrow ? mappingColumns(column) : []),
    column(by === 'symbol' ? 'SYMBOL' : 'CODE', 'left', ({ site }) => (site === null ? '' : codeText(site))),
  ]
}

function mappingColumns(
  column: (title: string, align: ListColumn['align'], cell: (spot: Hotspot) => string) => ListColumn,
): readonly ListColumn[] {
  return [
    column('SIZE', 'right', ({ mapping }) => (mapping === null ? '' : formatBytes(mapping.size))),
    column('PERMS', 'left', ({ mapping }) => mapping?.perms ?? ''),
    column('PID', 'right', ({ mapping }) => (mapping === null ? '' : String(mapping.pid))),
  ]
}

function keyText({ key, mapping }: Hotspot): string {
  return mapping !== null && mapping.name === '' && key === 'anonymous' ? `anonymous ${mapping.start}` : key
}

function cut(text: string, width: number | null): string {
  return width === null ? text : shortenMiddle(text, width)
}
