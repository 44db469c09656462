import { latin1 } from './lines.ts'
import { ParseError } from './parse-error.ts'
import { type QuickSizes, quickSizes } from './quick-sizes.ts'

const FILE = 'smaps_rollup'

/** Figures that lists of processes show, in the kernel's order; `parseSmapsRollup` says what each is. */
export const WALK_KEYS = {
  rss: 'Rss',
  pss: 'Pss',
  pssAnon: 'Pss_Anon',
  pssFile: 'Pss_File',
  pssShmem: 'Pss_Shmem',
  sharedDirty: 'Shared_Dirty',
  privateClean: 'Private_Clean',
  privateDirty: 'Private_Dirty',
  anonHugePages: 'AnonHugePages',
  shmemPmdMapped: 'ShmemPmdMapped',
  filePmdMapped: 'FilePmdMapped',
  sharedHugetlb: 'Shared_Hugetlb',
  privateHugetlb: 'Private_Hugetlb',
  swap: 'Swap',
  swapPss: 'SwapPss',
} as const

/** What a page walk over a process finds: sums over its mappings. */
export type WalkFigures = QuickSizes<keyof typeof WALK_KEYS>

const figuresOf = quickSizes(FILE, WALK_KEYS)

/** Parses what a list of processes shows of `/proc/PID/smaps_rollup`; `parseSmapsRollup` reads all of it. */
export function parseQuickRollup(bytes: Uint8Array): WalkFigures {
  const text = latin1(bytes)
  const figures = figuresOf(text)
  if (!text.includes(' [rollup]\n')) throw new ParseError(FILE, 1, 'the range of the [rollup]', text.slice(0, 120))
  if (Number.isNaN(figures.rss)) throw new ParseError(FILE, 0, 'a line "Rss"')
  return figures
}
