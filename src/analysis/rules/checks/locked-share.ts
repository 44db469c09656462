import { largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.3

export const rule = defineRule({
  id: 'locked-share',
  title: 'A process holds much of the host’s memory locked or pinned',
  severity: 'high',
  what: 'Locked memory that is resident (Locked of smaps), with VmPin of status, of more than 30 % of the host’s memory.',
  why: 'Such pages can neither be swapped nor moved: what is left for everybody else is that much smaller, compaction cannot make huge pages through them, and the OOM killer has less to choose from.',
  remedy:
    'Lock what must not wait alone: mlock on hot ranges instead of mlockall, MLOCK_ONFAULT or MCL_ONFAULT so that only what is touched counts; unregister buffers of RDMA or io_uring that are no longer used.',
  falseAlarms:
    'Hosts that are there for one such program: virtual machines with passed-through devices (VFIO), DPDK, real-time control, secret memory.',
  references: ['mlock2(2)', 'mlockall(2)', 'Documentation/core-api/pin_user_pages.rst'],
  needs: ['smaps', 'status', 'meminfo'],
  check: ({ smaps, status, meminfo }) => {
    const { table } = smaps
    const ram = meminfo.memTotal
    if (ram === null || status.vmPin === null) return { kind: 'unknown', why: 'MemTotal or VmPin is not printed' }
    const locked = (row: number): number => table.value('Locked', row)
    const rows = rowsWhere(smaps, (row) => locked(row) > 0)
    const held = sumOver(rows, locked) + status.vmPin
    if (held < ram * SHARE) return CLEAR
    return finding('high', 'certain', `holds ${Math.round((held / ram) * 100)} % of the host’s memory fast`, {
      evidence: [
        { what: 'locked', value: sumOver(rows, locked), unit: 'bytes', source: 'smaps: Locked' },
        { what: 'pinned', value: status.vmPin, unit: 'bytes', source: 'status: VmPin' },
        { what: 'memory', value: ram, unit: 'bytes', source: 'meminfo: MemTotal' },
      ],
      rows: largestFirst(rows, locked),
    })
  },
})
