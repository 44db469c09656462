import type { Gap, GapReport } from '../analysis/gaps.ts'
import type { AddressAnswer, MapsReport } from '../analysis/maps-report.ts'
import { hexJson, type SplitAddress, splitJson } from '../model/address.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount } from './units.ts'

/** How many of the gaps are listed, largest first; the rest is in the JSON. */
const LISTED = 10

/** The holes of the address space: the largest ones and what they amount to. */
export function gapLines(report: MapsReport, gaps: GapReport): readonly string[] {
  if (gaps.largest === null) return ['', 'gaps: none between the mappings']
  const share =
    gaps.fragmentation === null ? '' : `, ${((1 - gaps.fragmentation) * 100).toFixed(1)} % of it in the largest`
  const largest = [...gaps.gaps].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, LISTED)
  return [
    '',
    `gaps: ${formatCount(gaps.gaps.length)} between mappings, ${formatBytes(gaps.total)} in all, ` +
      `largest ${formatBytes(sizeOf(gaps.largest))}${share}`,
    ...largest.map((gap) => `  ${gapText(gap)}  above ${nameOf(report, gap.below)}`),
  ]
}

/** What an address belongs to, and how far its neighbours are. */
export function neighbourLines(report: MapsReport, answer: AddressAnswer): readonly string[] {
  const { row, below, above } = answer.place
  const address = splitJson(answer.address)
  if (row === null) return [`${address} is in no mapping`, ...besideGap(report, answer), '']
  const lines = [`${address} is in ${nameOf(report, row)}${offsetText(report, row, answer.address)}`]
  if (below !== null) lines.push(distance(report, below, row))
  if (above !== null) lines.push(distance(report, row, above))
  return [...lines, '']
}

function besideGap(report: MapsReport, { address, place }: AddressAnswer): readonly string[] {
  const { below, above } = place
  const { table } = report
  const lines: string[] = []
  if (below !== null) {
    const away = address.page - (table.end[below] as number) + address.low
    lines.push(`  ${formatBytes(away)} above the end of ${nameOf(report, below)}`)
  }
  if (above !== null) {
    const away = (table.start[above] as number) - address.page - address.low
    lines.push(`  ${formatBytes(away)} below the start of ${nameOf(report, above)}`)
  }
  return lines
}

/** How far into a mapping an address is, and where in the file. */
function offsetText({ table }: MapsReport, row: number, { page, low }: SplitAddress): string {
  const inside = page - (table.start[row] as number)
  const offset = table.offset.at(row) + inside
  const file = table.hasInode(row) ? `, file offset ${splitJson({ page: offset, low })}` : ''
  return ` at +${splitJson({ page: inside, low })}${file}`
}

function distance(report: MapsReport, below: number, above: number): string {
  const gap = (report.table.start[above] as number) - (report.table.end[below] as number)
  const what = gap === 0 ? 'adjacent, no gap' : `gap of ${formatBytes(gap)}`
  return `  ${what} between ${nameOf(report, below)} and ${nameOf(report, above)}`
}

function nameOf(report: MapsReport, row: number): string {
  const name = report.table.nameOf(row)
  return name === ''
    ? `${report.classes.kind(row)} memory at ${hexJson(report.table.start[row] as number)}`
    : displayText(name)
}

function gapText(gap: Gap): string {
  return `${hexJson(gap.start)}-${hexJson(gap.end)}  ${formatBytes(sizeOf(gap)).padStart(9)}`
}

function sizeOf(gap: Gap): number {
  return gap.end - gap.start
}
