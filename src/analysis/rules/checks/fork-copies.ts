import { missingReason } from '../../totals.ts'
import { withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 256 * 2 ** 20
const LEAST_HUGE = 64 * 2 ** 20

export const rule = defineRule({
  id: 'fork-copies',
  title: 'Memory that a fork shares and writes will copy',
  severity: 'medium',
  what: 'Private memory shared with a forked process: at least 256 MiB and more than the host has available, or at least 64 MiB of it in huge pages.',
  why: 'While both live, each write copies. Snapshots made by a fork (BGSAVE of Redis) can so take as much memory again as the program has; before Linux 5.8 a write to a huge page copies all 2 MiB of it, since then it copies one small page and takes the huge mapping apart, for khugepaged to make again.',
  remedy:
    'Leave room for the copies (maxmemory of Redis well below the memory of the host or cgroup), take snapshots when little is written, set transparent_hugepage/enabled to madvise for programs that fork so; use posix_spawn or vfork to start programs.',
  falseAlarms:
    'Only what is written while both live is copied. Workers that were forked to share what they only read (prefork servers, the zygote of Chromium) never copy most of it.',
  references: ['fork(2)', 'Documentation/admin-guide/mm/transhuge.rst', 'commit 3917c80280c9'],
  needs: ['thp', 'meminfo', 'host'],
  check: ({ thp, meminfo, host }) => {
    const { mappings, totals } = thp
    const forked = mappings
      .map(({ facts }) => facts)
      .filter(({ backing, shared, anonymous }) => backing.of === 'anonymous' && shared > 0 && anonymous > 0)
      .map(({ row, shared, anonymous, ksm }) => ({ row, bytes: Math.max(0, Math.min(shared, anonymous) - ksm) }))
    const bytes = forked.reduce((sum, each) => sum + each.bytes, 0)
    const available = meminfo.memAvailable
    if (bytes >= LEAST && available === null) return { kind: 'unknown', why: 'MemAvailable is not printed' }
    const short = bytes >= LEAST && available !== null && bytes > available
    if (Number.isNaN(totals.sharedHuge))
      return withoutSmaps(thp.memory) ?? { kind: 'unknown', why: missingReason(thp.memory) }
    if (!short && totals.sharedHuge < LEAST_HUGE) return CLEAR
    const whole = host.kernel.major < 5 || (host.kernel.major === 5 && host.kernel.minor < 8)
    const summary = short
      ? 'more is shared after a fork than the host has available, if it is all written'
      : whole
        ? 'huge pages are shared after a fork: each first write copies one whole'
        : 'huge pages are shared after a fork: each first write takes one apart'
    return finding(short ? 'high' : whole ? 'medium' : 'low', short ? 'possible' : 'certain', summary, {
      evidence: [
        {
          what: 'shared',
          value: bytes,
          unit: 'bytes',
          source: 'smaps: Shared_Clean + Shared_Dirty of anonymous memory',
        },
        { what: 'of it huge, at most', value: totals.sharedHuge, unit: 'bytes', source: 'smaps: AnonHugePages' },
        ...(available === null
          ? []
          : [{ what: 'available', value: available, unit: 'bytes' as const, source: 'meminfo: MemAvailable' }]),
      ],
      rows: forked.sort((a, b) => b.bytes - a.bytes).map(({ row }) => row),
    })
  },
})
