import type { FolioCounts, FolioSize } from '../../model/folios.ts'

/** Adds the folios of several mappings up. */
export function sumFolios(counts: readonly FolioCounts[]): FolioCounts {
  const sizes = new Map<string, FolioSize>()
  for (const each of counts.flatMap((count) => count.sizes)) {
    const key = `${each.of} ${each.size}`
    const known = sizes.get(key)
    const aligned = each.aligned + (known?.aligned ?? 0)
    const unaligned = each.unaligned + (known?.unaligned ?? 0)
    sizes.set(key, { of: each.of, size: each.size, aligned, unaligned })
  }
  const sum = (pick: (count: FolioCounts) => number): number => counts.reduce((total, count) => total + pick(count), 0)
  return {
    sizes: [...sizes.values()].sort((a, b) => (a.of === b.of ? a.size - b.size : a.of < b.of ? -1 : 1)),
    partialAnon: sum((count) => count.partialAnon),
    partialFile: sum((count) => count.partialFile),
    zero: sum((count) => count.zero),
  }
}
