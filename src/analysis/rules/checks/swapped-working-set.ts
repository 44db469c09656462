import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.3
const LEAST = 16 * 2 ** 20
/** Pages a second that come back from swap, and major faults a second of the process itself. */
const BUSY = 10

export const rule = defineRule({
  id: 'swapped-working-set',
  title: 'What the process works with is in swap',
  severity: 'medium',
  what: 'More than 30 % of the anonymous memory, and 16 MiB, in swap, while the process has major faults and the host reads pages back from swap: ten a second each.',
  why: 'Each page that comes back costs a major fault, some hundred microseconds to milliseconds in which the thread stands still.',
  remedy:
    'Give it memory: raise the limit of its cgroup where that is what fails first (`mmapctl overcommit PID`; MemoryMax=, MemoryHigh= of systemd), else find the larger users (`mmapctl ps`) and lower vm.swappiness; or lock the hot part (mlock).',
  falseAlarms:
    'What nobody uses belongs into swap. The major faults may be of its files, and the swap-in another process’s: `mmapctl faults --pid PID --by mapping --duration 5s` tells.',
  references: ['proc_pid_status(5): VmSwap', 'proc_pid_stat(5): majflt', 'proc_vmstat(5): pswpin'],
  needs: ['status', 'motion', 'vmstatRates'],
  check: ({ status, motion, vmstatRates }) => {
    const { vmSwap, rssAnon } = status
    const fromDevice = vmstatRates.get('pswpin')
    // Pages that zswap has kept in memory, compressed (Linux 5.19), are not counted among the others.
    const swapIn = fromDevice === undefined ? undefined : fromDevice + (vmstatRates.get('zswpin') ?? 0)
    if (vmSwap === null || rssAnon === null || swapIn === undefined) {
      return { kind: 'unknown', why: 'VmSwap, RssAnon or pswpin is not printed' }
    }
    const share = vmSwap / Math.max(1, vmSwap + rssAnon)
    if (vmSwap < LEAST || share < SHARE || swapIn < BUSY || motion.majorFaults < BUSY) return CLEAR
    return finding(
      'medium',
      'likely',
      `${Math.round(share * 100)} % of its anonymous memory is in swap, and pages come back`,
      {
        evidence: [
          { what: 'VmSwap', value: vmSwap, unit: 'bytes', source: 'status: VmSwap' },
          { what: 'resident anonymous', value: rssAnon, unit: 'bytes', source: 'status: RssAnon' },
          { what: 'major faults', value: motion.majorFaults, unit: 'per-second', source: 'stat: majflt' },
          {
            what: 'pages back from swap, on the host',
            value: swapIn,
            unit: 'per-second',
            source: '/proc/vmstat: pswpin + zswpin',
          },
        ],
      },
    )
  },
})
