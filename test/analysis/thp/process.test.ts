import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/analysis/classify/classify.ts'
import { classifyContext } from '../../../src/analysis/classify/context.ts'
import { mappingFacts } from '../../../src/analysis/thp/facts.ts'
import { sumFolios } from '../../../src/analysis/thp/folio-sums.ts'
import { mountFacts } from '../../../src/analysis/thp/mounts.ts'
import { processFindings } from '../../../src/analysis/thp/process-findings.ts'
import { hugeList } from '../../../src/analysis/thp/process-list.ts'
import { type ThpProcess, thpProcess } from '../../../src/analysis/thp/process-report.ts'
import type { HugeUse } from '../../../src/collectors/thp-processes.ts'
import { parseSmapsRollup } from '../../../src/parsers/smaps-rollup.ts'
import { fixtureBytes } from '../../helpers/fixtures.ts'
import { sampleReport } from '../../helpers/reports.ts'
import { HUGE, MIB, QUIET, SETTINGS } from '../../helpers/thp.ts'

const KIB = 1024

function processOf(sample: string): ThpProcess {
  const { memory, host, table } = sampleReport(sample)
  const classes = classify(table, classifyContext(memory, host))
  const facts = mappingFacts({ table, classes, settings: SETTINGS, mounts: mountFacts(memory), block: HUGE })
  return thpProcess({
    memory,
    table,
    classes,
    facts,
    context: QUIET,
    folios: 'not-asked',
    zeros: 'not-asked',
    tlb: null,
    block: HUGE,
  })
}

const { host } = sampleReport('thp')
const CONTEXT = { host, block: HUGE, pools: [], khugepagedSpeed: 1.6 * MIB }

describe('a process', () => {
  it.each(['thp', 'hugetlb', 'java', 'node20', 'kinds', 'swap-forked', 'mthp-64k'])(
    '%s has in its mappings what smaps_rollup says of it all',
    (sample) => {
      const rollup = parseSmapsRollup(fixtureBytes(`proc/${sample}/smaps_rollup`))
      const { totals, reasons, mappings } = processOf(sample)
      expect(totals.anonHuge).toBe(rollup.anonHugePages)
      expect(totals.shmemHuge).toBe(rollup.shmemPmdMapped)
      expect(totals.fileHuge).toBe(rollup.filePmdMapped)
      expect(totals.rss).toBe(rollup.rss)
      expect(totals.small).toBe((rollup.rss ?? 0) - totals.huge)
      expect(totals.hugetlb).toBe((rollup.sharedHugetlb ?? 0) + (rollup.privateHugetlb ?? 0))
      expect(reasons.reduce((sum, group) => sum + group.small, 0)).toBe(totals.small)
      expect(reasons.reduce((sum, group) => sum + group.mappings, 0)).toBe(mappings.length)
      expect(totals.gain).toBeLessThanOrEqual(totals.small)
    },
  )

  it('is covered by so many translations', () => {
    const { tlb, totals } = processOf('hugetlb')
    expect(tlb?.mix).toEqual([
      { pageSize: HUGE, bytes: 12 * MIB },
      { pageSize: 4096, bytes: totals.rss },
    ])
    expect(tlb?.needed).toBe(6 + totals.rss / 4096)
  })

  it('whose mappings nobody may read has what everybody may, and nothing else', () => {
    const { memory } = sampleReport('thp')
    const nothing = { ...memory, space: null }
    const { table } = sampleReport('ia32')
    const process = thpProcess({
      memory: nothing,
      table,
      classes: classify(table, classifyContext(nothing, host)),
      facts: [],
      context: QUIET,
      folios: 'not-asked',
      zeros: 'not-asked',
      tlb: null,
      block: HUGE,
    })
    expect(process.totals.rss).toBe(memory.status?.vmRss)
    expect(process.totals.huge).toBeNaN()
    expect(process.totals.gain).toBeNaN()
    expect(process.tlb).toBeNull()
  })
})

describe('findings on a process', () => {
  it('are advice without effect, and none on a process without huge memory', () => {
    expect(processFindings(processOf('thp'), CONTEXT)).toContainEqual({
      code: 'advice-without-effect',
      mappings: 5,
      bytes: (1024 + 4 + 3072 + 2088 + 2044) * KIB,
    })
    expect(processFindings(processOf('ia32'), CONTEXT)).toEqual([])
  })

  it('are what a write copies after a fork: all of a huge page before 5.8, one page since', () => {
    const process = processOf('thp')
    const forked = { ...process, totals: { ...process.totals, sharedHuge: 4 * HUGE } }
    const on = (major: number, minor: number) =>
      processFindings(forked, { ...CONTEXT, host: { ...host, kernel: { ...host.kernel, major, minor } } })
    expect(on(5, 7)).toContainEqual({ code: 'forked', bytes: 4 * HUGE, copied: HUGE, whole: true })
    expect(on(5, 8)).toContainEqual({ code: 'forked', bytes: 4 * HUGE, copied: 4096, whole: false })
    expect(on(4, 19)).toContainEqual(expect.objectContaining({ code: 'forked', whole: true }))
  })

  it('are huge pages of zeros, when many are', () => {
    const process = processOf('thp')
    const sampled = (zeroPages: number) =>
      processFindings({ ...process, zeros: { blocks: 2, candidates: 26, pages: 1024, zeroPages } }, CONTEXT)
    expect(sampled(1022)).toContainEqual({
      code: 'zeros',
      share: 1022 / 1024,
      bytes: Math.round((process.totals.anonHuge * 1022) / 1024),
    })
    expect(sampled(10).map(({ code }) => code)).not.toContain('zeros')
  })

  it('are memory that waits for khugepaged, when it waits long', () => {
    const process = processOf('thp')
    const waiting = process.reasons.find(({ reason }) => reason === 'khugepaged-waits')
    expect(waiting?.gain).toBe(8 * MIB)
    const slow = processFindings(process, { ...CONTEXT, khugepagedSpeed: MIB / 10 })
    expect(slow).toContainEqual({ code: 'khugepaged-slow', bytes: 8 * MIB, seconds: 80 })
    expect(processFindings(process, CONTEXT).map(({ code }) => code)).not.toContain('khugepaged-slow')
  })

  it('are hugetlb memory without a reservation while the pool is empty', () => {
    const pool = { size: HUGE, isDefault: true, total: 16, free: 6, reserved: 6, surplus: 0, overcommit: 0, nodes: [] }
    const findings = processFindings(processOf('hugetlb'), { ...CONTEXT, pools: [pool] })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'sigbus-risk' }))
    const roomy = processFindings(processOf('hugetlb'), { ...CONTEXT, pools: [{ ...pool, free: 7 }] })
    expect(roomy.map(({ code }) => code)).not.toContain('sigbus-risk')
  })
})

describe('the processes of a host', () => {
  const USE: HugeUse = {
    cmdline: ['server'],
    rss: 100 * MIB,
    anonymous: 80 * MIB,
    pssAnon: 80 * MIB,
    anonHuge: 40 * MIB,
    shmemHuge: 0,
    fileHuge: 0,
    hugetlb: 0,
    capable: 60 * MIB,
    thpEnabled: true,
    tooCostly: false,
  }
  const { stat } = sampleReport('thp').memory
  const scan = (uses: readonly Partial<HugeUse>[], denied = 0) => ({
    processes: uses.map((use, index) => ({ pid: 10 + index, stat, facts: { ...USE, ...use } })),
    denied: Array.from({ length: denied }, (_, index) => ({ pid: 90 + index, stat })),
    vanished: 0,
    kernelThreads: 0,
    zombies: 0,
  })
  const MEMINFO = {
    memTotal: 1,
    anonPages: 1,
    anonHugePages: 40 * MIB,
    shmem: 0,
    shmemHugePages: 0,
    shmemPmdMapped: 0,
    fileHugePages: 0,
    filePmdMapped: Number.NaN,
    hugetlb: 0,
  }

  it('miss what is small, in mappings that are long enough', () => {
    const { processes } = hugeList(scan([{}, { capable: 50 * MIB }, { capable: 0 }]), MEMINFO, [])
    expect(processes.map(({ pid, small, missed }) => [pid, small, missed])).toEqual([
      [10, 40 * MIB, 20 * MIB],
      [11, 40 * MIB, 10 * MIB],
      [12, 40 * MIB, 0],
    ])
  })

  it('come with those first that have most, or could have', () => {
    const { processes } = hugeList(
      scan([
        { anonHuge: 0, capable: 0 },
        { hugetlb: 500 * MIB, anonHuge: 0, capable: 0 },
        { anonHuge: 0, capable: 80 * MIB },
      ]),
      MEMINFO,
      [],
    )
    expect(processes.map(({ pid }) => pid)).toEqual([11, 12, 10])
  })

  it('add up to the kernel’s own sum, with what is counted again after a fork', () => {
    const twice = scan([{ pssAnon: 40 * MIB }, { pssAnon: 40 * MIB }])
    const [anon] = hugeList(twice, MEMINFO, []).reconciliation
    expect(anon).toEqual({ of: 'anon', processes: 80 * MIB, kernel: 40 * MIB, countedAgain: 80 * MIB })
  })

  it('leave out of the sums what is not known, and say how many that are', () => {
    const unknown = {
      anonymous: Number.NaN,
      anonHuge: Number.NaN,
      shmemHuge: Number.NaN,
      fileHuge: Number.NaN,
      pssAnon: Number.NaN,
    }
    const list = hugeList(scan([{}, { ...unknown, tooCostly: true }], 3), MEMINFO, [])
    expect(list.totals.anonHuge).toBe(40 * MIB)
    expect({ denied: list.denied, tooCostly: list.tooCostly }).toEqual({ denied: 3, tooCostly: 1 })
    expect(list.processes.find(({ tooCostly }) => tooCostly)?.huge).toBeNaN()
  })

  it('use so many pages of the pools', () => {
    const pool = { size: HUGE, isDefault: true, total: 16, free: 10, reserved: 6, surplus: 0, overcommit: 0, nodes: [] }
    const hugetlb = hugeList(scan([{ hugetlb: 12 * MIB }]), MEMINFO, [pool]).reconciliation.at(-1)
    expect(hugetlb).toMatchObject({ of: 'hugetlb', processes: 12 * MIB, kernel: 12 * MIB })
  })
})

it('the folios of several mappings add up', () => {
  const one = {
    sizes: [{ of: 'anon', size: 65_536, aligned: 1, unaligned: 2 }],
    partialAnon: 3,
    partialFile: 4,
    zero: 5,
  } as const
  const file = { ...one, sizes: [{ of: 'file', size: 16_384, aligned: 7, unaligned: 0 }] } as const
  expect(sumFolios([file, one, one])).toEqual({
    sizes: [
      { of: 'anon', size: 65_536, aligned: 2, unaligned: 4 },
      { of: 'file', size: 16_384, aligned: 7, unaligned: 0 },
    ],
    partialAnon: 9,
    partialFile: 12,
    zero: 15,
  })
})
