import { countInSentence, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Part of the mappings that goes or changes each second. */
const SHARE = 0.1
/** Mappings a second: below, a mapping is an event and no habit. */
const LEAST = 100
/** Who only maps more and more, as a program that starts does, has fewer than this of them go. */
const RETURNED = 0.1

export const rule = defineRule({
  id: 'mapping-churn',
  title: 'Mappings come and go all the time',
  severity: 'low',
  what: 'Three looks at maps: between each two, more than 10 % of the mappings, and more than 100, came, went or changed a second, and not all of them came.',
  why: 'Each mmap, munmap and mprotect takes the lock of the address space, which all threads need for their page faults; unmapping interrupts every CPU that runs one of them; new memory is cleared again.',
  remedy:
    'Find the calls (`strace -f -c -e trace=memory -p PID`) and keep memory instead: MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ of glibc, dirty_decay_ms of jemalloc, a pool, MADV_FREE instead of munmap.',
  falseAlarms: 'A process that starts, loads libraries or ends does so for a moment.',
  references: ['mallopt(3)', 'mmap(2)'],
  needs: ['motion'],
  check: ({ motion }) => {
    const { churn } = motion
    if (churn.length < 2) return { kind: 'unknown', why: 'needs ptrace access to the process' }
    const rates = churn.map(({ gone, born, seconds, mappings }) => {
      const rate = (gone + born) / seconds
      return { rate, part: rate / mappings }
    })
    const growsOnly = sumOver(churn, ({ gone }) => gone) < sumOver(churn, ({ born }) => born) * RETURNED
    if (growsOnly || !rates.every(({ rate, part }) => rate >= LEAST && part >= SHARE)) return CLEAR
    const least = Math.min(...rates.map(({ rate }) => rate))
    return finding('low', 'certain', `at least ${countInSentence(least)} mappings a second come and go`, {
      evidence: [
        { what: 'came, went or changed', value: least, unit: 'per-second', source: 'maps, three looks' },
        { what: 'mappings', value: churn[0]?.mappings ?? 0, unit: 'count', source: 'maps' },
        { what: 'minor faults', value: motion.minorFaults, unit: 'per-second', source: 'stat: minflt' },
      ],
    })
  },
})
