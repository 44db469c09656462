import type { MappingTable } from '../../../model/mapping-table.ts'
import { countInSentence, isKind, rowsWhere } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** What is smaller was cut, not allocated. */
const SMALL = 64 * 1024
const LEAST = 1000
const SHARE = 0.25

export const rule = defineRule({
  id: 'fragmented-memory',
  title: 'Memory cut into many small mappings',
  severity: 'low',
  what: 'Private anonymous mappings that touch the one below them, either of them smaller than 64 KiB: more than 1000, and a quarter of all mappings. Stacks with their guards are left out.',
  why: 'Each piece is a mapping of its own in the kernel (some 200 bytes) and brings the process nearer to vm.max_map_count; huge pages need 2 MiB in one piece.',
  remedy:
    'See what cuts: mprotect of single pages (guards of a runtime or of a debugging allocator), madvise of single pages, MAP_FIXED over parts; do it for whole blocks, or less.',
  falseAlarms:
    'Garbage collectors with barriers by page protection, emulators and sanitizers cut their memory on purpose.',
  references: ['mprotect(2)', 'madvise(2)', 'mm/vma.c can_vma_merge_before'],
  // It is why there are so many.
  toldWith: [{ rule: 'mapping-count', of: 'process' }],
  needs: ['maps'],
  check: ({ maps }) => {
    const { table } = maps
    const small = (row: number): boolean => table.size(row) < SMALL
    const cut = (row: number): boolean =>
      table.name[row] === 0 && isKind(maps, row, ['anonymous', 'reserved', 'guard', 'jit'])
    const rows = rowsWhere(
      maps,
      (row) =>
        row > 0 &&
        cut(row) &&
        cut(row - 1) &&
        table.end[row - 1] === table.start[row] &&
        (small(row) || small(row - 1)),
    )
    if (rows.length < LEAST || rows.length < table.length * SHARE) return CLEAR
    const causes = new Map<string, number>()
    for (const row of rows) {
      const cause = causeOf(table, row)
      causes.set(cause, (causes.get(cause) ?? 0) + 1)
    }
    const ordered = [...causes].sort((a, b) => b[1] - a[1])
    const [main = ['', 0]] = ordered
    return finding(
      'low',
      'certain',
      `${countInSentence(rows.length)} mappings are kept apart from their neighbour, mostly by ${main[0]}`,
      {
        evidence: [
          {
            what: 'touching mappings',
            value: rows.length,
            unit: 'count',
            source: 'maps: end of one, start of the next',
          },
          ...ordered.slice(0, 3).map(([cause, count]) => ({
            what: `kept apart by ${cause}`,
            value: count,
            unit: 'count' as const,
            source: cause.startsWith('VmFlags') ? 'smaps: VmFlags' : 'maps: perms',
          })),
        ],
        rows: rows.slice(0, 3),
      },
    )
  },
})

/** Why a mapping and the one below it are two. */
function causeOf(table: MappingTable, row: number): string {
  if (table.perms[row] !== table.perms[row - 1]) return 'permissions (mprotect)'
  const [above, below] = [table.flagsOf(row), table.flagsOf(row - 1)]
  if (above === null || below === null) return 'what only smaps tells'
  const differ = [
    ...above.filter((flag) => !below.includes(flag)),
    ...below.filter((flag) => !above.includes(flag)),
  ].sort()
  return differ.length > 0 ? `VmFlags ${differ.join(' ')}` : 'having been filled apart (anon_vma)'
}
