import { THP_REASONS, type ThpReason } from '../../../model/thp-reasons.ts'
import { missingReason } from '../../totals.ts'
import { withoutSmaps } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20
/** Where nobody has asked for huge pages, so much must be to be had that asking is worth a thought. */
const LEAST_UNASKED = 2 ** 30
/** Per cent of what is or could be huge. */
const MOSTLY = 30

/** Nothing forbids them, and yet there are none. */
const GIVEN: ReadonlySet<ThpReason> = new Set<ThpReason>([
  'khugepaged-waits',
  'khugepaged-off',
  'fragmented',
  'memcg',
  'misaligned',
  'split',
])
/** The host's mode, or that nobody has asked. */
const UNASKED: ReadonlySet<ThpReason> = new Set<ThpReason>([
  'mode-never',
  'not-advised',
  'shmem-never',
  'shmem-not-advised',
  'mount-never',
  'mount-not-advised',
])

/** What to do for the reasons that have a remedy of their own. */
const REMEDIES: Readonly<Partial<Record<ThpReason, string>>> = {
  'khugepaged-waits':
    'Advise the memory before it is touched, or call madvise(MADV_COLLAPSE) (Linux 6.1); raise khugepaged/pages_to_scan, or lower khugepaged/scan_sleep_millisecs.',
  'khugepaged-off': 'Advise the memory before it is touched, or call madvise(MADV_COLLAPSE) (Linux 6.1).',
  fragmented:
    'Set transparent_hugepage/defrag to defer+madvise, raise vm.compaction_proactiveness, or reserve hugetlb pages at boot for what needs them.',
  memcg: 'Give the cgroup room: memory.max is reached, and huge pages are refused first.',
  misaligned: 'Allocate with the alignment of a huge page: posix_memalign or mmap of a multiple of 2 MiB.',
  split:
    'Keep rights and advice the same over whole huge pages: mprotect and madvise of a part take the rest along (`mmapctl thp PID` shows where).',
}

export const rule = defineRule({
  id: 'thp-unused',
  title: 'Memory that could be in huge pages is not',
  severity: 'medium',
  what: 'At least 64 MiB of resident memory that may be in transparent huge pages and is not, when less than 30 % of what could be is; for the reason that `mmapctl thp` gives. Where the host’s mode or the lack of advice is the reason, at least 1 GiB, and for information alone.',
  why: 'Each small page needs a TLB entry of its own: a program that reads over much memory spends a part of its time, often 5 to 30 %, on page walks that huge pages save.',
  remedy:
    'Ask for them: madvise(MADV_HUGEPAGE) on large allocations, -XX:+UseTransparentHugePages for a JVM, GLIBC_TUNABLES=glibc.malloc.hugetlb=1 for malloc; or set transparent_hugepage/enabled to always.',
  falseAlarms:
    'Memory that is used here and there grows when it is huge, and gains little; databases such as Redis and MongoDB ask to have it off for the sake of latency. Memory touched a moment ago may only wait for khugepaged. Folios smaller than a huge page count as small here.',
  references: ['Documentation/admin-guide/mm/transhuge.rst', 'madvise(2): MADV_HUGEPAGE, MADV_COLLAPSE'],
  needs: ['thp', 'hugePages'],
  check: ({ thp, hugePages }) => {
    const { totals, reasons, mappings } = thp
    if (Number.isNaN(totals.gain)) return { kind: 'unknown', why: missingReason(thp.memory) }
    if (totals.huge * 100 >= MOSTLY * (totals.huge + totals.gain)) return CLEAR
    const unread = withoutSmaps(thp.memory)
    if (unread !== null) return unread
    const gainOf = (of: ReadonlySet<ThpReason>): number =>
      reasons.reduce((sum, { reason, gain }) => sum + (of.has(reason) ? gain : 0), 0)
    const given = gainOf(GIVEN) >= LEAST
    if (!given && gainOf(UNASKED) < LEAST_UNASKED) return CLEAR
    const wanted = given ? GIVEN : UNASKED
    const [first] = reasons.filter(({ reason }) => wanted.has(reason))
    if (first === undefined) return CLEAR
    // khugepaged needs its time: until then it is only not done yet.
    const speed = hugePages.khugepagedSpeed ?? 0
    const waits = first.reason === 'khugepaged-waits' && (thp.memory.ageSeconds ?? 0) * speed < first.gain
    const rows = mappings
      .filter(({ reason, gain }) => wanted.has(reason) && gain > 0)
      .sort((a, b) => b.gain - a.gain)
      .map(({ facts }) => facts.row)
    const severity = given ? (waits ? 'low' : 'medium') : 'info'
    const remedy = REMEDIES[first.reason]
    return finding(severity, 'likely', `${Math.round(huge(totals))} % of what could be in huge pages is`, {
      evidence: [
        { what: 'could be huge', value: gainOf(wanted), unit: 'bytes', source: 'smaps: Rss in whole huge pages' },
        {
          what: 'huge',
          value: totals.huge,
          unit: 'bytes',
          source: 'smaps: AnonHugePages, ShmemPmdMapped, FilePmdMapped',
        },
        { what: 'why', value: meaningOf(first.reason), unit: 'text', source: 'smaps: VmFlags, THPeligible; sysfs' },
      ],
      rows,
      ...(remedy === undefined ? {} : { remedy }),
    })
  },
})

function huge({ huge, gain }: { readonly huge: number; readonly gain: number }): number {
  return (huge * 100) / Math.max(1, huge + gain)
}

function meaningOf(code: ThpReason): string {
  return THP_REASONS.find(([each]) => each === code)?.[1] ?? code
}
