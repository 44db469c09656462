import { HELD_FAST, MUCH_HELD, memoryHeld } from '../held-memory.ts'
import { largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

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
  needs: ['smaps', 'status', 'meminfo', 'vmstat', 'host'],
  check: ({ smaps, status, meminfo, vmstat, host }) => {
    const { table } = smaps
    const ram = meminfo.memTotal
    if (ram === null || status.vmPin === null) return { kind: 'unknown', why: 'MemTotal or VmPin is not printed' }
    const locked = (row: number): number => table.value('Locked', row)
    const rows = rowsWhere(smaps, (row) => locked(row) > 0)
    const own = sumOver(rows, locked)
    const held = own + status.vmPin
    const most = ram * MUCH_HELD
    if (held < most) return CLEAR
    const { unevictable, pinned } = memoryHeld(meminfo, vmstat, host.pageSize)
    // What is held beside it is not much: without this process, the host would be well.
    const alone = unevictable - own < most && pinned - status.vmPin < most
    return finding('high', 'certain', `holds ${Math.round((held / ram) * 100)} % of the host’s memory fast`, {
      cause: alone ? HELD_FAST : null,
      evidence: [
        { what: 'locked', value: own, unit: 'bytes', source: 'smaps: Locked' },
        { what: 'pinned', value: status.vmPin, unit: 'bytes', source: 'status: VmPin' },
        { what: 'memory', value: ram, unit: 'bytes', source: 'meminfo: MemTotal' },
      ],
      rows: largestFirst(rows, locked),
    })
  },
})
