import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** What of a memory zone decides how many of its pages the kernel keeps for itself. All in pages. */
export interface Zone {
  readonly node: number
  /** `DMA`, `DMA32`, `Normal`, `HighMem`, `Movable`, `Device`. */
  readonly name: string
  /** The high watermark, with `boost` in it. */
  readonly high: number
  /** What the watermarks are raised by for now; 0 on kernels before 5.0, which had none. */
  readonly boost: number
  /** Pages that the page allocator has. */
  readonly managed: number
  /** `lowmem_reserve`: pages kept back from allocations that could use each higher zone. */
  readonly protection: readonly number[]
}

const FILE = 'zoneinfo'
const HEAD = /^Node ([0-9]{1,10}), zone +([^ ]+)$/
/** Lines that count; those of the per-CPU page lists have a colon, so that `high: 0` is not the watermark. */
const FIGURE = /^ +(high|boost|managed) +([0-9]+)$/
const PROTECTION = /^ +protection: \(([0-9]+(?:, [0-9]+)*)\)$/

/** Parses `/proc/zoneinfo`: mm/vmstat.c zoneinfo_show_print, in the kernel's order. */
export function parseZoneinfo(bytes: Uint8Array): readonly Zone[] {
  const zones: { -readonly [Key in keyof Zone]?: Zone[Key] }[] = []
  for (const { number, text } of lines(FILE, bytes)) {
    const head = HEAD.exec(text)
    if (head !== null) {
      zones.push({ node: Number(head[1]), name: head[2] ?? '' })
      continue
    }
    const zone = zones.at(-1)
    if (zone === undefined) throw new ParseError(FILE, number, 'a line "Node 0, zone …"', text)
    const [, key, digits = ''] = FIGURE.exec(text) ?? []
    const count = safeCount(digits)
    if ((key === 'high' || key === 'boost' || key === 'managed') && count !== null) zone[key] = count
    const pages = PROTECTION.exec(text)?.[1]?.split(', ').map(safeCount)
    if (pages?.includes(null)) throw new ParseError(FILE, number, 'counts of pages', text)
    if (pages !== undefined) zone.protection = pages.map(Number)
  }
  if (zones.length === 0) throw new ParseError(FILE, 0, 'at least one zone')
  return zones.map(whole)
}

function whole(zone: Partial<Zone>): Zone {
  const { node, name, high, boost = 0, managed, protection } = zone
  if (node === undefined || name === undefined || high === undefined || managed === undefined) {
    throw new ParseError(FILE, 0, `"high" and "managed" of zone ${name}`)
  }
  if (protection === undefined) throw new ParseError(FILE, 0, `"protection" of zone ${name}`)
  return { node, name, high, boost, managed, protection }
}
