/** Kernel field names whose capitals do not mark words; everything else follows the general rule. */
const SPECIAL: readonly (readonly [kernelName: string, name: string])[] = [
  ['THPeligible', 'thpEligible'],
  ['THP_enabled', 'thpEnabled'],
  ['MMUPageSize', 'mmuPageSize'],
  ['CommitLimit', 'commitLimit'],
  ['Committed_AS', 'committedAs'],
]

const cache = new Map<string, string>(SPECIAL)

/**
 * The JSON name of a kernel field: the kernel's own name in camel case.
 *
 * `Rss` → `rss`, `Shared_Dirty` → `sharedDirty`, `AnonHugePages` → `anonHugePages`, `VmHWM` → `vmHwm`, `KSM` → `ksm`.
 * Works for names that no released kernel has yet, so that new fields appear in reports without a release of ours.
 */
export function jsonFieldName(kernelName: string): string {
  const known = cache.get(kernelName)
  if (known !== undefined) return known
  const name = camelCase(kernelName)
  cache.set(kernelName, name)
  return name
}

function camelCase(kernelName: string): string {
  const words = kernelName.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? [kernelName]
  return words.map((word, index) => (index === 0 ? word.toLowerCase() : capitalise(word))).join('')
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()
}

/**
 * JSON names of the fields that smaps has on some kernel from 4.4 to 6.19, so that a column of one is a column also
 * where it happens not to be known. Newer kernels' fields are known once smaps was read.
 */
export const SMAPS_FIELDS: readonly string[] = [
  'KernelPageSize',
  'MMUPageSize',
  'Rss',
  'Pss',
  'Pss_Dirty',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'Referenced',
  'Anonymous',
  'KSM',
  'LazyFree',
  'AnonHugePages',
  'ShmemPmdMapped',
  'FilePmdMapped',
  'Shared_Hugetlb',
  'Private_Hugetlb',
  'Swap',
  'SwapPss',
  'Locked',
  'THPeligible',
  'ProtectionKey',
].map(jsonFieldName)
