import { HELD_FAST, MUCH_HELD, memoryHeld } from '../held-memory.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'unevictable-memory',
  title: 'Much of the host’s memory is locked or pinned',
  severity: 'high',
  what: 'Unevictable memory of meminfo, or pages pinned for devices (nr_foll_pin_acquired − nr_foll_pin_released), of more than 30 % of the host’s memory.',
  why: 'Such pages can neither be swapped nor moved. What is left for everybody else is that much smaller, and short of it the OOM killer comes early.',
  remedy:
    'Find the holders: `mmapctl ps --sort locked`, VmPin of /proc/PID/status, secret memory and ramfs. Lock hot ranges alone (mlock instead of mlockall, MLOCK_ONFAULT); limit LimitMEMLOCK.',
  falseAlarms:
    'Hosts that are there for one such program: virtual machines with passed-through devices (VFIO), DPDK. A page that is pinned twice counts twice.',
  references: ['proc_meminfo(5): Unevictable, Mlocked', 'Documentation/core-api/pin_user_pages.rst'],
  toldWith: [{ rule: 'locked-share', of: 'cause' }],
  needs: ['meminfo', 'vmstat', 'host'],
  check: ({ meminfo, vmstat, host }) => {
    const { memTotal: ram, unevictable, mlocked } = meminfo
    if (ram === null || unevictable === null) return { kind: 'unknown', why: 'MemTotal or Unevictable is not printed' }
    const { pinned } = memoryHeld(meminfo, vmstat, host.pageSize)
    // What is locked may be pinned as well: the larger of the two is the least that is held.
    const held = Math.max(unevictable, pinned)
    if (held < ram * MUCH_HELD) return CLEAR
    return finding('high', 'certain', `${Math.round((held / ram) * 100)} % of the host’s memory is held fast`, {
      cause: HELD_FAST,
      evidence: [
        { what: 'unevictable', value: unevictable, unit: 'bytes', source: 'meminfo: Unevictable' },
        ...(mlocked === null
          ? []
          : [{ what: 'locked', value: mlocked, unit: 'bytes' as const, source: 'meminfo: Mlocked' }]),
        { what: 'pinned', value: pinned, unit: 'bytes', source: 'vmstat: nr_foll_pin_acquired − nr_foll_pin_released' },
        { what: 'memory', value: ram, unit: 'bytes', source: 'meminfo: MemTotal' },
      ],
    })
  },
})
