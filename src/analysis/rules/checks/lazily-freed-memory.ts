import { allocatorsOf } from '../allocators.ts'
import { largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 100 * 2 ** 20
const SHARE = 0.25

/** How each allocator is told to give memory back at once. */
const REMEDIES: Readonly<Record<string, string>> = {
  jemalloc: 'MALLOC_CONF=muzzy_decay_ms:0 makes jemalloc give memory back at once',
  mimalloc: 'MIMALLOC_PURGE_DECOMMITS=1 makes mimalloc give memory back at once',
  Go: 'GODEBUG=madvdontneed=1 makes Go 1.12 to 1.15 give memory back at once',
}

export const rule = defineRule({
  id: 'lazily-freed-memory',
  title: 'Memory that was given back still counts as resident',
  severity: 'info',
  what: 'LazyFree of smaps: pages that were given back with MADV_FREE and not taken yet, 100 MiB and more, and a quarter of the anonymous memory.',
  why: 'The process does not need them: its RSS, and the usage of its cgroup, are so much too large. The kernel takes them when memory is short, without writing them anywhere.',
  remedy:
    'Read RSS without LazyFree when you look for a leak. To see memory go down at once, let the allocator use MADV_DONTNEED.',
  falseAlarms: 'None of it is wasted: it is free memory that nobody has asked for yet.',
  references: ['madvise(2): MADV_FREE', 'proc_pid_smaps(5): LazyFree'],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table, matchedSums } = smaps
    if (table.column('LazyFree') === undefined)
      return { kind: 'unknown', why: 'this kernel does not print LazyFree (Linux 4.12)' }
    if (matchedSums.anonymous === null) return { kind: 'unknown', why: 'its mappings changed while they were read' }
    const free = (row: number): number => table.value('LazyFree', row)
    const rows = rowsWhere(smaps, (row) => free(row) > 0)
    const bytes = sumOver(rows, free)
    if (bytes < LEAST || bytes < matchedSums.anonymous * SHARE) return CLEAR
    const allocators = allocatorsOf(smaps)
    const remedies = allocators.flatMap(({ name }) => REMEDIES[name] ?? [])
    const percent = Math.round((bytes / matchedSums.anonymous) * 100)
    return finding('info', 'certain', `${percent} % of its anonymous memory has been given back, and still counts`, {
      evidence: [
        { what: 'given back', value: bytes, unit: 'bytes', source: 'smaps: LazyFree' },
        { what: 'anonymous', value: matchedSums.anonymous, unit: 'bytes', source: 'smaps: Anonymous' },
        ...allocators.map(({ name, evidence }) => ({
          what: 'allocator',
          value: name,
          unit: 'text' as const,
          source: evidence,
        })),
      ],
      rows: largestFirst(rows, free),
      ...(remedies.length === 0
        ? {}
        : { remedy: `Read RSS without LazyFree when you look for a leak. ${remedies.join('; ')}.` }),
    })
  },
})
