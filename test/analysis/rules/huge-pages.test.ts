import { describe, expect, test } from 'vitest'
import { sampleReport } from '../../helpers/reports.ts'
import { check, type MadeMapping, reportOf } from '../../helpers/rule-cases.ts'
import { hugePagesOf, meminfoOf, poolOf, thpOf } from '../../helpers/rule-reports.ts'
import { HUGE, settingsWith } from '../../helpers/thp.ts'

const KIB = 1024
const MIB = 2 ** 20
/** Aligned to a huge page. */
const AT = 0x7f0000000000

/** Anonymous memory of so many MiB, of which so many are in huge pages; advised, and eligible. */
function heap(mib: number, huge: number, more: Partial<MadeMapping> = {}): MadeMapping {
  const { figures, ...rest } = more
  const kib = mib * KIB
  return {
    start: AT,
    pages: kib / 4,
    perms: 'rw-p',
    flags: 'rd wr mr mw me ac hg',
    figures: {
      Rss: kib,
      Anonymous: kib,
      Private_Dirty: kib,
      AnonHugePages: huge * KIB,
      THPeligible: 1,
      ...figures,
    },
    ...rest,
  }
}

/** hugetlb memory of so many pages, some of them there. */
function hugetlb(pages: number, there: number, more: Partial<MadeMapping> = {}): MadeMapping {
  const { figures, ...rest } = more
  return {
    start: AT,
    pages: pages * 512,
    perms: 'rw-p',
    name: '/anon_hugepage (deleted)',
    inode: 77,
    flags: 'rd wr mr mw me de ht nr',
    figures: { KernelPageSize: 2048, MMUPageSize: 2048, Private_Hugetlb: there * 2048, ...figures },
    ...rest,
  }
}

describe('thp-unused', () => {
  const judge = (mappings: readonly MadeMapping[], hugePages = hugePagesOf()) =>
    check('thp-unused', { thp: thpOf(reportOf(mappings), hugePages), hugePages })

  test('fires on eligible memory in small pages, and says why', () => {
    // The process of the report is an hour old, in which khugepaged looks through some 5 GiB.
    expect(judge([heap(100, 20)])).toMatchObject({
      severity: 'medium',
      rows: [0],
      evidence: [{ value: 80 * MIB }, { value: 20 * MIB }, { value: expect.stringContaining('khugepaged') }],
      remedy: expect.stringContaining('MADV_COLLAPSE'),
    })
  })

  test('makes less of it while khugepaged may only not have come by', () => {
    const settings = settingsWith({})
    const slow = { ...settings, khugepaged: settings.khugepaged && { ...settings.khugepaged, pagesToScan: 1 } }
    expect(judge([heap(100, 20)], hugePagesOf({ settings: slow }))).toMatchObject({ severity: 'low' })
  })

  test('does not fire on a little, on what is mostly huge, and on what somebody wants small', () => {
    expect(judge([heap(64, 2)])).toBe('clear')
    expect(judge([heap(100, 32)])).toBe('clear')
    expect(judge([heap(100, 0, { flags: 'rd wr mr mw me ac nh', figures: { THPeligible: 0 } })])).toBe('clear')
  })

  test('only informs of what nobody has asked for, and of much of it', () => {
    const unasked = (mib: number): MadeMapping =>
      heap(mib, 0, { flags: 'rd wr mr mw me ac', figures: { THPeligible: 0 } })
    expect(judge([unasked(1024)])).toMatchObject({ severity: 'info', rows: [0] })
    expect(judge([unasked(1022)])).toBe('clear')
  })

  test('cannot tell from addresses alone', () => {
    expect(check('thp-unused', { thp: 'smaps was not read: --basic', hugePages: hugePagesOf() })).toEqual({
      unknown: 'smaps was not read: --basic',
    })
  })
})

describe('thp-advice-without-effect', () => {
  const refused = { figures: { THPeligible: 0 } }

  test('fires on advice that the mode forbids', () => {
    const never = hugePagesOf({ settings: settingsWith({ enabled: 'never' }) })
    expect(check('thp-advice-without-effect', { thp: thpOf(reportOf([heap(8, 0, refused)]), never) })).toMatchObject({
      severity: 'low',
      summary: expect.stringContaining('one mapping'),
      evidence: [{ value: 8 * MIB }, { value: expect.stringContaining('switched off for the host') }],
    })
  })

  test('does not fire on eligible memory, on what is huge all the same, and on a piece too small to be', () => {
    for (const mapping of [heap(8, 0), heap(8, 8, refused), { ...heap(8, 0, refused), pages: 256 }]) {
      expect(check('thp-advice-without-effect', { thp: thpOf(reportOf([mapping])) })).toBe('clear')
    }
  })

  test('cannot tell without smaps', () => {
    expect(check('thp-advice-without-effect', { thp: 'denied' })).toEqual({ unknown: 'denied' })
  })
})

describe('thp-bloat', () => {
  const sample = (zeroPages: number) => ({ blocks: 4, candidates: 40, pages: 2048, zeroPages })
  const judge = (mib: number, zeros: Parameters<typeof thpOf>[2]) =>
    check('thp-bloat', { thp: thpOf(reportOf([heap(mib, mib)]), hugePagesOf(), zeros) })

  test('fires when most of the sampled contents are zeros', () => {
    expect(judge(64, sample(1536))).toMatchObject({
      severity: 'medium',
      evidence: [{ value: 64 * MIB }, { value: 48 * MIB }, { value: 4 }],
    })
  })

  test('does not fire on fewer zeros, and on little memory', () => {
    expect(judge(64, sample(1023))).toBe('clear')
    expect(judge(62, 'not-asked')).toBe('clear')
  })

  test('cannot tell without a look at the contents', () => {
    expect(judge(64, 'not-asked')).toMatchObject({ unknown: expect.stringContaining('--zeros') })
    expect(judge(64, { reason: 'denied', errno: 'EACCES', path: '/proc/1/mem' })).toMatchObject({
      unknown: expect.stringContaining('sampled'),
    })
  })
})

describe('thp-allocation-failing', () => {
  const judge = (rises: Readonly<Record<string, number>> | null) =>
    check('thp-allocation-failing', { hugePages: hugePagesOf({}, rises) })

  test('fires when much falls back, and tells a cgroup from fragmentation', () => {
    expect(judge({ thp_fault_fallback: 40, thp_fault_alloc: 60 })).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('40 %'),
    })
    const charged = judge({ thp_fault_fallback: 40, thp_fault_alloc: 60, thp_fault_fallback_charge: 40 })
    expect(charged).toMatchObject({ remedy: expect.stringContaining('memory.events') })
    expect(charged).toMatchObject({
      evidence: expect.arrayContaining([
        expect.objectContaining({ value: 40, source: '/proc/vmstat: thp_fault_fallback_charge' }),
      ]),
    })
  })

  test('does not fire on a few, nor on nothing at all', () => {
    expect(judge({ thp_fault_fallback: 40, thp_fault_alloc: 100 })).toBe('clear')
    expect(judge({ thp_fault_fallback: 19, thp_fault_alloc: 0 })).toBe('clear')
    expect(judge({})).toBe('clear')
  })

  test('cannot tell from counters since boot', () => {
    expect(judge(null)).toMatchObject({ unknown: expect.stringContaining('two moments') })
  })
})

describe('hugetlb-idle', () => {
  const meminfo = meminfoOf({ MemTotal: 64 * MIB })
  const judge = (counts: Parameters<typeof poolOf>[0]) =>
    check('hugetlb-idle', { hugePages: hugePagesOf({ pools: [poolOf(counts)] }), meminfo })

  test('fires on a pool of which much lies idle', () => {
    expect(judge({ total: 4096, free: 1000, reserved: 400 })).toMatchObject({
      severity: 'medium',
      evidence: [{ value: 600 * HUGE }, { value: 600 }, { value: 4096 }],
    })
  })

  test('does not fire when it is promised, or little, or a small part', () => {
    expect(judge({ total: 4096, free: 1000, reserved: 900 })).toBe('clear')
    expect(judge({ total: 500, free: 500 })).toBe('clear')
    expect(judge({ total: 10_000, free: 600 })).toBe('clear')
  })

  test('knows small hosts by their memory', () => {
    const small = meminfoOf({ MemTotal: 4 * MIB })
    const hugePages = hugePagesOf({ pools: [poolOf({ total: 250, free: 250 })] })
    expect(check('hugetlb-idle', { hugePages, meminfo: small })).toMatchObject({
      summary: expect.stringContaining('12 %'),
    })
  })

  test('cannot tell without reservations', () => {
    expect(judge({ total: 4096, free: 4096, reserved: null })).toMatchObject({ unknown: expect.any(String) })
  })
})

describe('hugetlb-exhausted', () => {
  const judge = (mapping: MadeMapping, counts: Parameters<typeof poolOf>[0] | null) => {
    const hugePages = hugePagesOf({ pools: counts === null ? [] : [poolOf(counts)] })
    return check('hugetlb-exhausted', { thp: thpOf(reportOf([mapping]), hugePages), hugePages })
  }
  const EMPTY = { free: 6, reserved: 6 }

  test('fires on memory without a reservation when the pool is empty', () => {
    expect(judge(hugetlb(8, 3), EMPTY)).toMatchObject({
      severity: 'high',
      confidence: 'certain',
      rows: [0],
      evidence: [{ value: 5 * HUGE }, { value: 0 }],
    })
  })

  test('fires on the captured process that mapped more than the pool has', () => {
    const hugePages = hugePagesOf({ pools: [poolOf(EMPTY)] })
    const found = check('hugetlb-exhausted', { thp: thpOf(sampleReport('hugetlb'), hugePages), hugePages })
    expect(found).toMatchObject({ severity: 'high', confidence: 'certain' })
  })

  test('fires on private memory that a fork shares', () => {
    const forked = hugetlb(8, 0, { flags: 'rd wr mr mw me de ht', figures: { Shared_Hugetlb: 8 * 2048 } })
    expect(judge(forked, EMPTY)).toMatchObject({ confidence: 'likely', evidence: [{ value: 8 * HUGE }, { value: 0 }] })
    expect(judge({ ...forked, perms: 'rw-s' }, EMPTY)).toBe('clear')
  })

  test('does not fire with a reservation, while all is there, or while the pool has a page or may grow', () => {
    expect(judge(hugetlb(8, 3, { flags: 'rd wr mr mw me de ht' }), EMPTY)).toBe('clear')
    expect(judge(hugetlb(8, 8), EMPTY)).toBe('clear')
    expect(judge(hugetlb(8, 3), { free: 7, reserved: 6 })).toBe('clear')
    expect(judge(hugetlb(8, 3), { ...EMPTY, overcommit: 4 })).toBe('clear')
    expect(judge(hugetlb(8, 3), { ...EMPTY, overcommit: 4, surplus: 4 })).toMatchObject({ severity: 'high' })
  })

  test('cannot tell without the pools', () => {
    expect(judge(hugetlb(8, 3), null)).toMatchObject({ unknown: expect.stringContaining('pools') })
  })
})

describe('hugetlb-expected', () => {
  const segment = (mib: number): MadeMapping => ({
    start: AT,
    pages: mib * 256,
    perms: 'rw-s',
    name: '/dev/zero (deleted)',
    inode: 5,
    flags: 'rd wr sh mr mw me ms',
    figures: { Rss: mib * KIB },
  })
  const judge = (mappings: readonly MadeMapping[], counts: Parameters<typeof poolOf>[0]) => {
    const hugePages = hugePagesOf({ pools: [poolOf(counts)] })
    const maps = reportOf(mappings)
    return check('hugetlb-expected', { thp: thpOf(maps, hugePages), hugePages, maps, meminfo: meminfoOf({}) })
  }

  test('fires on an unused pool that is too small for the segment', () => {
    expect(judge([segment(300)], { total: 100, free: 100 })).toMatchObject({
      severity: 'medium',
      confidence: 'possible',
      evidence: [{ value: 100 }, { value: 150 }, { value: 300 * MIB }],
    })
  })

  test('hints at a pool that would do', () => {
    expect(judge([segment(64)], { total: 100, free: 100 })).toMatchObject({ severity: 'low', confidence: 'possible' })
    expect(judge([segment(64)], { total: 600, free: 600 })).toMatchObject({ severity: 'medium' })
  })

  test('does not fire when somebody uses the pool, when it or the segment is small, or the process has such pages', () => {
    expect(judge([segment(300)], { total: 100, free: 99 })).toBe('clear')
    expect(judge([segment(300)], { total: 16, free: 16 })).toBe('clear')
    expect(judge([segment(60)], { total: 100, free: 100 })).toBe('clear')
    const other = hugetlb(1, 0, { start: AT + 2 ** 32 })
    expect(judge([segment(300), other], { total: 100, free: 100 })).toBe('clear')
  })

  test('cannot tell without the host', () => {
    const maps = reportOf([segment(300)])
    expect(check('hugetlb-expected', { thp: thpOf(maps), hugePages: 'gone', maps })).toEqual({ unknown: 'gone' })
  })
})

describe('tlb-reach', () => {
  test('fires on much resident memory in small pages, as an estimate', () => {
    const found = check('tlb-reach', { thp: thpOf(reportOf([heap(1024, 0)])) })
    expect(found).toMatchObject({
      severity: 'info',
      confidence: 'possible',
      evidence: [{ value: 1024 * MIB }, {}, {}, { value: 2 ** 18 }],
    })
  })

  test('does not fire when huge pages carry it, nor on less', () => {
    expect(check('tlb-reach', { thp: thpOf(reportOf([heap(1024, 1024)])) })).toBe('clear')
    expect(check('tlb-reach', { thp: thpOf(reportOf([heap(1022, 0)])) })).toBe('clear')
  })

  test('cannot tell of a processor that is not known', () => {
    const unknown = hugePagesOf({ processor: { cpu: null, cpuidTlb: [] } })
    expect(check('tlb-reach', { thp: thpOf(reportOf([heap(1024, 0)]), unknown) })).toMatchObject({
      unknown: expect.stringContaining('TLB'),
    })
  })
})

describe('fork-copies', () => {
  const { host } = reportOf([heap(1, 0)])
  const on = (major: number, minor: number) => ({ ...host, kernel: { ...host.kernel, major, minor } })
  const shared = (mib: number, huge: number): MadeMapping =>
    heap(mib, huge, { figures: { Private_Dirty: 0, Shared_Dirty: mib * KIB } })
  const judge = (mapping: MadeMapping, availableMib: number, kernel = on(6, 1)) =>
    check('fork-copies', {
      thp: thpOf(reportOf([mapping])),
      meminfo: meminfoOf({ MemAvailable: availableMib * KIB }),
      host: kernel,
    })

  test('fires when the copies would not fit', () => {
    expect(judge(shared(512, 0), 500)).toMatchObject({
      severity: 'high',
      confidence: 'possible',
      evidence: [{ value: 512 * MIB }, {}, { value: 500 * MIB }],
    })
  })

  test('fires on huge pages, more before Linux 5.8', () => {
    expect(judge(shared(64, 64), 9000)).toMatchObject({ severity: 'low', summary: expect.stringContaining('apart') })
    expect(judge(shared(64, 64), 9000, on(5, 7))).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('whole'),
    })
  })

  test('does not fire where there is room, on a little, and on memory of its own', () => {
    expect(judge(shared(512, 0), 513)).toBe('clear')
    expect(judge(shared(254, 62), 10)).toBe('clear')
    expect(judge(heap(512, 512), 10)).toBe('clear')
  })

  test('cannot tell without smaps', () => {
    expect(check('fork-copies', { thp: 'denied', meminfo: meminfoOf({}), host })).toEqual({ unknown: 'denied' })
  })
})
