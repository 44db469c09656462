import { largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20

export const rule = defineRule({
  id: 'ksm-idle',
  title: 'Memory is offered for merging, and nobody merges',
  severity: 'info',
  what: 'More than 64 MiB resident in mappings that were advised MADV_MERGEABLE (VmFlag mg), while KSM does not run.',
  why: 'The program expects that equal pages are kept once, as hypervisors do; without ksmd each copy stays.',
  remedy:
    'Start it where the memory matters more than the time: `echo 1 > /sys/kernel/mm/ksm/run`, or the service ksm or ksmtuned.',
  falseAlarms:
    'KSM is often switched off on purpose: it lets guests find out what others have in memory. QEMU advises unless it is told mem-merge=off.',
  references: ['Documentation/admin-guide/mm/ksm.rst', 'madvise(2): MADV_MERGEABLE'],
  needs: ['smaps', 'ksm'],
  check: ({ smaps, ksm }) => {
    const { table } = smaps
    const resident = (row: number): number => table.value('Anonymous', row)
    const rows = rowsWhere(smaps, (row) => table.flagsOf(row)?.includes('mg') === true)
    const bytes = sumOver(rows, resident)
    if (bytes < LEAST || ksm.run === 1) return CLEAR
    return finding('info', 'certain', 'memory is offered for merging while KSM does not run', {
      evidence: [
        { what: 'offered and resident', value: bytes, unit: 'bytes', source: 'smaps: Anonymous of mg' },
        { what: 'run', value: ksm.run, unit: 'count', source: '/sys/kernel/mm/ksm/run' },
      ],
      rows: largestFirst(rows, resident),
    })
  },
})
