import { CLEAR, defineRule, finding } from '../rule.ts'

const SOME = 10
const FULL = 5

export const rule = defineRule({
  id: 'memory-stall',
  title: 'Tasks wait for memory',
  severity: 'high',
  what: 'Pressure stall information of the host: in the last ten seconds some task waited for memory more than 10 % of the time, or all of them more than 5 %.',
  why: 'Time is lost to reclaim, swap-in and re-reading of evicted files: the host, or a cgroup with a limit, has too little memory for what runs in it now.',
  remedy:
    'Find who grows (`mmapctl ps --sort rss`, `mmapctl watch PID`), raise the limit of its cgroup or give memory back, or add some; earlyoom or systemd-oomd end the worst before all stops.',
  falseAlarms:
    'A cgroup at its own limit stalls its tasks alone, and is counted here while the host has plenty: memory.pressure of each cgroup tells which, `mmapctl overcommit PID` how near it is. Files that are read for the first time do not count.',
  references: ['Documentation/accounting/psi.rst'],
  needs: ['memoryPressure'],
  check: ({ memoryPressure }) => {
    const some = memoryPressure.some?.avg10
    const full = memoryPressure.full?.avg10
    if (some === undefined) return { kind: 'unknown', why: 'the kernel does not tell memory pressure' }
    if (some <= SOME && (full ?? 0) <= FULL) return CLEAR
    return finding('high', 'certain', `tasks waited for memory ${Math.round(some)} % of the last ten seconds`, {
      evidence: [
        { what: 'some avg10', value: some, unit: 'percent', source: '/proc/pressure/memory: some' },
        ...(full === undefined
          ? []
          : [{ what: 'full avg10', value: full, unit: 'percent' as const, source: '/proc/pressure/memory: full' }]),
      ],
    })
  },
})
