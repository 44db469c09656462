import type { Attribution, FaultKind, Hotspot, LeadingSpot } from '../model/fault-attribution.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import { mappingText, programText } from './faults-advice.ts'
import { formatShare, ordinal } from './faults-figures.ts'
import type { FaultsStyle } from './faults-summary.ts'
import { displayText } from './sanitise.ts'
import { sparkline } from './sparkline.ts'
import { counted, formatBytes, formatCount } from './units.ts'
import { shortenMiddle } from './width.ts'
import { paragraph } from './wrap.ts'

/** Sentences above the table. */
const SENTENCES = 3
const WORTH_A_SENTENCE = 0.05
/** What has so much of a row is all of it, for a person. */
const NEARLY_ALL = 0.95
/** Programs that are named. */
const PROGRAMS = 5
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
  returned: 'return of pages',
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
    counted(samples, 'sample'),
    period === 1 ? 'every fault' : `every ${ordinal(period)}`,
    `${formatCount(lost)} lost`,
    ...(attribution.userOnly ? ['user mode only'] : []),
    `recorded ${formatBytes(attribution.recordingBytes)}`,
  ]
  const sentences = attribution.leading
    .slice(0, SENTENCES)
    .filter(({ share }, index) => index === 0 || share >= WORTH_A_SENTENCE)
    .map((spot) => sentence(spot, attribution))
  return [
    style.palette.muted(measured.join(' · ')),
    ...programLines(attribution, style),
    ...sentences.flatMap((text) => paragraph(text, style.width)),
    '',
    ...tableLines(attribution, style),
  ]
}

/** Of several programs, whose faults they are: a launcher's may be most of them. */
function programLines({ programs }: Attribution, { width, palette }: FaultsStyle): readonly string[] {
  if (programs.length < 2) return []
  const shown = programs.slice(0, PROGRAMS).map(({ comm, share, executed }) => {
    const times = executed === 1 ? '' : ` (${formatCount(executed)} times)`
    return `${displayText(comm)} ${formatShare(share)}${times}`
  })
  const rest = programs.length - shown.length
  const more = rest === 0 ? [] : [`${formatCount(rest)} more`]
  return paragraph(`programs: ${[...shown, ...more].join(', ')}`, width).map(palette.muted)
}

/** `41 % of 11,953 faults: first touch of [heap], from __memset_evex_unaligned_erms (libc.so.6)`. */
function sentence(spot: LeadingSpot, { faults, period, programs }: Attribution): string {
  const about = period === 1 ? '' : '≈ '
  const major = spot.major === null || spot.major === 0 ? '' : `, ${formatCount(spot.major)} of them major`
  const from = spot.symbol === null && spot.dso === null ? '' : `, from ${codeText(spot)}`
  const whose = programs.length > 1 ? ` in ${programText(spot.program)}` : ''
  return `${about}${formatShare(spot.share)} of ${counted(faults, 'fault')}: ${KIND_TEXT[spot.kind]} of ${whereText(spot)}${whose}${from}${major}`
}

function whereText({ mapping, name, mappings }: LeadingSpot): string {
  if (mapping !== null) return mappingText(mapping)
  if (mappings === 0) return 'memory of which no mapping was seen'
  if (name === null) return `${formatCount(mappings)} mappings of several names`
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

/** Stretches without faults have no row, but their time passed. */
function timeline(hotspots: readonly Hotspot[]): string {
  const faults: number[] = []
  for (const { faults: count, time } of hotspots) {
    if (time === null) continue
    const index = Math.round(time.fromMs / (time.toMs - time.fromMs))
    while (faults.length < index) faults.push(0)
    faults.push(count)
  }
  return sparkline(faults, TIME_COLUMNS)
}

function columnsOf({ hotspots, by, period, programs }: Attribution, { width }: FaultsStyle): readonly ListColumn[] {
  const narrow = width !== null && width < NARROW
  const medium = width !== null && width < MEDIUM
  const about = period === 1 ? '' : '≈'
  // Of a sampled recording only the pages of the samples are known.
  const least = period === 1 ? '' : '≥'
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
    ...(by === 'kind' ? [] : [column('KIND', 'left', mainKind)]),
    ...(narrow
      ? []
      : [
          column('PAGES', 'right', ({ pages }) => least + formatCount(pages)),
          column('AGAIN', 'right', ({ refaults }) => (refaults === 0 ? '' : least + formatCount(refaults))),
        ]),
    ...(by === 'symbol' ? [] : [key]),
    ...(by === 'mapping' && !narrow ? mappingColumns(column, programs.length > 1) : []),
    column(by === 'symbol' ? 'SYMBOL' : 'CODE', 'left', (spot) => mainCode(spot, !medium)),
  ]
}

/** The kind that most of a row is of, with its share where there are others. */
function mainKind({ kinds, faults }: Hotspot): string {
  const [main] = Object.entries(kinds)
  return main === undefined ? '' : `${main[0]}${partOf(main[1], faults)}`
}

/** The code that took most of a row, with its share where there is other code. */
function mainCode({ site, faults }: Hotspot, withFile: boolean): string {
  if (site === null) return ''
  const code = withFile || site.symbol === null ? codeText(site) : displayText(site.symbol)
  return `${code}${partOf(site.faults, faults)}`
}

function partOf(part: number, whole: number): string {
  return part >= NEARLY_ALL * whole ? '' : ` ${formatShare(part / whole)}`
}

function mappingColumns(
  column: (title: string, align: ListColumn['align'], cell: (spot: Hotspot) => string) => ListColumn,
  several: boolean,
): readonly ListColumn[] {
  return [
    column('SIZE', 'right', ({ mapping }) => (mapping === null ? '' : formatBytes(mapping.size))),
    column('PERMS', 'left', ({ mapping }) => mapping?.perms ?? ''),
    several
      ? column('PROCESS', 'left', ({ mapping }) =>
          mapping === null ? '' : `${displayText(mapping.comm)} ${mapping.pid}`,
        )
      : column('PID', 'right', ({ mapping }) => (mapping === null ? '' : String(mapping.pid))),
  ]
}

function keyText({ key, mapping }: Hotspot): string {
  return mapping !== null && mapping.name === '' && key === 'anonymous' ? `anonymous ${mapping.start}` : key
}

function cut(text: string, width: number | null): string {
  return width === null ? text : shortenMiddle(text, width)
}
