import { eventMeaning } from '../analysis/thp/events.ts'
import type { ThpHostReport } from '../analysis/thp/host-report.ts'
import type { HugetlbPool } from '../model/hugetlb.ts'
import type { ListColumn } from './column-writer.ts'
import { fittingList } from './fitting-list.ts'
import { type NotedStyle, notedList } from './noted-list.ts'
import { displayText } from './sanitise.ts'
import { knobs } from './thp-knobs.ts'
import { sizeLines } from './thp-sizes.ts'
import { formatBytes, formatCount, formatMilliseconds, formatPercent } from './units.ts'
import { withFigures } from './with-figures.ts'
import { paragraph } from './wrap.ts'

/** How the host's part is written. */
export interface HostStyle extends NotedStyle {
  readonly bytes: boolean
}

/** The switches, and what each means in effect. */
export function knobLines(report: ThpHostReport, pageSize: number, style: HostStyle): readonly string[] {
  const { settings } = report
  if (settings === null) {
    return [style.palette.warning('no transparent huge pages: the kernel lacks them, or sysfs does not show them')]
  }
  const list = knobs(settings, pageSize)
  const columns: readonly ListColumn[] = [
    { title: 'SWITCH', align: 'left', cell: (row) => list[row]?.name ?? '' },
    { title: 'VALUE', align: 'left', cell: (row) => list[row]?.value ?? '' },
  ]
  const notes = list.map(({ meaning }) => meaning)
  const sizes = sizeLines(settings, style)
  return [...notedList(columns, notes, 'IN EFFECT', style), ...(sizes.length === 0 ? [] : ['', ...sizes])]
}

/** Where huge memory is, as the kernel counts it. */
export function meminfoLines({ meminfo, settings }: ThpHostReport, style: HostStyle): readonly string[] {
  const amount = (value: number): string => bytesText(value, style)
  const share = (part: number, whole: number): string =>
    whole > 0 && !Number.isNaN(part) ? ` (${formatPercent((part * 100) / whole)})` : ''
  const size =
    settings === null ? '' : ` · a huge page is ${formatBytes(settings.pmdSize)}${assumed(settings.pmdSizeSource)}`
  const anon = `anonymous ${amount(meminfo.anonHugePages)} huge of ${amount(meminfo.anonPages)}`
  const shmem = `shared ${amount(meminfo.shmemHugePages)} huge of ${amount(meminfo.shmem)}`
  const file = `files ${amount(meminfo.fileHugePages)} huge, ${amount(meminfo.filePmdMapped)} mapped so`
  return [
    ...paragraph(`${style.palette.strong(anon)}${share(meminfo.anonHugePages, meminfo.anonPages)}${size}`, style.width),
    ...paragraph(
      `${shmem}${share(meminfo.shmemHugePages, meminfo.shmem)}, ${amount(meminfo.shmemPmdMapped)} mapped so · ${file}`,
      style.width,
    ),
    ...paragraph(
      `hugetlb pools ${amount(meminfo.hugetlb)} of ${amount(meminfo.memTotal)} RAM${share(meminfo.hugetlb, meminfo.memTotal)}`,
      style.width,
    ),
  ]
}

/** The pools, in all and on each node where there are several. */
export function poolLines({ pools }: ThpHostReport, style: HostStyle): readonly string[] {
  const used = pools.filter(({ total, overcommit }) => total > 0 || (overcommit ?? 0) > 0)
  const empty = pools.filter((pool) => !used.includes(pool))
  const rows = used.flatMap(poolRows)
  const count = (name: PoolCount, title: string): ListColumn => ({
    title,
    align: 'right',
    cell: (row) => countCell(rows[row]?.[name]),
  })
  const all: readonly ListColumn[] = [
    { title: 'POOL', align: 'left', cell: (row) => rows[row]?.name ?? '' },
    count('total', 'TOTAL'),
    count('used', 'USED'),
    count('free', 'FREE'),
    count('reserved', 'RESERVED'),
    count('surplus', 'SURPLUS'),
    count('limit', 'MAY GROW BY'),
    { title: 'IDLE', align: 'right', cell: (row) => idleCell(rows[row], style) },
  ]
  const columns = withFigures(all, rows.length)
  const lines = [...fittingList(columns, rows.length, EXPENDABLE_POOL_COLUMNS, style)]
  if (empty.length > 0) {
    const names = empty.map(({ size }) => formatBytes(size)).join(', ')
    lines.push(...paragraph(`hugetlb pools without a page: ${names}`, style.width).map(style.palette.muted))
  }
  return lines
}

const EXPENDABLE_POOL_COLUMNS = ['SURPLUS', 'RESERVED', 'MAY GROW BY', 'USED']

type PoolCount = 'total' | 'used' | 'free' | 'reserved' | 'surplus' | 'limit'

interface PoolRow {
  readonly name: string
  readonly total: number
  readonly used: number
  readonly free: number
  /** `undefined`: not told by node. */
  readonly reserved: number | null | undefined
  readonly surplus: number | null
  readonly limit: number | null | undefined
  readonly idleBytes: number | undefined
}

function poolRows({
  size,
  total,
  free,
  reserved,
  surplus,
  overcommit,
  nodes,
  isDefault,
}: HugetlbPool): readonly PoolRow[] {
  const all: PoolRow = {
    name: `${formatBytes(size)}${isDefault === true ? ' (default)' : ''}`,
    total,
    used: total - free,
    free,
    reserved,
    surplus,
    limit: overcommit === null ? null : overcommit - (surplus ?? 0),
    idleBytes: reserved === null ? Number.NaN : (free - reserved) * size,
  }
  if (nodes.length < 2) return [all]
  const each = nodes.map((node) => ({
    name: `  node ${node.node}`,
    total: node.total,
    used: node.total - node.free,
    free: node.free,
    reserved: undefined,
    surplus: node.surplus,
    limit: undefined,
    idleBytes: undefined,
  }))
  return [all, ...each]
}

function countCell(count: number | null | undefined): string {
  return count === undefined || count === 0 ? '' : formatCount(count)
}

function idleCell(row: PoolRow | undefined, style: HostStyle): string {
  return row?.idleBytes === undefined || row.idleBytes === 0 ? '' : bytesText(row.idleBytes, style)
}

/** Counters that are not 0, with their rates. */
export function eventLines({ events }: ThpHostReport, style: HostStyle): readonly string[] {
  if (events.events.length === 0) return ['counters are unknown: /proc/vmstat could not be read']
  const shown = events.events.filter(({ total }) => total > 0)
  const never = events.events.length - shown.length
  const timed = events.intervalMs > 0
  const interval = formatMilliseconds(events.intervalMs)
  const columns: readonly ListColumn[] = [
    { title: 'EVENT', align: 'left', cell: (row) => displayText(shown[row]?.name ?? '') },
    { title: 'SINCE BOOT', align: 'right', cell: (row) => formatCount(shown[row]?.total ?? null) },
    ...(timed
      ? [{ title: 'A SECOND', align: 'right' as const, cell: (row: number) => rateCell(shown[row]?.perSecond) }]
      : []),
  ]
  const notes = shown.map(({ name }) => eventMeaning(name) ?? '')
  const said = timed ? `rates over ${interval}` : 'no rates: --interval 0'
  return [
    ...(shown.length === 0 ? [] : notedList(columns, notes, 'ONE MORE MEANS', style)),
    style.palette.muted(`${said}; ${formatCount(never)} further counters are 0`),
  ]
}

function rateCell(perSecond: number | undefined): string {
  if (perSecond === undefined || perSecond === 0) return ''
  return perSecond < 9.95 ? perSecond.toFixed(1) : formatCount(perSecond)
}

/** How much of the free memory huge pages fit into. */
export function fragmentationLines({ fragmentation }: ThpHostReport, style: HostStyle): readonly string[] {
  if (fragmentation === null) return ['free memory by block size is unknown: /proc/buddyinfo could not be read']
  const { free, freeHuge, unusable, block, zones } = fragmentation
  const share = formatPercent((1 - unusable) * 100)
  const nodes = new Set(zones.map(({ node }) => node))
  const byNode = [...nodes].map((node) => {
    const own = zones.filter((zone) => zone.node === node)
    return `node ${node} ${bytesText(
      own.reduce((sum, zone) => sum + zone.freeHuge, 0),
      style,
    )}`
  })
  const each = nodes.size < 2 ? '' : ` (${byNode.join(', ')})`
  return paragraph(
    `free ${bytesText(free, style)}, of which ${share} (${bytesText(freeHuge, style)}) in blocks of ${formatBytes(block)} and more${each}: ` +
      'so much can be huge at once, the rest after compaction',
    style.width,
  )
}

export function bytesText(bytes: number, { bytes: raw }: { readonly bytes: boolean }): string {
  return raw && !Number.isNaN(bytes) ? String(bytes) : formatBytes(bytes)
}

function assumed(source: 'sysfs' | 'assumed'): string {
  return source === 'assumed' ? ' (assumed: this kernel does not say)' : ''
}
