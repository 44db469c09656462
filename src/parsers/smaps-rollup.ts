import type { Address } from '../model/address.ts'
import { fieldsOf, kilobytes, lines, type Picked, pick } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'smaps_rollup'
const HEADER = /^([0-9a-f]{8,16})-([0-9a-f]{8,16}) ---p 0+ 00:00 0 +\[rollup\]$/

/** Kernel names of the figures, each the sum over all mappings in bytes; see proc_pid_smaps(5) for their meaning. */
const FIGURES = {
  /** Without hugetlb pages. */
  rss: 'Rss',
  pss: 'Pss',
  /** Linux 6.0. */
  pssDirty: 'Pss_Dirty',
  /** Linux 5.4. */
  pssAnon: 'Pss_Anon',
  /** Linux 5.4. */
  pssFile: 'Pss_File',
  /** Linux 5.4. */
  pssShmem: 'Pss_Shmem',
  sharedClean: 'Shared_Clean',
  sharedDirty: 'Shared_Dirty',
  privateClean: 'Private_Clean',
  privateDirty: 'Private_Dirty',
  referenced: 'Referenced',
  anonymous: 'Anonymous',
  /** Linux 6.6. */
  ksm: 'KSM',
  lazyFree: 'LazyFree',
  /** Mapped by huge page-table entries only; smaller folios are not in it. */
  anonHugePages: 'AnonHugePages',
  shmemPmdMapped: 'ShmemPmdMapped',
  /** Linux 5.4. */
  filePmdMapped: 'FilePmdMapped',
  /** Outside of Rss and Pss. */
  sharedHugetlb: 'Shared_Hugetlb',
  /** Outside of Rss and Pss. */
  privateHugetlb: 'Private_Hugetlb',
  /** Swapped shared memory is counted in every mapping of it. */
  swap: 'Swap',
  /** Anonymous memory only. */
  swapPss: 'SwapPss',
  locked: 'Locked',
} as const

/** `/proc/PID/smaps_rollup` (Linux 4.14): the sums over all mappings, in bytes; `null` where the kernel lacks one. */
export interface SmapsRollup extends Picked<typeof FIGURES> {
  /** Start of the first mapping. */
  readonly start: Address
  /** End of the last mapping. */
  readonly end: Address
  /** Every figure by the kernel's own name, those of later kernels too, in bytes and in the kernel's order. */
  readonly fields: ReadonlyMap<string, number>
  /** Lines that are no size in kB, by the kernel's name; no known kernel prints any. */
  readonly other: ReadonlyMap<string, string>
}

/** Parses `/proc/PID/smaps_rollup`: fs/proc/task_mmu.c show_smaps_rollup. */
export function parseSmapsRollup(bytes: Uint8Array): SmapsRollup {
  const [header, ...body] = lines(FILE, bytes)
  const range = parseHeader(header?.text ?? '')
  const fields = new Map<string, number>()
  const other = new Map<string, string>()
  for (const { line, key, value } of fieldsOf(FILE, body).values()) {
    const size = kilobytes(value)
    if (size !== null) fields.set(key, size)
    else if (isFigure(key)) throw new ParseError(FILE, line, `${key} in kB`, value)
    else other.set(key, value.trim())
  }
  if (!fields.has('Rss')) throw new ParseError(FILE, 0, 'a line "Rss"')
  return { ...range, ...pick(FIGURES, (key) => fields.get(key)), fields, other }
}

function isFigure(key: string): boolean {
  return Object.values<string>(FIGURES).includes(key)
}

function parseHeader(text: string): { readonly start: Address; readonly end: Address } {
  const [, start, end] = HEADER.exec(text) ?? []
  const from = alignedAddress(start)
  const to = alignedAddress(end)
  if (from === null || to === null || from > to) throw new ParseError(FILE, 1, 'the range of the [rollup]', text)
  return { start: from, end: to }
}

/** Page-aligned, as the bounds of mappings are; that also makes it exact in a double. */
function alignedAddress(digits: string | undefined): Address | null {
  return digits?.endsWith('000') ? Number(`0x${digits}`) : null
}
