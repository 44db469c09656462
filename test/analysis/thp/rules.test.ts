import { describe, expect, it } from 'vitest'
import type { MappingFacts } from '../../../src/analysis/thp/facts.ts'
import { gainOf, type RuleContext, reasonOf } from '../../../src/analysis/thp/rules.ts'
import { THP_REASONS, type ThpReason } from '../../../src/model/thp-reasons.ts'
import { ADVISED, HUGE, MIB, QUIET, SETTINGS, sampleFacts, settingsWith } from '../../helpers/thp.ts'

interface Case {
  readonly mapping?: Partial<MappingFacts>
  readonly context?: Partial<RuleContext>
  /** Bytes; 0 unless told. */
  readonly gain?: number
}

const UNADVISED = ['rd', 'wr', 'mr', 'mw', 'me', 'ac']
const SHARED = { of: 'shmem', owner: { owner: 'anonymous' } } as const
const MOUNT = { of: 'shmem', owner: { owner: 'mount', huge: null } } as const
const FILE = { of: 'file', fsType: 'ext4' } as const
const ALL = 8 * MIB
const sparse = settingsWith({ khugepaged: { ...(SETTINGS.khugepaged ?? expect.fail()), maxPtesNone: 64 } })

/** What, changed about eight MiB that could be huge, gives each reason. */
const CASES: Readonly<Record<ThpReason, Case>> = {
  hugetlb: { mapping: { backing: { of: 'hugetlb' }, hugetlb: ALL, rss: 0, small: 0 } },
  'not-applicable': { mapping: { backing: { of: 'none' } } },
  unknown: { mapping: { rss: Number.NaN, small: Number.NaN, flags: null }, gain: Number.NaN },
  'not-resident': { mapping: { rss: 0, small: 0, within: 0 } },
  huge: { mapping: { anonHuge: ALL, huge: ALL, small: 0, within: 0 } },
  'no-thp': { context: { settings: null } },
  copied: { mapping: { backing: FILE, policy: null } },
  split: {
    mapping: {
      cut: 1020 * 1024,
      within: 0,
      small: 1020 * 1024,
      huge: 6 * MIB,
      shape: { capable: 6 * MIB, head: 1020 * 1024, tail: 0, skew: 4096, gain: 0 },
    },
    gain: 1020 * 1024,
  },
  'too-small': { mapping: { size: MIB, within: 0, shape: { capable: 0, head: MIB, tail: 0, skew: 0, gain: 0 } } },
  prctl: { context: { thpEnabled: false }, mapping: { eligible: false }, gain: ALL },
  nohugepage: { mapping: { flags: [...UNADVISED, 'nh'], eligible: false }, gain: ALL },
  'mode-never': { mapping: { policy: 'never', eligible: false }, gain: ALL },
  'not-advised': { mapping: { flags: UNADVISED, eligible: false }, gain: ALL },
  'shmem-never': { mapping: { backing: SHARED, anonymous: 0, policy: 'never', eligible: false }, gain: ALL },
  'shmem-not-advised': {
    mapping: { backing: SHARED, anonymous: 0, flags: UNADVISED, eligible: false },
    gain: ALL,
  },
  'mount-never': { mapping: { backing: MOUNT, anonymous: 0, policy: 'never', eligible: false }, gain: ALL },
  'mount-not-advised': { mapping: { backing: MOUNT, anonymous: 0, flags: UNADVISED, eligible: false }, gain: ALL },
  file: { mapping: { backing: FILE, anonymous: 0, policy: null, eligible: false } },
  misaligned: {
    mapping: { within: 0, shape: { capable: 0, head: ALL, tail: 0, skew: 4096, gain: 6 * MIB }, eligible: false },
    gain: 6 * MIB,
  },
  'not-eligible': { mapping: { eligible: false }, gain: ALL },
  userfaultfd: { mapping: { flags: [...UNADVISED, 'hg', 'um'] }, gain: ALL },
  swapped: { mapping: { swap: ALL + 4096 }, gain: ALL },
  ksm: { mapping: { ksm: ALL }, gain: ALL },
  forked: { mapping: { shared: ALL }, gain: ALL },
  memcg: { context: { pressure: { ...QUIET.pressure, chargeRefused: true } }, gain: ALL },
  fragmented: { context: { pressure: { ...QUIET.pressure, freeHuge: 0 } }, gain: ALL },
  sparse: { context: { settings: sparse }, mapping: { small: MIB, within: MIB }, gain: MIB },
  'khugepaged-off': { context: { khugepagedRuns: false }, gain: ALL },
  'khugepaged-waits': { gain: ALL },
}

describe('without VmFlags, where pages alone were looked at,', () => {
  const reason = (mapping: Partial<MappingFacts>, context: Partial<RuleContext> = {}) => {
    const facts = { ...ADVISED, ...mapping, flags: null, eligible: null }
    const found = reasonOf(facts, { ...QUIET, ...context })
    return [found, gainOf(facts, found)]
  }

  it('nobody knows what was asked for, and so why; what it could bring is known at most', () => {
    expect(reason({})).toEqual(['unknown', ALL])
    expect(reason({ policy: 'always' })).toEqual(['unknown', ALL])
    const divided = CASES.split.mapping ?? {}
    expect(reason(divided)).toEqual(['unknown', 1020 * 1024])
    expect(reason(CASES.misaligned.mapping ?? {})).toEqual(['unknown', 6 * MIB])
  })

  it('what advice does not decide is known', () => {
    expect(reason({ policy: 'never' })).toEqual(['mode-never', ALL])
    expect(reason({}, { thpEnabled: false })).toEqual(['prctl', ALL])
    expect(reason(CASES['too-small'].mapping ?? {})).toEqual(['too-small', 0])
    expect(reason(CASES.huge.mapping ?? {})).toEqual(['huge', 0])
    expect(reason(CASES.copied.mapping ?? {})).toEqual(['copied', 0])
  })
})

describe('the reason why memory is not huge', () => {
  it.each(THP_REASONS.map(([reason]) => reason))('%s', (reason) => {
    const { mapping, context, gain = 0 } = CASES[reason]
    const facts = { ...ADVISED, ...mapping }
    expect(reasonOf(facts, { ...QUIET, ...context })).toBe(reason)
    expect(gainOf(facts, reason)).toBe(gain)
  })

  it('is what forbids it, before what keeps it from happening', () => {
    const facts = { ...ADVISED, flags: UNADVISED, shared: ALL, swap: 2 * ALL, eligible: false }
    expect(reasonOf(facts, { ...QUIET, thpEnabled: false })).toBe('prctl')
    expect(reasonOf(facts, QUIET)).toBe('not-advised')
  })

  it('is never the policy where the kernel says that it is eligible: a switch was turned meanwhile', () => {
    expect(reasonOf({ ...ADVISED, policy: 'never', eligible: true }, QUIET)).toBe('khugepaged-waits')
    expect(reasonOf({ ...ADVISED, policy: 'never', eligible: true, smaller: [65_536] }, QUIET)).toBe('mode-never')
  })

  it('is known without THPeligible, which kernels before 5.0 do not print', () => {
    expect(reasonOf({ ...ADVISED, eligible: null }, QUIET)).toBe('khugepaged-waits')
    expect(reasonOf({ ...ADVISED, eligible: null, flags: UNADVISED }, QUIET)).toBe('not-advised')
  })

  it('is that it is huge, where only ends are left that no huge page fits into', () => {
    const facts = {
      ...ADVISED,
      huge: 6 * MIB,
      small: 12_288,
      within: 0,
      shape: { capable: 6 * MIB, head: 4096, tail: 8192, skew: HUGE - 4096, gain: 0 },
    }
    expect(reasonOf(facts, QUIET)).toBe('huge')
  })

  it('is that faults find no huge page, where many fall back', () => {
    const pressure = { ...QUIET.pressure, fallbackShare: 0.5 }
    expect(reasonOf(ADVISED, { ...QUIET, pressure })).toBe('fragmented')
    expect(reasonOf(ADVISED, { ...QUIET, pressure: { ...pressure, fallbackShare: 0.01 } })).toBe('khugepaged-waits')
  })
})

describe('the captured process with every outcome', () => {
  /** By the labels that the program printed; see test/fixtures/proc/thp/labels.txt. */
  const EXPECTED: readonly (readonly [start: string, reason: ThpReason])[] = [
    ['7f8296c00000', 'not-advised'],
    ['7f8295a00000', 'split'],
    ['7f8295b01000', 'split'],
    ['7f8294800000', 'huge'],
    ['7f8294a00000', 'split'],
    ['7f8294a01000', 'split'],
    ['7f8297cfc000', 'misaligned'],
    ['7f8293e01000', 'split'],
    ['7f8296a01000', 'too-small'],
    ['7f8293400000', 'huge'],
    ['7f8292a00000', 'nohugepage'],
    ['7f8292000000', 'not-resident'],
    ['7f8291800000', 'huge'],
    ['7f8290400000', 'huge'],
    ['7f828c600000', 'huge'],
  ]

  it.each(EXPECTED)('%s is %s', (start, reason) => {
    const mapping = sampleFacts('thp').find((each) => each.start === start)
    expect(mapping).toBeDefined()
    if (mapping !== undefined) expect(reasonOf(mapping.facts, QUIET)).toBe(reason)
  })

  it('gains no more than it has in small pages', () => {
    for (const { facts } of sampleFacts('thp')) {
      const gain = gainOf(facts, reasonOf(facts, QUIET))
      expect(gain).toBeGreaterThanOrEqual(0)
      expect(gain).toBeLessThanOrEqual(facts.small)
    }
  })
})
