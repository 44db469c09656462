import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'thp-disabled',
  title: 'Transparent huge pages are switched off for this process',
  severity: 'info',
  what: 'prctl(PR_SET_THP_DISABLE), which status shows as THP_enabled 0.',
  why: 'No setting of the host and no madvise gives the process huge pages while it is set; children inherit it, so it may have been set by what started it.',
  remedy:
    'Find who sets it: `strace -f -e trace=prctl` on the start script; Redis and some JVM wrappers do. Take it out if the memory would gain.',
  falseAlarms: 'Set on purpose where latency after fork matters more than TLB misses.',
  references: ['PR_SET_THP_DISABLE(2const)', 'proc_pid_status(5)'],
  toldWith: [{ rule: 'thp-advice-without-effect', of: 'process' }],
  needs: ['status'],
  check: ({ status }) => {
    if (status.thpEnabled === null)
      return { kind: 'unknown', why: 'this kernel does not print THP_enabled (Linux 5.0)' }
    if (status.thpEnabled) return CLEAR
    return finding('info', 'certain', 'prctl has switched transparent huge pages off', {
      evidence: [{ what: 'THP_enabled', value: 0, unit: 'count', source: 'status: THP_enabled' }],
    })
  },
})
