import { NOT_MISSED, type ThpReason } from '../../model/thp-reasons.ts'
import type { ThpSettings } from '../../model/thp-settings.ts'
import type { MappingFacts } from './facts.ts'
import { allows } from './policy.ts'

/** What of the host and of the process decides for all mappings alike. */
export interface RuleContext {
  readonly settings: ThpSettings | null
  /** Base page in bytes. */
  readonly pageSize: number
  /** THP_enabled of status; `null` where it is not printed. */
  readonly thpEnabled: boolean | null
  /** Whether khugepaged runs; `null` when that cannot be told. */
  readonly khugepagedRuns: boolean | null
  readonly pressure: Pressure
}

/** What keeps the kernel from finding huge pages just now. */
export interface Pressure {
  /** Share of the faults during the interval that wanted a huge page and got none, 0 to 1; `NaN` without any. */
  readonly fallbackShare: number
  /** Whether some of them were refused by a memory cgroup. */
  readonly chargeRefused: boolean
  /** Bytes free in blocks of a huge page and larger; `NaN` when unknown. */
  readonly freeHuge: number
}

type Rule = readonly [reason: ThpReason, fits: (mapping: MappingFacts, context: RuleContext) => boolean]

/** Faults that fall back now and then are normal. */
const MUCH_FALLBACK = 0.1

/** The first rule that fits gives the reason. Names and order are those of model/thp-reasons.ts, with `huge` twice and `unknown` three times. */
const RULES: readonly Rule[] = [
  ['hugetlb', ({ backing }) => backing.of === 'hugetlb'],
  ['not-applicable', ({ backing }) => backing.of === 'none' || backing.of === 'dax'],
  ['unknown', ({ rss, small }) => Number.isNaN(rss + small)],
  ['not-resident', ({ rss }) => rss === 0],
  ['huge', ({ small }) => small === 0],
  ['no-thp', (_, { settings }) => settings === null],
  // Copies of file pages: mm/memory.c do_cow_fault makes them one by one, and nothing puts them together.
  ['copied', ({ backing, anonymous, rss }) => backing.of !== 'anonymous' && anonymous > rss / 2],
  // Without VmFlags (maps and PAGEMAP_SCAN) nobody knows what was advised, and what else the kernel has marked.
  ['unknown', ({ flags, within, cut }) => flags === null && within === 0 && cut > 0],
  ['split', (mapping, context) => mapping.within === 0 && mapping.cut > 0 && mayBeHuge(mapping, context)],
  ['too-small', ({ shape }) => shape.capable === 0 && shape.gain === 0],
  ['huge', ({ within, shape }) => within === 0 && shape.gain === 0],
  ['prctl', (_, { thpEnabled }) => thpEnabled === false],
  ['nohugepage', ({ flags }) => flags?.includes('nh') ?? false],
  ['unknown', ({ flags, policy }) => flags === null && policy !== 'never'],
  ['mode-never', (mapping) => mapping.backing.of === 'anonymous' && refused(mapping, 'never')],
  ['not-advised', (mapping) => mapping.backing.of === 'anonymous' && refused(mapping, 'advised')],
  ['shmem-never', (mapping) => ownedBy(mapping, false) && refused(mapping, 'never')],
  ['shmem-not-advised', (mapping) => ownedBy(mapping, false) && refused(mapping, 'advised')],
  ['mount-never', (mapping) => ownedBy(mapping, true) && refused(mapping, 'never')],
  ['mount-not-advised', (mapping) => ownedBy(mapping, true) && refused(mapping, 'advised')],
  // Whether a file system makes large folios shows only when it has.
  ['file', ({ backing, eligible, huge, within }) => fileOnly(backing, eligible) && (huge === 0 || within > 0)],
  // Nothing forbids it, so that only its place is in the way.
  ['misaligned', ({ within }) => within === 0],
  ['not-eligible', ({ eligible }) => eligible === false],
  ['userfaultfd', ({ flags }) => ['um', 'uw', 'ui'].some((flag) => flags?.includes(flag))],
  ['swapped', ({ swap, small }) => swap > small],
  ['ksm', ({ ksm, small }) => ksm > small / 2],
  ['forked', ({ backing, shared, small }) => backing.of === 'anonymous' && shared > small / 2],
  ['memcg', (_, { pressure }) => pressure.chargeRefused],
  ['fragmented', (_, { pressure }) => pressure.fallbackShare > MUCH_FALLBACK || pressure.freeHuge === 0],
  ['sparse', (mapping, context) => mapping.small < leastForKhugepaged(mapping, context)],
  ['khugepaged-off', (_, { khugepagedRuns }) => khugepagedRuns === false],
  ['khugepaged-waits', () => true],
]

/** Why a mapping's memory is not in huge pages, or that it is. */
export function reasonOf(mapping: MappingFacts, context: RuleContext): ThpReason {
  const rule = RULES.find(([, applies]) => applies(mapping, context))
  return rule?.[0] ?? 'khugepaged-waits'
}

/**
 * Bytes that would be in huge pages if the reason were mended, at most: of what is resident in whole blocks it is not
 * known how it is spread over them.
 */
export function gainOf(mapping: MappingFacts, reason: ThpReason): number {
  if (reason === 'unknown') return gainAtMost(mapping)
  if (NOT_MISSED.has(reason) || NEVER_MENDED.has(reason)) return 0
  const edges = mapping.small - mapping.within
  if (reason === 'misaligned') return Math.min(edges, mapping.shape.gain)
  return reason === 'split' ? Math.min(edges, mapping.cut) : mapping.within
}

/** What any of the reasons would leave to gain; `NaN` where it is not known what is resident. */
function gainAtMost({ rss, small, within, shape, cut }: MappingFacts): number {
  if (Number.isNaN(rss)) return Number.NaN
  return within === 0 ? Math.min(small - within, Math.max(shape.gain, cut)) : within
}

/** No setting and no call mends these. */
const NEVER_MENDED: ReadonlySet<ThpReason> = new Set<ThpReason>(['copied', 'too-small', 'file', 'no-thp'])

/** What policy and advice alone say, for anonymous memory and where nothing has been switched off for it. */
function mayBeHuge({ policy, flags }: MappingFacts, { thpEnabled }: RuleContext): boolean {
  if (thpEnabled === false || policy === null || flags?.includes('nh')) return false
  return allows(policy, flags?.includes('hg') ?? false)
}

/**
 * Whether the policy is this one and forbids huge pages to the mapping. Where the kernel calls it eligible all the same,
 * and no smaller folio explains that, a setting has changed meanwhile, and the kernel is right.
 */
function refused({ policy, flags, eligible, smaller }: MappingFacts, by: 'never' | 'advised'): boolean {
  if (eligible === true && smaller.length === 0) return false
  return policy === by && !allows(policy, flags?.includes('hg') ?? false)
}

/** Whether the file system alone decides: khugepaged takes files on kernels built with READ_ONLY_THP_FOR_FS, where it says so. */
function fileOnly(backing: MappingFacts['backing'], eligible: boolean | null): boolean {
  return backing.of === 'file' && eligible !== true
}

function ownedBy({ backing }: MappingFacts, mount: boolean): boolean {
  return backing.of === 'shmem' && (backing.owner.owner === 'mount') === mount
}

/** khugepaged wants all but max_ptes_none pages of a block to be there. */
function leastForKhugepaged({ shape, huge }: MappingFacts, { settings, pageSize }: RuleContext): number {
  const allowed = settings?.khugepaged?.maxPtesNone ?? null
  if (settings === null || allowed === null) return 0
  return (shape.capable - huge) * (1 - (allowed * pageSize) / settings.pmdSize)
}
