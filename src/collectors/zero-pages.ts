import type { Refusal } from '../model/provenance.ts'
import { isPresent } from '../parsers/pagemap.ts'
import { halvesOf, WORD_BYTES } from '../parsers/words.ts'
import type { FileTree, OpenFile } from '../sources/file-tree.ts'
import { openFile } from './reading.ts'

/** What a sample of memory showed; only whether pages are all zeros is looked at, nothing is kept. */
export interface ZeroSample {
  /** Blocks of a huge page's size that were read, evenly spaced over those that are wholly resident. */
  readonly blocks: number
  /** Wholly resident blocks that there were to choose from, of at most 8192 that were looked up. */
  readonly candidates: number
  /** Base pages in the sample, and those of them that hold nothing but zeros. */
  readonly pages: number
  readonly zeroPages: number
}

/** So many blocks are read: at 2 MiB 128 MiB, some tens of milliseconds. */
const MOST_BLOCKS = 64
/** So many are looked up in pagemap to choose from. */
const MOST_LOOKED_UP = 8192

/**
 * Reads a sample of a process's memory and counts pages of zeros: what was never written in a huge page, or was
 * cleared. It is what the kernel's own shrinker of underused huge pages looks for. Needs the right to trace the process.
 *
 * @param ranges Mappings that have huge pages.
 */
export function sampleZeroPages(
  tree: FileTree,
  ranges: readonly { readonly start: number; readonly end: number }[],
  sizes: { readonly block: number; readonly pageSize: number },
): ZeroSample | Refusal {
  const pagemap = openFile(tree, 'pagemap')
  if (!pagemap.ok) return pagemap.refusal
  using map = pagemap.value
  const memory = openFile(tree, 'mem')
  if (!memory.ok) return memory.refusal
  using bytes = memory.value
  const all = ranges.flatMap((range) => blocksOf(range, sizes.block))
  const resident = residentBlocks(map, evenlySpaced(all, MOST_LOOKED_UP), sizes)
  const chosen = evenlySpaced(resident, MOST_BLOCKS)
  const buffer = Buffer.allocUnsafe(sizes.block)
  let blocks = 0
  let zeroPages = 0
  for (const start of chosen) {
    const read = bytes.readAt(start, buffer)
    if (!read.ok || read.value < sizes.block) continue
    blocks++
    zeroPages += countZeroPages(buffer, sizes.pageSize)
  }
  return { blocks, candidates: resident.length, pages: (blocks * sizes.block) / sizes.pageSize, zeroPages }
}

function blocksOf({ start, end }: { readonly start: number; readonly end: number }, block: number): readonly number[] {
  const first = Math.ceil(start / block) * block
  return Array.from({ length: Math.max(0, Math.floor((end - first) / block)) }, (_, index) => first + index * block)
}

function residentBlocks(
  map: OpenFile,
  starts: readonly number[],
  { block, pageSize }: { readonly block: number; readonly pageSize: number },
): readonly number[] {
  const pages = block / pageSize
  const words = new Uint8Array(pages * WORD_BYTES)
  return starts.filter((start) => {
    const read = map.readAt((start / pageSize) * WORD_BYTES, words)
    if (!read.ok || read.value < words.length) return false
    const halves = halvesOf(words)
    let present = 0
    while (present < pages && isPresent(halves, present)) present++
    return present === pages
  })
}

function evenlySpaced(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values
  return Array.from({ length: most }, (_, index) => values[Math.floor((index * values.length) / most)] as number)
}

function countZeroPages(buffer: Buffer, pageSize: number): number {
  const zeros = Buffer.alloc(pageSize)
  let count = 0
  for (let at = 0; at < buffer.length; at += pageSize) {
    if (zeros.compare(buffer, at, at + pageSize) === 0) count++
  }
  return count
}
