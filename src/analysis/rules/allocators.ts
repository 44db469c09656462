import type { MapsReport } from '../maps-report.ts'

/** What hands out the memory of a process, by marks that nothing else leaves. */
export interface Allocator {
  readonly name: string
  /** What proves it. */
  readonly evidence: string
}

/** Libraries, and names that an allocator gives its memory (PR_SET_VMA_ANON_NAME); tested in order. */
const NAMES: readonly (readonly [pattern: RegExp, name: string, evidence: string])[] = [
  [/\/libjemalloc\.so/, 'jemalloc', 'libjemalloc.so is mapped'],
  [/^\[anon:jemalloc_pg/, 'jemalloc', 'its memory is named jemalloc_pg'],
  [/\/libmimalloc(?:-[a-z]+)?\.so/, 'mimalloc', 'libmimalloc.so is mapped'],
  [/\/libtcmalloc(?:_[a-z_]+)?\.so/, 'tcmalloc', 'libtcmalloc.so is mapped'],
  [/^\[anon:scudo/, 'Scudo', 'its memory is named scudo'],
]

/** Labels that the classification gives heaps of runtimes. */
const LABELS: Readonly<Record<string, string>> = {
  'JVM heap': 'the JVM',
  'V8 heap': 'V8',
  'Go heap': 'Go',
  'glibc malloc arena': 'glibc malloc',
}

/**
 * The allocators of a process. One that is linked into the program and names nothing, as Redis has jemalloc, leaves no
 * mark and is not here.
 */
export function allocatorsOf({ table, classes }: MapsReport): readonly Allocator[] {
  const found = new Map<string, string>()
  for (let id = 1; id < table.names.size; id++) {
    const known = NAMES.find(([pattern]) => pattern.test(table.names.get(id)))
    if (known !== undefined && !found.has(known[1])) found.set(known[1], known[2])
  }
  for (let row = 0; row < table.length; row++) {
    const label = classes.label(row)
    const name = label === null ? undefined : LABELS[label]
    if (name !== undefined && !found.has(name)) found.set(name, `${label}: ${classes.evidence(row)}`)
  }
  return [...found].map(([name, evidence]) => ({ name, evidence }))
}
