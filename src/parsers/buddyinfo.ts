import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'buddyinfo'
const ZONE = /^Node ([0-9]{1,5}), zone +([^ ]+)((?: +[0-9]+)+) *$/

/** Free memory of one zone, by the size of the blocks it lies in. */
export interface BuddyZone {
  readonly node: number
  /** `DMA`, `DMA32`, `Normal`, `Movable`, … */
  readonly zone: string
  /** How many free blocks of 2^i base pages there are, by i; as many as the kernel has orders. */
  readonly blocks: readonly number[]
}

/** Parses `/proc/buddyinfo`: mm/vmstat.c frag_show_print. Zones without pages are not printed. */
export function parseBuddyinfo(bytes: Uint8Array): readonly BuddyZone[] {
  return Array.from(lines(FILE, bytes), ({ number, text }) => {
    const [, node = '', zone = '', counts = ''] = ZONE.exec(text) ?? []
    const blocks = counts.trim().split(/ +/).map(safeCount)
    if (zone === '' || !blocks.every((count) => count !== null)) {
      throw new ParseError(FILE, number, '"Node N, zone NAME" and counts', text)
    }
    return { node: Number(node), zone, blocks }
  })
}
