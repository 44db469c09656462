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
