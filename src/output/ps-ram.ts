import type { RamReport } from '../analysis/ps/ram.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { type ListColumn, writeList } from './column-writer.ts'
import type { Palette } from './palette.ts'
import { formatBytes, formatCount, formatPercent, integerText, UNKNOWN } from './units.ts'
import { shortenTail } from './width.ts'

/** How it is written. */
export interface RamStyle {
  readonly palette: Palette
  readonly bytes: boolean
  readonly width: number | null
}

interface Part {
  readonly name: string
  readonly bytes: number
  readonly note: string
}

/** Where the RAM of the host is: one line a part. */
export function ramLines(report: PsReport, ram: RamReport, style: RamStyle): readonly string[] {
  const size = (bytes: number): string => sizeText(bytes, style.bytes)
  const parts = [{ name: 'RAM', bytes: ram.total, note: '' }, ...partsOf(report, ram, size)]
  const column = (title: string, align: 'left' | 'right', cell: (part: Part) => string): ListColumn => ({
    title,
    align,
    shorten: shortenTail,
    cell: (row) => cell(parts[row] as Part),
  })
  const lines: string[] = []
  writeList(
    [
      column('', 'left', (part) => part.name),
      column('', 'right', (part) => size(part.bytes)),
      column('', 'right', (part) => (part.name === 'RAM' ? '' : formatPercent((100 * part.bytes) / ram.total))),
      column('', 'left', (part) => part.note),
    ],
    parts.length,
    { width: style.width, header: false, headerPaint: style.palette.heading },
    (text) => lines.push(text.slice(0, -1)),
  )
  const [head = '', ...rest] = lines
  return [style.palette.heading(head), ...rest, ...swapLines(ram, size)]
}

function partsOf(report: PsReport, ram: RamReport, size: (bytes: number) => string): readonly Part[] {
  const { kernel, tmpfs } = ram
  const unknownShmem = tmpfs.atLeast === tmpfs.atMost ? '' : ', some tmpfs and shared memory too'
  const optional: readonly Part[] = [
    {
      name: 'tmpfs, shared memory',
      bytes: tmpfs.atLeast,
      note: `mapped by no process${tmpfs.atLeast === tmpfs.atMost ? '' : `, ${size(tmpfs.atMost)} at most`}; leaves RAM only for swap`,
    },
    { name: 'huge page pools', bytes: ram.hugetlb.total, note: `${size(ram.hugetlb.free)} of the default size free` },
    { name: 'zswap', bytes: ram.zswap, note: 'what is swapped, compressed' },
  ]
  const [shmem, ...pools] = optional.map((part) => (part.bytes > 0 ? [part] : []))
  return [
    ...processParts(report, ram, size),
    ...(shmem ?? []),
    { name: 'page cache', bytes: ram.cache, note: `mapped by no process${unknownShmem}; ${size(ram.dirty)} dirty` },
    {
      name: 'kernel',
      bytes: kernel.total,
      note: `slab ${size(kernel.slab)} (${size(kernel.reclaimable)} reclaimable), page tables ${size(kernel.pageTables)}, stacks ${size(kernel.stacks)}`,
    },
    ...pools.flat(),
    { name: 'free', bytes: ram.free, note: `${size(ram.available)} available without swapping` },
    { name: 'other', bytes: ram.other, note: 'not itemised: drivers, vmalloc, network buffers' },
  ]
}

function processParts(report: PsReport, ram: RamReport, size: (bytes: number) => string): readonly Part[] {
  const { mapped } = ram
  const count = formatCount(report.processes.length)
  if (Number.isNaN(mapped.listed)) {
    return [{ name: 'processes', bytes: mapped.total, note: 'what they map, each page once: AnonPages + Mapped' }]
  }
  const { whole } = report
  const walked = formatCount(report.processes.filter((row) => row.walk.source !== null).length)
  return [
    {
      name: whole ? 'processes' : 'these processes',
      bytes: mapped.listed,
      note: walked === count ? `PSS of all ${count}` : `PSS of ${walked} of ${count}`,
    },
    { name: whole ? 'unattributed' : 'other processes', bytes: mapped.rest, note: restNote(report, ram, size) },
  ]
}

/** What page tables map beyond the PSS of the list. */
function restNote({ gaps, whole }: PsReport, { mapped }: RamReport, size: (bytes: number) => string): string {
  if (mapped.rest < 0) return 'processes changed while they were read'
  const unknown = gaps.denied.length + gaps.tooCostly.length + gaps.unread.length
  const theirs =
    unknown === 0 ? [] : [`${formatCount(unknown)} with PSS ${UNKNOWN}, RSS ${size(mapped.unwalked)} at most`]
  if (whole) return [...theirs, 'what changed meanwhile'].join('; ')
  return theirs.map((text) => `and of these ${text}`).join('')
}

function swapLines({ swap }: RamReport, size: (bytes: number) => string): readonly string[] {
  if (Number.isNaN(swap.total) || swap.total === 0) return []
  const listed = Number.isNaN(swap.listed)
    ? ''
    : `: processes ${size(swap.listed)}, shared memory, tmpfs and others ${size(Math.max(0, swap.used - swap.listed))}`
  return [`swap ${size(swap.used)} of ${size(swap.total)} used${swap.used === 0 ? '' : listed}`]
}

function sizeText(bytes: number, raw: boolean): string {
  return raw && !Number.isNaN(bytes) ? integerText(bytes) : formatBytes(bytes)
}
