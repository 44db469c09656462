import { CLEAR, defineRule, finding } from '../rule.ts'

const NEAR = 0.8
/** Bit of CAP_IPC_LOCK, whose holder no limit binds. */
const CAP_IPC_LOCK = 14n

export const rule = defineRule({
  id: 'locked-near-limit',
  title: 'Locked memory near its limit',
  severity: 'medium',
  what: 'VmLck against the soft limit RLIMIT_MEMLOCK, unless the process has CAP_IPC_LOCK.',
  why: 'At the limit mlock fails with ENOMEM, MAP_LOCKED with EAGAIN, and io_uring, RDMA and perf cannot get their buffers.',
  remedy:
    'Raise it: LimitMEMLOCK= of systemd, `ulimit -l`, `prlimit --memlock=SIZE --pid PID`; or lock less: mlock2 with MLOCK_ONFAULT.',
  falseAlarms: 'Since MLOCK_ONFAULT counts whole mappings, VmLck may be far more than is resident.',
  references: ['getrlimit(2): RLIMIT_MEMLOCK', 'mlock(2)'],
  needs: ['status', 'limits'],
  check: ({ status, limits }) => {
    const limit = limits.get('Max locked memory')?.soft
    if (status.vmLck === null || limit === undefined)
      return { kind: 'unknown', why: 'VmLck or its limit is not printed' }
    const free = limit === 'unlimited' || ((status.capEff ?? 0n) >> CAP_IPC_LOCK) & 1n
    if (free || status.vmLck === 0) return CLEAR
    const share = status.vmLck / Number(limit)
    if (share < NEAR) return CLEAR
    return finding('medium', 'certain', `${Math.floor(share * 100)} % of the memory that it may lock is locked`, {
      evidence: [
        { what: 'VmLck', value: status.vmLck, unit: 'bytes', source: 'status: VmLck' },
        { what: 'limit', value: Number(limit), unit: 'bytes', source: 'limits: Max locked memory, soft' },
      ],
    })
  },
})
