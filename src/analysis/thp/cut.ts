import type { MappingTable } from '../../model/mapping-table.ts'

/**
 * Bytes of a mapping in blocks of a huge page's size that it shares with other parts of the same memory: a munmap, an
 * mprotect or another advice has divided what could be one huge page.
 *
 * The same memory is told by name, inode and neighbourhood: private areas without a file that leave less than half of
 * the block empty, and reach over both of its ends.
 */
export function cutBytes(table: MappingTable, row: number, block: number): number {
  if (table.hasInode(row)) return 0
  const start = table.start[row] as number
  const end = table.end[row] as number
  const first = Math.floor(start / block) * block
  const last = Math.ceil(end / block) * block
  let cut = 0
  if (first < start && isDivided(table, row, first, block)) cut += Math.min(end, first + block) - start
  const lastBlock = last - block
  if (last > end && (lastBlock > first || first === start) && isDivided(table, row, lastBlock, block)) {
    cut += end - Math.max(start, lastBlock)
  }
  return cut
}

/** Whether several parts of the same memory cover most of a block, up to its ends and over them. */
function isDivided(table: MappingTable, row: number, from: number, block: number): boolean {
  const to = from + block
  const inside = relatedRows(table, row, from, to)
  if (inside.length < 2) return false
  const covered = inside.reduce((sum, each) => sum + overlap(table, each, from, to), 0)
  const reaches =
    (table.start[inside[0] as number] as number) <= from && (table.end[inside.at(-1) as number] as number) >= to
  return reaches && covered > block / 2
}

/** Rows of the same memory that lie in [from, to), in order; none when something else lies between them. */
function relatedRows(table: MappingTable, row: number, from: number, to: number): readonly number[] {
  let first = row
  while (first > 0 && (table.end[first - 1] as number) > from) first--
  const rows: number[] = []
  for (let each = first; each < table.length && (table.start[each] as number) < to; each++) {
    if (table.hasInode(each) || table.name[each] !== table.name[row]) return []
    rows.push(each)
  }
  return rows
}

function overlap(table: MappingTable, row: number, from: number, to: number): number {
  return Math.min(table.end[row] as number, to) - Math.max(table.start[row] as number, from)
}
