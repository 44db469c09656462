import { allocatorsOf } from '../allocators.ts'
import { largestFirst, pagesFrom, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LABEL = 'glibc malloc arena'
/** Arenas hold so much before they are worth a word. */
const LEAST = 64 * 2 ** 20
const SHARE = 0.25

/** Runtimes with a heap of their own, whose native memory alone is malloc’s. */
const RUNTIMES = ['the JVM', 'V8', 'Go']

function outsideOfHeap(runtime: string): string {
  return `This is memory outside of the heap of ${runtime} (direct buffers, compilers, native libraries), which no limit of that heap covers: start it with MALLOC_ARENA_MAX=2, or preload jemalloc.`
}

export const rule = defineRule({
  id: 'malloc-arenas',
  title: 'Much memory in malloc arenas of threads',
  severity: 'medium',
  what: 'Resident memory in the 64 MiB heaps that glibc’s malloc makes for threads, against all anonymous memory.',
  why: 'What a thread has freed stays in its arena: with many threads a program keeps several times of what it uses, and its peak depends on which thread did what.',
  remedy:
    'Start it with MALLOC_ARENA_MAX=2 (or the tunable glibc.malloc.arena_max), call malloc_trim(0) at quiet moments, or use jemalloc or tcmalloc.',
  falseAlarms: 'The arenas may be full of what is in use; whether they are only the allocator knows (malloc_info(3)).',
  references: ['mallopt(3): M_ARENA_MAX', 'malloc_info(3)'],
  needs: ['pages'],
  check: ({ pages }) => {
    const { table, classes, matchedSums } = pages
    const resident = (row: number): number => table.value('Rss', row)
    const rows = rowsWhere(pages, (row) => classes.label(row) === LABEL)
    const bytes = sumOver(rows, resident)
    const anonymous = matchedSums.anonymous
    if (anonymous === null) {
      const printed = table.column('Anonymous') !== undefined
      return {
        kind: 'unknown',
        why: printed ? 'its mappings changed while they were read' : 'this kernel does not print Anonymous',
      }
    }
    if (bytes < LEAST || bytes < anonymous * SHARE || rows.length < 2) return CLEAR
    const others = allocatorsOf(pages).filter(({ name }) => name !== 'glibc malloc')
    const runtime = others.find(({ name }) => RUNTIMES.includes(name))
    const percent = Math.round((bytes / anonymous) * 100)
    return finding('medium', 'likely', `${rows.length} malloc arenas hold ${percent} % of the anonymous memory`, {
      evidence: [
        { what: 'arenas', value: rows.length, unit: 'count', source: 'maps: 64 MiB aligned heaps' },
        { what: 'resident in them', value: bytes, unit: 'bytes', source: pagesFrom(pages, 'Rss') },
        { what: 'anonymous', value: anonymous, unit: 'bytes', source: pagesFrom(pages, 'Anonymous') },
        ...others.map(({ name, evidence }) => ({
          what: 'beside it',
          value: name,
          unit: 'text' as const,
          source: evidence,
        })),
      ],
      rows: largestFirst(rows, resident),
      ...(runtime === undefined ? {} : { remedy: outsideOfHeap(runtime.name) }),
    })
  },
})
