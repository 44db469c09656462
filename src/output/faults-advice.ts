import type { FaultMapping, ProgramRef } from '../model/fault-attribution.ts'
import type { Advice } from '../model/fault-notes.ts'
import { formatShare } from './faults-figures.ts'
import { displayText } from './sanitise.ts'
import { counted, formatBytes, formatCount } from './units.ts'

/** One line for each piece of advice: whose faults, the figure it follows from, then what may be done. */
export function adviceText(advice: Advice): string {
  switch (advice.code) {
    case 'huge-pages':
      return `${whose(advice)} are first touches of ${mappingText(advice.mapping)}: huge pages take up to 512 of them at once (${hugePages(advice.mapping, advice.thp)})`
    case 'prefault':
      return `${whose(advice)} touch nearly all of ${mappingText(advice.mapping)}: MAP_POPULATE or MADV_POPULATE_WRITE fills it in with one call`
    case 'keep-memory':
      return `${programText(advice.mapping)}: ${formatCount(advice.refaults)} faults touch pages of ${mappingText(advice.mapping)} again that had been given back: keep them (less MADV_DONTNEED, a higher M_TRIM_THRESHOLD)`
    case 'map-populate':
      return `${whose(advice)} map pages of ${mappingText(advice.mapping)} in, some at a time: MAP_POPULATE maps them at once`
    case 'read-ahead':
      return `${programText(advice.mapping)}: ${formatCount(advice.major)} major faults wait for ${mappingText(advice.mapping)}: MADV_WILLNEED before use, or MADV_SEQUENTIAL if it is read in order`
    case 'copy-after-fork':
      return `${whose(advice)} copy pages after ${counted(advice.forks, 'fork')}: fork before the memory grows, or start programs with posix_spawn`
    case 'small-mappings':
      return `${programText(advice.program)}: ${formatCount(advice.mappings)} anonymous mappings appeared, for ${faults(advice)}: map more at once, or raise M_MMAP_THRESHOLD`
    case 'swapping':
      return `${whose(advice)} bring pages back from swap: it needs more memory than it gets`
    case 'pre-faulted':
      return `${counted(advice.pages, 'page')} (${formatShare(advice.share)}) are filled in by the kernel without a fault: perf does not count them, but they take time too`
    case 'page-walks':
      return `up to ${formatShare(advice.share)} of the cycles go into page walks: huge pages (madvise MADV_HUGEPAGE) make them fewer`
  }
}

interface OfProgram {
  readonly faults: number
  readonly share: number
  readonly mapping?: FaultMapping
  readonly program?: ProgramRef
}

/** `python3 (PID 4711): 3,037 faults (24 %)`. */
function whose(advice: OfProgram): string {
  const program = advice.program ?? advice.mapping
  return program === undefined ? faults(advice) : `${programText(program)}: ${faults(advice)}`
}

/** A program in a sentence. */
export function programText({ comm, pid }: ProgramRef): string {
  return `${displayText(comm)} (PID ${pid})`
}

/** How a program is given huge pages, which not every program asks for by itself. */
function hugePages({ name, comm }: FaultMapping, thp: string | null): string {
  if (thp === 'never') return 'they are off here: transparent_hugepage/enabled is never'
  if (comm === 'java') return '-XX:+UseTransparentHugePages'
  return name === '[heap]' ? 'GLIBC_TUNABLES=glibc.malloc.hugetlb=1, glibc 2.35' : 'madvise MADV_HUGEPAGE'
}

function faults(advice: { readonly faults: number; readonly share: number }): string {
  return `${counted(advice.faults, 'fault')} (${formatShare(advice.share)})`
}

/** A mapping in a sentence. */
export function mappingText({ name, size, start }: FaultMapping): string {
  return name === '' ? `anonymous memory (${formatBytes(size)} at ${start})` : displayText(name)
}
