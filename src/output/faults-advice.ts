import type { Advice, FaultMapping } from '../model/faults-report.ts'
import { formatShare } from './faults-figures.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount } from './units.ts'

/** One line for each piece of advice: the figure it follows from, then what may be done. */
export function adviceText(advice: Advice): string {
  switch (advice.code) {
    case 'huge-pages':
      return `${faults(advice)} are first touches of ${mappingText(advice.mapping)}: huge pages (madvise MADV_HUGEPAGE) take up to 512 of them at once`
    case 'prefault':
      return `${faults(advice)} touch nearly all of ${mappingText(advice.mapping)}: MAP_POPULATE or MADV_POPULATE_WRITE fills it in with one call`
    case 'keep-memory':
      return `${formatCount(advice.refaults)} faults touch pages of ${mappingText(advice.mapping)} again that had been given back: keep them (less MADV_DONTNEED, a higher M_TRIM_THRESHOLD)`
    case 'map-populate':
      return `${faults(advice)} map pages of ${mappingText(advice.mapping)} in, some at a time: MAP_POPULATE maps them at once`
    case 'read-ahead':
      return `${formatCount(advice.major)} major faults wait for ${mappingText(advice.mapping)}: MADV_WILLNEED before use, or MADV_SEQUENTIAL if it is read in order`
    case 'copy-after-fork':
      return `${faults(advice)} copy pages after ${formatCount(advice.forks)} ${advice.forks === 1 ? 'fork' : 'forks'}: fork before the memory grows, or start programs with posix_spawn`
    case 'small-mappings':
      return `${formatCount(advice.mappings)} mappings appeared, for ${faults(advice)}: map more at once, or raise M_MMAP_THRESHOLD`
    case 'swapping':
      return `${faults(advice)} bring pages back from swap: the program needs more memory than it gets`
    case 'pre-faulted':
      return `${formatCount(advice.pages)} pages (${formatShare(advice.share)}) are filled in by the kernel without a fault: perf does not count them, but they take time too`
    case 'page-walks':
      return `up to ${formatShare(advice.share)} of the cycles go into page walks: huge pages (madvise MADV_HUGEPAGE) make them fewer`
  }
}

function faults(advice: { readonly faults: number; readonly share: number }): string {
  return `${formatCount(advice.faults)} faults (${formatShare(advice.share)})`
}

/** A mapping in a sentence. */
export function mappingText({ name, size, start }: FaultMapping): string {
  return name === '' ? `anonymous memory (${formatBytes(size)} at ${start})` : displayText(name)
}
