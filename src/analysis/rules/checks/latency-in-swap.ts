import { largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, type Evidence, finding } from '../rule.ts'

const LEAST = 2 ** 20
/** Of all that a process has, so much is locked where it means to be in memory as a whole. */
const MOSTLY_LOCKED = 0.5

/** SCHED_FIFO, SCHED_RR and SCHED_DEADLINE of include/uapi/linux/sched.h. */
const REAL_TIME: ReadonlyMap<number, string> = new Map([
  [1, 'SCHED_FIFO'],
  [2, 'SCHED_RR'],
  [6, 'SCHED_DEADLINE'],
])

export const rule = defineRule({
  id: 'latency-in-swap',
  title: 'A process that must not wait has memory in swap',
  severity: 'medium',
  what: 'At least 1 MiB of memory without a lock in swap, in a process whose main thread has a real-time policy, or that has locked more than half of its memory.',
  why: 'Somebody has said that this process must not wait; the first touch of each such page waits for the disk, whatever its priority.',
  remedy:
    'Lock all of it, also what comes later: mlockall(MCL_CURRENT | MCL_FUTURE), with LimitMEMLOCK raised (Elasticsearch: bootstrap.memory_lock); or keep it out of swap with memory.swap.max=0 of its cgroup.',
  falseAlarms:
    'What it used at its start alone may stay in swap for ever. Threads that have a real-time policy while the main thread has none are not seen.',
  references: ['mlockall(2)', 'sched(7)', 'proc_pid_stat(5): policy'],
  needs: ['smaps', 'status'],
  check: ({ smaps, status }) => {
    const { table, memory } = smaps
    const { vmLck, vmRss, vmSwap } = status
    const policy = REAL_TIME.get(memory.stat.policy ?? 0)
    if (vmLck === null || vmRss === null || vmSwap === null) {
      return { kind: 'unknown', why: 'VmLck, VmRSS or VmSwap is not printed' }
    }
    const locks = vmLck > 0 && vmLck > (vmRss + vmSwap) * MOSTLY_LOCKED
    if (policy === undefined && !locks) return CLEAR
    const swap = (row: number): number => table.value('Swap', row)
    const rows = rowsWhere(smaps, (row) => swap(row) > 0 && table.flagsOf(row)?.includes('lo') !== true)
    const bytes = sumOver(rows, swap)
    const ordered = largestFirst(rows, swap)
    const [first] = ordered
    if (first === undefined || bytes < LEAST) return CLEAR
    const who = policy === undefined ? 'has locked most of its memory' : `runs with ${policy}`
    const evidence: Evidence[] = [
      { what: 'in swap', value: bytes, unit: 'bytes', source: 'smaps: Swap' },
      { what: 'locked', value: vmLck, unit: 'bytes', source: 'status: VmLck' },
    ]
    if (policy !== undefined) evidence.push({ what: 'policy', value: policy, unit: 'text', source: 'stat: policy' })
    return finding('medium', 'likely', `${who}, and has memory in swap: ${nameInSentence(smaps, first)}`, {
      evidence,
      rows: ordered,
    })
  },
})
