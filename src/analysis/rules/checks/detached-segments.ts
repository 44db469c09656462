import { inSentence, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Bytes in RAM and swap. */
const LEAST = 2 ** 20
const MUCH = 64 * 2 ** 20
const NAMED = 3
/** Smaller ones are marks that a program is there, not memory. */
const SMALLEST = 64 * 1024

export const rule = defineRule({
  id: 'detached-segments',
  title: 'System V shared memory that nobody uses',
  severity: 'medium',
  what: 'Segments without any attached process that were not marked to go with their last user (IPC_RMID), of 1 MiB together or more.',
  why: 'A segment lives until it is removed or the host restarts, in RAM or swap, and is charged to Committed_AS whole: what a crashed program leaves behind stays.',
  remedy:
    'Look who made it (`ipcs -mp`), and remove it: `ipcrm -m ID`. Programs should call shmctl(IPC_RMID) as soon as all have attached, or use mmap or memfd_create.',
  falseAlarms:
    'Some databases keep their index in detached segments on purpose, to start again at once; a program may attach only while it works. Segments of other IPC namespaces (containers) are not seen.',
  references: ['shmctl(2): IPC_RMID', 'ipcrm(1)', 'proc_sysvipc(5)'],
  needs: ['detachedSegments'],
  check: ({ detachedSegments }) => {
    const inUse = ({ rss, swap }: (typeof detachedSegments)[number]): number => (rss ?? 0) + (swap ?? 0)
    const ordered = detachedSegments
      .filter(({ size }) => size >= SMALLEST)
      .sort((a, b) => inUse(b) - inUse(a) || b.size - a.size)
    const bytes = sumOver(ordered, inUse)
    const size = sumOver(ordered, (segment) => segment.size)
    // Before 2.6.34 only the size is told.
    const known = ordered.every(({ rss }) => rss !== null)
    if ((known ? bytes : size) < LEAST) return CLEAR
    const orphaned = ordered.every(({ maker }) => maker.state === 'ended')
    const severity = bytes >= MUCH && orphaned ? 'medium' : 'low'
    const count = ordered.length === 1 ? 'a segment' : `${ordered.length} segments`
    return finding(severity, orphaned ? 'likely' : 'possible', `${count} of shared memory without any user`, {
      evidence: [
        { what: 'in RAM and swap', value: bytes, unit: 'bytes', source: '/proc/sysvipc/shm: rss, swap' },
        { what: 'size', value: size, unit: 'bytes', source: '/proc/sysvipc/shm: size' },
        ...ordered.slice(0, NAMED).map(({ shmid, creator, maker, size: each }) => ({
          what: `segment ${shmid}, made by process ${creator} (${maker.state === 'runs' ? inSentence(maker.comm) : maker.state})`,
          value: each,
          unit: 'bytes' as const,
          source: '/proc/sysvipc/shm: nattch 0',
        })),
      ],
    })
  },
})
