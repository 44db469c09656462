import { CLEAR, defineRule, finding } from '../rule.ts'

/** Part of the mappings that goes or changes each second. */
const SHARE = 0.1
/** Mappings a second: below, a mapping is an event and no habit. */
const LEAST = 100

export const rule = defineRule({
  id: 'mapping-churn',
  title: 'Mappings come and go all the time',
  severity: 'low',
  what: 'Three looks at maps: between each two, more than 10 % of the mappings, and more than 100, went or changed a second.',
  why: 'Each mmap, munmap and mprotect takes the lock of the address space, which all threads need for their page faults; unmapping interrupts every CPU that runs one of them; new memory is cleared again.',
  remedy:
    'Find the calls (`strace -f -c -e trace=memory -p PID`) and keep memory instead: MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ of glibc, dirty_decay_ms of jemalloc, a pool, MADV_FREE instead of munmap.',
  falseAlarms: 'A process that starts, loads libraries or ends does so for a moment.',
  references: ['mallopt(3)', 'mmap(2)'],
  needs: ['motion'],
  check: ({ motion }) => {
    const { churn } = motion
    if (churn.length < 2) return { kind: 'unknown', why: 'its mappings may not be read: run as root' }
    const rates = churn.map(({ gone, seconds, mappings }) => ({
      rate: gone / seconds,
      part: gone / seconds / mappings,
    }))
    if (!rates.every(({ rate, part }) => rate >= LEAST && part >= SHARE)) return CLEAR
    const least = Math.min(...rates.map(({ rate }) => rate))
    return finding('low', 'certain', `at least ${Math.round(least)} mappings a second are changed or unmapped`, {
      evidence: [
        { what: 'changed or unmapped', value: least, unit: 'per-second', source: 'maps, three looks' },
        { what: 'mappings', value: churn[0]?.mappings ?? 0, unit: 'count', source: 'maps' },
        { what: 'minor faults', value: motion.minorFaults, unit: 'per-second', source: 'stat: minflt' },
      ],
    })
  },
})
