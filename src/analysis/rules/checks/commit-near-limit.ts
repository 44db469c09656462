import { hostLimits } from '../../overcommit/limits.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const HIGH = 0.9
const CRITICAL = 0.97

export const rule = defineRule({
  id: 'commit-near-limit',
  title: 'The host has promised nearly all that it may',
  severity: 'high',
  what: 'vm.overcommit_memory 2, and Committed_AS above 90 % of what an ordinary process may bring it to: CommitLimit without vm.admin_reserve_kbytes and vm.user_reserve_kbytes.',
  why: 'At the limit mmap, brk, fork and the start of threads fail with ENOMEM for everybody, however much memory is free; fork needs the whole charge of its parent once more.',
  remedy:
    'Raise vm.overcommit_ratio or vm.overcommit_kbytes, or add swap; `mmapctl overcommit` shows who was promised what. MAP_NORESERVE does not help in this mode.',
  falseAlarms:
    'A host that is meant to run full and whose programs handle ENOMEM. CommitLimit falls when the pool of huge pages grows.',
  references: ['Documentation/mm/overcommit-accounting.rst', 'proc_sys_vm(5): overcommit_memory'],
  needs: ['commit'],
  check: ({ commit }) => {
    const { settings, sample } = commit.readings
    if (settings.mode === null) return { kind: 'unknown', why: 'vm.overcommit_memory cannot be read' }
    if (settings.mode !== 2) return CLEAR
    const requester = { size: Number.POSITIVE_INFINITY, admin: false }
    const limit = hostLimits(sample, settings, requester).find(({ id }) => id === 'commit')
    const share = limit === undefined ? Number.NaN : limit.used / limit.limit
    if (limit === undefined || Number.isNaN(share)) {
      return { kind: 'unknown', why: 'Committed_AS or CommitLimit is not printed' }
    }
    // With reserves larger than the limit nothing may be promised at all.
    const full = limit.limit <= 0 || share >= CRITICAL
    if (!full && share < HIGH) return CLEAR
    const summary =
      limit.limit <= 0
        ? 'ordinary processes may be promised nothing'
        : `${Math.floor(share * 100)} % of what may be promised is promised, and no more than that will be`
    return finding(full ? 'critical' : 'high', 'certain', summary, {
      evidence: [
        { what: 'promised', value: limit.used, unit: 'bytes', source: '/proc/meminfo: Committed_AS' },
        {
          what: 'limit for ordinary processes',
          value: limit.limit,
          unit: 'bytes',
          source: '/proc/meminfo: CommitLimit − vm.admin_reserve_kbytes − vm.user_reserve_kbytes',
        },
      ],
    })
  },
})
