import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.3
const LEAST = 64 * 2 ** 20
/** Pages a second that come back from swap. */
const BUSY = 10

export const rule = defineRule({
  id: 'swapped-working-set',
  title: 'What the process works with is in swap',
  severity: 'medium',
  what: 'More than 30 % of the anonymous memory in swap while the host reads pages back from swap.',
  why: 'Each page that comes back costs a major fault, some hundred microseconds to milliseconds in which the thread stands still.',
  remedy:
    'Give it memory: find the larger users (`mmapctl ps`), lower vm.swappiness, set memory.swap.max of its cgroup, or lock the hot part (mlock).',
  falseAlarms:
    'What nobody uses belongs into swap; the swap-in may be another process’s. `mmapctl watch PID` shows this one’s major faults.',
  references: ['proc_pid_status(5): VmSwap', 'proc_vmstat(5): pswpin'],
  needs: ['status', 'vmstatRates'],
  check: ({ status, vmstatRates }) => {
    const { vmSwap, rssAnon } = status
    const swapIn = vmstatRates.get('pswpin')
    if (vmSwap === null || rssAnon === null || swapIn === undefined) {
      return { kind: 'unknown', why: 'VmSwap, RssAnon or pswpin is not printed' }
    }
    const share = vmSwap / Math.max(1, vmSwap + rssAnon)
    if (vmSwap < LEAST || share < SHARE || swapIn < BUSY) return CLEAR
    return finding(
      'medium',
      'possible',
      `${Math.round(share * 100)} % of its anonymous memory is in swap, and pages come back`,
      {
        evidence: [
          { what: 'VmSwap', value: vmSwap, unit: 'bytes', source: 'status: VmSwap' },
          { what: 'resident anonymous', value: rssAnon, unit: 'bytes', source: 'status: RssAnon' },
          { what: 'pages back from swap', value: swapIn, unit: 'per-second', source: '/proc/vmstat: pswpin' },
        ],
      },
    )
  },
})
