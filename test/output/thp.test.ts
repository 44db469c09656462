import { describe, expect, it } from 'vitest'
import { thpHostReport } from '../../src/analysis/thp/host-report.ts'
import type { HugetlbPool } from '../../src/model/hugetlb.ts'
import type { ThpFinding } from '../../src/model/thp-findings.ts'
import type { ThpSettings } from '../../src/model/thp-settings.ts'
import { createPalette } from '../../src/output/palette.ts'
import { counterLine } from '../../src/output/thp-counter-text.ts'
import { findingText } from '../../src/output/thp-finding-text.ts'
import { eventLines, fragmentationLines, type HostStyle, poolLines } from '../../src/output/thp-host-lines.ts'
import { knobs } from '../../src/output/thp-knobs.ts'
import { sizeLines } from '../../src/output/thp-sizes.ts'
import { HUGE, MIB, SETTINGS, settingsWith } from '../helpers/thp.ts'

const STYLE: HostStyle = { palette: createPalette(false), width: 100, header: true, bytes: false }
const GIB = 2 ** 30

function hostWith(pools: readonly HugetlbPool[], settings: ThpSettings | null = SETTINGS) {
  const counters = new Map([
    ['thp_fault_alloc', 1000],
    ['thp_fault_fallback', 0],
    ['thp_of_tomorrow', 3],
  ])
  const zone = (node: number, large: number) => ({ node, zone: 'Normal', blocks: [512, 0, 0, 0, 0, 0, 0, 0, 0, large] })
  const host = {
    settings,
    pools,
    meminfo: null,
    buddy: [zone(0, 1), zone(1, 511)],
    processor: { cpu: null, cpuidTlb: [] },
  }
  const later = new Map([...counters, ['thp_fault_alloc', 1025]] as [string, number][])
  return thpHostReport(host, 4096, HUGE, {
    before: { at: 0, counters },
    after: { at: 500, counters: later },
  })
}

describe('words', () => {
  const KNOBS: readonly ThpSettings[] = [
    SETTINGS,
    settingsWith({
      enabled: 'always',
      defrag: 'always',
      shmemEnabled: 'always',
      useZeroPage: false,
      shrinkUnderused: false,
    }),
    settingsWith({ enabled: 'never', defrag: 'never', shmemEnabled: 'deny', khugepaged: null }),
    settingsWith({ defrag: 'defer', shmemEnabled: 'within_size' }),
    settingsWith({ defrag: 'defer+madvise', shmemEnabled: 'advise' }),
    settingsWith({ shmemEnabled: 'force', defrag: 'of tomorrow' }),
  ]
  const FINDINGS: readonly ThpFinding[] = [
    { code: 'pool-idle', size: HUGE, pages: 1, bytes: HUGE },
    { code: 'pool-reserved', size: GIB, pages: 3, bytes: 3 * GIB },
    { code: 'pool-exhausted', size: HUGE, pages: 1024 },
    { code: 'fallbacks', share: 0.25, perSecond: 1234, charged: false },
    { code: 'fallbacks', share: 1, perSecond: 2, charged: true },
    { code: 'fragmented', free: GIB, freeHuge: 10 * MIB },
    { code: 'partially-mapped', bytes: 300 * MIB },
    { code: 'size-overrides-never', sizes: [65_536, HUGE] },
    { code: 'prctl', gain: 12 * MIB },
    { code: 'prctl', gain: 0 },
    { code: 'forked', bytes: GIB, copied: HUGE, whole: true },
    { code: 'forked', bytes: GIB, copied: 4096, whole: false },
    { code: 'zeros', bytes: 700 * MIB, share: 0.7 },
    { code: 'khugepaged-slow', bytes: 12 * GIB, seconds: 7680 },
    { code: 'advice-without-effect', mappings: 1, bytes: MIB },
    { code: 'sigbus-risk', bytes: 200 * MIB },
  ]

  it('of every switch and finding', async () => {
    const said = [
      ...KNOBS.flatMap((settings) =>
        knobs(settings, 4096).map(({ name, value, meaning }) => `${name} ${value}: ${meaning}`),
      ),
      ...FINDINGS.map(findingText),
    ]
    await expect(`${[...new Set(said)].join('\n')}\n`).toMatchFileSnapshot('../golden/thp-words.txt')
  })

  it('of counters, and why there are none', () => {
    const walks = { value: 12.34, how: 'a ÷ b × 1000' }
    expect(counterLine({ seconds: 0.25, walksPer1000: walks, walkShare: { value: 0.31, how: 'c ÷ d' } })).toBe(
      'TLB (counted): 12.3 dTLB walks per 1,000 instructions (a ÷ b × 1000), 31 % of the cycles in page walks, over 0.3 s',
    )
    const unknown = { value: Number.NaN, how: 'no counters here' }
    expect(counterLine({ seconds: 1, walksPer1000: unknown, walkShare: unknown })).toBe(
      'TLB (counted): not measured: no counters here',
    )
  })
})

describe('tables of the host', () => {
  const pool = (size: number, nodes: readonly number[]): HugetlbPool => ({
    size,
    isDefault: size === HUGE,
    total: 16,
    free: 10,
    reserved: 6,
    surplus: 2,
    overcommit: 8,
    nodes: nodes.map((total, node) => ({ node, total, free: total / 2, surplus: 0 })),
  })

  it('show pools by node where there are several', () => {
    expect(
      poolLines(hostWith([pool(HUGE, [12, 4]), { ...pool(GIB, [0, 0]), total: 0, overcommit: 0 }]), STYLE),
    ).toEqual([
      'POOL               TOTAL  USED  FREE  RESERVED  SURPLUS  MAY GROW BY     IDLE',
      '2.0 MiB (default)     16     6    10         6        2            6  8.0 MiB',
      '  node 0              12     6     6',
      '  node 1               4     2     2',
      'hugetlb pools without a page: 1.0 GiB',
    ])
  })

  it('show what is not known as unknown, and not as none', () => {
    const lines = poolLines(hostWith([{ ...pool(HUGE, []), reserved: null, surplus: null, overcommit: null }]), STYLE)
    expect(lines[1]).toBe('2.0 MiB (default)     16     6    10         –        –            –     –')
  })

  it('show free memory by node', () => {
    expect(fragmentationLines(hostWith([]), { ...STYLE, width: null })).toEqual([
      'free 1.0 GiB, of which 100 % (1.0 GiB) in blocks of 2.0 MiB and more (node 0 2.0 MiB, node 1 1022 MiB): ' +
        'so much can be huge at once, the rest after compaction',
    ])
  })

  it('show counters that are not 0, also those that are not known yet', () => {
    expect(eventLines(hostWith([]), STYLE)).toEqual([
      'EVENT            SINCE BOOT  A SECOND  ONE MORE MEANS',
      'thp_fault_alloc       1,025        50  a page fault got a huge page for anonymous memory',
      'thp_of_tomorrow           3',
      'rates over 500 ms; 1 further counters are 0',
    ])
  })

  it('show sizes with their switches and what these come to', () => {
    const settings = settingsWith({ enabled: 'never' }, { 65536: { enabled: 'always', shmemEnabled: 'advise' } })
    const used = settings.sizes.map((size) =>
      size.size === 65_536
        ? { ...size, stats: { nr_anon: 16, nr_anon_partially_mapped: 2, anon_fault_fallback: 1234 } }
        : size,
    )
    expect(sizeLines({ ...settings, sizes: used }, STYLE)).toEqual([
      '   FOLIO  ANONYMOUS       SHARED                IN USE   PARTLY   FAULTS  FELL BACK',
      '64.0 KiB  always          advise: where asked  1.0 MiB  128 KiB               1,234',
      ' 2.0 MiB  inherit: never  inherit: never                         115,147',
      'off and unused: 8.0 KiB, 16.0 KiB, 32.0 KiB, 128 KiB, 256 KiB, 512 KiB, 1.0 MiB',
    ])
  })
})
