import type { ThpMapping, ThpProcess } from '../analysis/thp/process-report.ts'
import type { ReasonGroup } from '../analysis/thp/reason-groups.ts'
import type { ThpReason } from '../model/thp-reasons.ts'
import { formatAge, formatBytes } from './units.ts'

/** What of the host and the process the words need. */
export interface ReasonContext {
  /** Bytes of a huge page. */
  readonly block: number
  /** Bytes a second that khugepaged looks through at most; `null` when it is not known. */
  readonly khugepagedSpeed: number | null
  /** Whether this kernel has folios below the PMD size that could be switched on, and none is. */
  readonly smallerSizes: boolean
}

/** A reason as a cell of a table. */
const SHORT: Readonly<Record<ThpReason, string>> = {
  hugetlb: 'hugetlb',
  'not-applicable': 'not applicable',
  'not-resident': 'not resident',
  unknown: 'unknown',
  huge: 'is huge',
  'no-thp': 'no THP',
  prctl: 'prctl',
  nohugepage: 'MADV_NOHUGEPAGE',
  copied: 'copied from a file',
  'mode-never': 'mode never',
  'not-advised': 'not asked for',
  'shmem-never': 'shmem never',
  'shmem-not-advised': 'shmem, not asked for',
  'mount-never': 'tmpfs without huge=',
  'mount-not-advised': 'tmpfs, not asked for',
  file: 'file',
  split: 'split',
  'too-small': 'too small',
  misaligned: 'misaligned',
  'not-eligible': 'not eligible',
  userfaultfd: 'userfaultfd',
  swapped: 'swapped',
  ksm: 'KSM',
  forked: 'shared by fork',
  memcg: 'cgroup limit',
  fragmented: 'fragmented',
  sparse: 'sparse',
  'khugepaged-off': 'khugepaged off',
  'khugepaged-waits': 'waits for khugepaged',
}

/** The reason of one mapping, with what is particular to it: how far it is from the nearest edge of a huge page. */
export function reasonCell({ reason, facts }: ThpMapping, block: number): string {
  const { skew } = facts.shape
  return reason === 'misaligned' ? `misaligned by ${formatBytes(Math.min(skew, block - skew))}` : SHORT[reason]
}

/** The reason of a group. */
export function reasonTitle(reason: ThpReason): string {
  return SHORT[reason]
}

/** What would mend a reason, or why nothing does. */
export function remedyText(group: ReasonGroup, process: ThpProcess, context: ReasonContext): string {
  const block = formatBytes(context.block)
  const gain = formatBytes(group.gain)
  switch (group.reason) {
    case 'hugetlb':
      return 'pages of the pool: huge already'
    case 'not-applicable':
      return 'pages of drivers or of the kernel'
    case 'not-resident':
      return 'nothing in memory yet'
    case 'unknown':
      return 'smaps was not read'
    case 'huge':
      return `all that can be huge is; the rest are ends shorter than ${block}`
    case 'no-thp':
      return 'a kernel with CONFIG_TRANSPARENT_HUGEPAGE'
    case 'prctl':
      return 'switched off by PR_SET_THP_DISABLE, here or by the process that started it'
    case 'nohugepage':
      return 'leave MADV_NOHUGEPAGE out; since Linux 6.7 MAP_STACK, and so every thread’s stack, means it too'
    case 'copied':
      return 'nothing: private copies of a file’s pages are never huge'
    case 'mode-never':
      return 'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, and ask with MADV_HUGEPAGE; or always'
    case 'not-advised':
      return `madvise(MADV_HUGEPAGE) before it is touched${allocatorHint(process)}; or mode always for the whole host`
    case 'shmem-never':
      return 'shmem_enabled advise and MADV_HUGEPAGE; advice alone does nothing'
    case 'shmem-not-advised':
      return 'madvise(MADV_HUGEPAGE) before it is touched'
    case 'mount-never':
      return 'mount the tmpfs with huge=advise, within_size or always'
    case 'mount-not-advised':
      return 'madvise(MADV_HUGEPAGE) before it is touched, or mount with huge=within_size'
    case 'file':
      return 'large folios are the file system’s choice (ext4, xfs, btrfs: large reads and writes); not a setting here'
    case 'split':
      return `unmap, protect and advise whole ${block} blocks: +${gain}`
    case 'too-small':
      return `${smallest(process, group.reason)}map more at once${context.smallerSizes ? ', or switch a smaller folio on (hugepages-64kB/enabled)' : ''}`
    case 'misaligned':
      return `align to ${block}: +${gain} coverable`
    case 'not-eligible':
      return 'the kernel says THPeligible 0 and not why'
    case 'userfaultfd':
      return 'as long as a userfaultfd is registered for it, it stays as it is'
    case 'swapped':
      return 'more memory, or less swapping'
    case 'ksm':
      return 'KSM has merged it: one or the other'
    case 'forked':
      return 'khugepaged/max_ptes_shared; or wait until the other process has ended'
    case 'memcg':
      return 'raise the memory limit of the cgroup'
    case 'fragmented':
      return 'compact memory (vm.compact_memory, compaction_proactiveness), or defrag so that faults wait for it'
    case 'sparse':
      return 'khugepaged/max_ptes_none: higher makes it huge, and larger'
    case 'khugepaged-off':
      return 'touch it after it was asked for, or MADV_COLLAPSE; khugepaged does not run'
    case 'khugepaged-waits':
      return `${waitText(group.gain, context.khugepagedSpeed)}; MADV_COLLAPSE (Linux 6.1) does it at once`
  }
}

/** Mappings too small for a huge page may still have smaller folios. */
function smallest(process: ThpProcess, reason: ThpReason): string {
  const sizes = new Set(
    process.mappings.filter((mapping) => mapping.reason === reason).flatMap(({ facts }) => facts.smaller),
  )
  if (sizes.size === 0) return ''
  return `may have folios of up to ${formatBytes(Math.max(...sizes))}; else `
}

/** Allocators ask for their memory when they are told to. */
function allocatorHint({ mappings, classes }: ThpProcess): string {
  const rows = mappings.filter(({ reason }) => reason === 'not-advised').map(({ facts }) => facts.row)
  const jvm = rows.some((row) => classes.label(row) === 'JVM heap')
  const malloc = rows.some((row) => classes.kind(row) === 'heap' || classes.label(row) === 'glibc malloc arena')
  const hints = [
    ...(malloc ? ['malloc of glibc 2.35: GLIBC_TUNABLES=glibc.malloc.hugetlb=1'] : []),
    ...(jvm ? ['JVM: -XX:+UseTransparentHugePages'] : []),
  ]
  return hints.length === 0 ? '' : ` (${hints.join('; ')})`
}

function waitText(bytes: number, speed: number | null): string {
  if (speed === null || speed === 0) return 'khugepaged comes in its time'
  return `khugepaged needs ${formatAge(Math.ceil(bytes / speed))} at least`
}
