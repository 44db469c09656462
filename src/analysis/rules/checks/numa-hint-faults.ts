import { countInSentence } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const BUSY = 10_000

export const rule = defineRule({
  id: 'numa-hint-faults',
  title: 'The kernel takes many faults to find out who uses which page',
  severity: 'low',
  what: 'More than 10,000 NUMA hint faults a second on the host.',
  why: 'Automatic NUMA balancing takes away the right to access pages for a moment to see which node asks for them: each is a minor fault, of some hundred nanoseconds to microseconds, without any growth of memory.',
  remedy:
    'Where programs are bound to their nodes anyway: `sysctl kernel.numa_balancing=0`; else let it look less often: numa_balancing/scan_period_min_ms in debugfs.',
  falseAlarms:
    'After a program has started or moved the faults are how its pages come to it, and go away. With numa_balancing 2 they are how busy pages come up from slower memory (CXL).',
  references: ['Documentation/admin-guide/sysctl/kernel.rst: numa_balancing'],
  needs: ['vmstatRates'],
  check: ({ vmstatRates }) => {
    const faults = vmstatRates.get('numa_hint_faults')
    // Kernels without CONFIG_NUMA_BALANCING have no such counter, and take no such faults.
    if (faults === undefined || faults < BUSY) return CLEAR
    const local = vmstatRates.get('numa_hint_faults_local')
    return finding('low', 'certain', `${countInSentence(faults)} faults a second are taken for NUMA balancing`, {
      cause: 'numa balancing',
      evidence: [
        { what: 'hint faults', value: faults, unit: 'per-second', source: '/proc/vmstat: numa_hint_faults' },
        ...(local === undefined
          ? []
          : [
              {
                what: 'of pages that were where they are used',
                value: local,
                unit: 'per-second' as const,
                source: '/proc/vmstat: numa_hint_faults_local',
              },
            ]),
      ],
    })
  },
})
