import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { classify } from '../../src/analysis/classify/classify.ts'
import { classifyContext } from '../../src/analysis/classify/context.ts'
import { mappingFacts } from '../../src/analysis/thp/facts.ts'
import { mountFacts } from '../../src/analysis/thp/mounts.ts'
import { allows } from '../../src/analysis/thp/policy.ts'
import { tlbFacts } from '../../src/analysis/thp/tlb.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { listPids } from '../../src/collectors/processes.ts'
import { collectThpSettings } from '../../src/collectors/thp-settings.ts'
import { collectProcessor } from '../../src/collectors/tlb.ts'
import Thp from '../../src/commands/thp.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { runCommand } from '../helpers/run-command.ts'
import { withHostSettings } from './host-settings.ts'
import { foliosOf } from './page-frames.ts'
import { readProcess } from './read.ts'
import { liveTest } from './requirements.ts'
import { type Region, startWorkload, type Workload } from './workload.ts'

const THP = '/sys/kernel/mm/transparent_hugepage'
const KIB = 1024
const HUGE = 2 ** 21
const KIB64 = 64 * KIB

interface Mapping {
  readonly start: string
  readonly end: string
  readonly reason: string
  readonly gain: number
  readonly rss: number
  readonly anonymous: number
  readonly anonHugePages: number
  readonly shmemPmdMapped: number
  readonly filePmdMapped: number
  readonly small: number
  readonly thpEligible: boolean | null
  readonly folios: {
    readonly sizes: readonly { of: string; size: number; aligned: number; unaligned: number }[]
    readonly partialAnon: number
    readonly partialFile: number
  } | null
}

/** The report as a program gets it. */
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives; the schema is checked elsewhere
async function report(...argv: readonly string[]): Promise<any> {
  const { stdout, stderr } = await runCommand(Thp, [...argv, '--json', '--interval', '0'])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

async function mappingsOf(workload: Workload, ...argv: readonly string[]): Promise<(region: Region) => Mapping> {
  const { processes } = await report(String(workload.pid), ...argv)
  const mappings: readonly Mapping[] = processes[0].mappings
  return (region) => {
    const found = mappings.find(({ start }) => Number.parseInt(start, 16) === region.start)
    if (found === undefined) throw new Error(`${region.label} is not among the mappings`)
    return found
  }
}

/** The fields of smaps of the mapping at an address, in bytes: read and understood without any code of ours. */
function smapsAt(pid: number, start: number): (key: string) => number {
  const records = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  const record = records.find((text) => Number.parseInt(text, 16) === start) ?? ''
  return (key) => Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(record)?.[1] ?? Number.NaN) * KIB
}

describe('the reason why memory is not huge', () => {
  liveTest('is the one that the program made', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-reasons')
    const mappingOf = await mappingsOf(workload)
    expect(workload.regions.length).toBeGreaterThan(15)
    const wrong = workload.regions.flatMap((region) => {
      const { reason, anonHugePages, small } = mappingOf(region)
      // Whether a huge page is to be had the machine decides; khugepaged may have come by.
      const got = small === 0 && anonHugePages > 0 ? ['huge'] : []
      const expected = region.note.replace('reason=', '')
      const had = expected === 'huge' && small > 0 ? ['khugepaged-waits', 'fragmented', 'memcg', 'misaligned'] : []
      return [expected, ...got, ...had].includes(reason) ? [] : [`${region.label}: ${reason}, not ${expected}`]
    })
    expect(wrong).toEqual([])
    for (const region of workload.regions) {
      const { gain, small } = mappingOf(region)
      expect(gain, region.label).toBeLessThanOrEqual(small)
    }
    expect(mappingOf(workload.region('unadvised')).gain).toBe(4 * HUGE)
    expect(mappingOf(workload.region('misaligned')).gain).toBe(HUGE)
    expect(mappingOf(workload.region('too-small')).gain).toBe(0)
  })

  liveTest('is the process’s own switch, where it has turned it', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-reasons', ['prctl'])
    const { processes } = await report(String(workload.pid))
    expect(processes[0].thpEnabled).toBe(false)
    expect(processes[0].totals.anonHugePages).toBe(0)
    expect(processes[0].findings).toContainEqual(expect.objectContaining({ code: 'prctl' }))
    const mappingOf = await mappingsOf(workload)
    for (const label of ['advised', 'unadvised', 'nohugepage', 'shared-advised']) {
      expect(mappingOf(workload.region(label)).reason, label).toBe('prctl')
    }
    expect(mappingOf(workload.region('too-small')).reason).toBe('too-small')
  })

  liveTest('is the switch for shared memory, until that is turned', { needs: ['gcc', 'root', 'thp'] }, async () => {
    await withHostSettings({ [`${THP}/shmem_enabled`]: 'advise' }, async () => {
      await using workload = await startWorkload('thp-reasons')
      const mappingOf = await mappingsOf(workload)
      const shared = mappingOf(workload.region('shared-advised'))
      expect(shared).toMatchObject({ reason: 'huge', shmemPmdMapped: 4 * HUGE, small: 0 })
      expect(mappingOf(workload.region('memfd'))).toMatchObject({ reason: 'shmem-not-advised', gain: 2 * HUGE })
    })
  })

  liveTest('is that khugepaged wants more of the pages', { needs: ['gcc', 'root', 'thp'] }, async () => {
    await withHostSettings({ [`${THP}/khugepaged/max_ptes_none`]: '0' }, async () => {
      const { system } = await report()
      expect(system.khugepaged.maxPtesNone).toBe(0)
      await using workload = await startWorkload('thp-reasons')
      const mappingOf = await mappingsOf(workload)
      expect(mappingOf(workload.region('late-half'))).toMatchObject({ reason: 'sparse', gain: 2 * HUGE })
      expect(mappingOf(workload.region('late')).reason).not.toBe('sparse')
    })
  })
})

describe('figures are the kernel’s own', () => {
  liveTest('of every mapping: smaps, to the byte', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-reasons')
    const mappingOf = await mappingsOf(workload)
    for (const region of workload.regions) {
      const smaps = smapsAt(workload.pid, region.start)
      const mapping = mappingOf(region)
      expect(
        [mapping.rss, mapping.anonymous, mapping.anonHugePages, mapping.shmemPmdMapped, mapping.filePmdMapped],
        region.label,
      ).toEqual(['Rss', 'Anonymous', 'AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped'].map(smaps))
    }
  })

  for (const name of ['thp-reasons', 'thp', 'thp-sparse', 'kinds']) {
    liveTest(`of a process: smaps_rollup, to the byte: ${name}`, { needs: ['gcc'] }, async () => {
      await using workload = await startWorkload(name)
      const { processes } = await report(String(workload.pid))
      const rollup = parseSmapsRollup(readFileSync(`/proc/${workload.pid}/smaps_rollup`))
      expect(processes[0].totals).toMatchObject({
        rss: rollup.rss,
        anonymous: rollup.anonymous,
        anonHugePages: rollup.anonHugePages,
        shmemPmdMapped: rollup.shmemPmdMapped,
        filePmdMapped: rollup.filePmdMapped,
      })
    })
  }

  liveTest('of the host’s processes: smaps_rollup and status of each', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-sparse')
    const { processes, list } = await report()
    const rollup = parseSmapsRollup(readFileSync(`/proc/${workload.pid}/smaps_rollup`))
    const own = processes.find(({ pid }: { pid: number }) => pid === workload.pid)
    expect(own.totals).toMatchObject({
      anonHugePages: rollup.anonHugePages,
      small: (rollup.anonymous ?? 0) - (rollup.anonHugePages ?? 0),
    })
    const sum = processes.reduce((total: number, { totals }: typeof own) => total + (totals.anonHugePages ?? 0), 0)
    expect(list.totals.anonHugePages).toBe(sum)
    expect(list.reconciliation[0]).toMatchObject({ of: 'anon', processes: sum })
  })

  liveTest('of the host: meminfo and vmstat', { needs: [] }, async () => {
    const meminfo = (key: string): number =>
      Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? Number.NaN)
    const vmstat = (key: string): number =>
      Number(new RegExp(`^${key} (\\d+)`, 'm').exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? Number.NaN)
    const before = { split: vmstat('thp_split_pmd'), alloc: vmstat('thp_fault_alloc') }
    const { system } = await report()
    expect(system.meminfo.memTotal).toBe(meminfo('MemTotal') * KIB)
    // Counters only grow.
    const { thp_split_pmd: split, thp_fault_alloc: alloc } = system.events.counters
    expect(split.total).toBeGreaterThanOrEqual(before.split)
    expect(split.total).toBeLessThanOrEqual(vmstat('thp_split_pmd'))
    expect(alloc.total).toBeGreaterThanOrEqual(before.alloc)
    expect(alloc.total).toBeLessThanOrEqual(vmstat('thp_fault_alloc'))
  })

  liveTest('are rates of what really happens meanwhile', { needs: ['gcc', 'thp'] }, async () => {
    let done = false
    const running = runCommand(Thp, [String(process.pid), '--json', '--interval', '3s']).finally(() => {
      done = true
    })
    while (!done) {
      await using workload = await startWorkload('thp-sparse')
      expect(workload.regions).toHaveLength(1)
    }
    const { system } = JSON.parse((await running).stdout)
    // A timer of Node counts whole milliseconds, and may end a part of one early.
    expect(system.events.intervalMs).toBeGreaterThan(2999)
    const { delta, perSecond } = system.events.counters.thp_fault_alloc
    expect(delta).toBeGreaterThanOrEqual(1)
    expect(perSecond).toBeCloseTo((delta * 1000) / system.events.intervalMs, 6)
  })
})

describe('what a mapping may have', () => {
  liveTest('is what the kernel says as THPeligible, on the whole machine', { needs: ['gcc', 'thp'] }, async () => {
    await using kinds = await startWorkload('kinds')
    await using reasons = await startWorkload('thp-reasons')
    await using off = await startWorkload('thp-reasons', ['prctl'])
    expect(await contradictions([kinds.pid, reasons.pid, off.pid])).toEqual([])
  })

  liveTest('also with smaller folios switched on', { needs: ['gcc', 'root', 'thp', 'mthp'] }, async () => {
    const settings = { [`${THP}/hugepages-64kB/enabled`]: 'madvise', [`${THP}/hugepages-64kB/shmem_enabled`]: 'advise' }
    await withHostSettings(settings, async () => {
      await using reasons = await startWorkload('thp-reasons')
      await using kinds = await startWorkload('kinds')
      expect(await contradictions([reasons.pid, kinds.pid])).toEqual([])
      const { processes } = await report(String(reasons.pid))
      const small = processes[0].mappings.find(
        ({ start }: Mapping) => Number.parseInt(start, 16) === reasons.region('too-small').start,
      )
      expect(small).toMatchObject({ reason: 'too-small', thpEligible: true, folioSizes: [KIB64] })
    })
  })
})

/** Anonymous and shared mappings of which the kernel says otherwise than our rules, of these processes and all others. */
async function contradictions(pids: readonly number[]): Promise<readonly string[]> {
  const trees = liveTrees()
  const host = collectHost(trees)
  const settings = collectThpSettings(trees.sys, host.pageSize, false)
  if (settings === null) throw new Error('this kernel has huge pages')
  let compared = 0
  const found = [...pids, ...listPids(trees)].flatMap((pid) => {
    try {
      const { memory, table } = readProcess(pid)
      const classes = classify(table, classifyContext(memory, host))
      const facts = mappingFacts({ table, classes, settings, mounts: mountFacts(memory), block: settings.pmdSize })
      return facts.flatMap((each) => {
        if (each.eligible === null || each.backing.of === 'file' || each.backing.of === 'none') return []
        if (each.backing.of === 'hugetlb' || each.backing.of === 'dax') return []
        compared++
        const advised = each.flags?.includes('hg') === true
        const huge = each.shape.capable > 0 && each.policy !== null && allows(each.policy, advised)
        const forbidden = memory.status?.thpEnabled === false || each.flags?.includes('nh') === true
        const ours = !forbidden && (huge || each.smaller.length > 0)
        const where = `${pid} ${(table.start[each.row] as number).toString(16)} ${table.nameOf(each.row)}`
        return ours === each.eligible ? [] : [`${where}: the kernel says ${each.eligible}`]
      })
    } catch {
      // It has ended, may not be read, or is a kernel thread.
      return []
    }
  })
  expect(compared).toBeGreaterThan(50)
  return found
}

describe('large folios', () => {
  liveTest('are those that pagemap and kpageflags show', { needs: ['gcc', 'root', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-reasons')
    const mappingOf = await mappingsOf(workload, '--folios')
    for (const label of [
      'advised',
      'holed-low',
      'holed-high',
      'divided-tail',
      'fork-written',
      'unadvised',
      'file-read',
    ]) {
      const region = workload.region(label)
      expect(countedOf(mappingOf(region)), label).toEqual(foliosOf(workload.pid, region.start, region.end))
    }
    const { folios } = mappingOf(workload.region('fork-written'))
    expect(folios?.partialAnon).toBeGreaterThan(0)
  })

  liveTest(
    'of 64 KiB are counted, which no other figure shows',
    { needs: ['gcc', 'root', 'thp', 'mthp'] },
    async () => {
      await withHostSettings({ [`${THP}/hugepages-64kB/enabled`]: 'madvise' }, async () => {
        const stat = (): number => Number(readFileSync(`${THP}/hugepages-64kB/stats/anon_fault_alloc`, 'utf8'))
        const before = stat()
        await using workload = await startWorkload('thp-reasons')
        const made = stat() - before
        const mappingOf = await mappingsOf(workload)
        const region = workload.region('too-small')
        const mapping = mappingOf(region)
        expect(mapping).toMatchObject({ reason: 'too-small', anonHugePages: 0, rss: HUGE / 2 })
        expect(countedOf(mapping)).toEqual(foliosOf(workload.pid, region.start, region.end))
        expect(countedOf(mapping)).toEqual({ [`anon ${KIB64} aligned`]: HUGE / 2 })
        expect(made).toBeGreaterThanOrEqual(HUGE / 2 / KIB64)
        const misaligned = workload.region('misaligned')
        expect(countedOf(mappingOf(misaligned))).toEqual(foliosOf(workload.pid, misaligned.start, misaligned.end))
      })
    },
  )

  liveTest('are not what others may look at', { needs: ['gcc', 'not-root'] }, async () => {
    await using workload = await startWorkload('thp-sparse')
    const { stdout, exit } = await runCommand(Thp, [String(workload.pid), '--folios', '--interval', '0'])
    expect(exit).toBe(4)
    expect(stdout).toContain('page frames need root')
  })
})

function countedOf({ folios }: Mapping): Readonly<Record<string, number>> {
  const entries = [
    ['anon partial', folios?.partialAnon ?? 0] as const,
    ['file partial', folios?.partialFile ?? 0] as const,
    ...(folios?.sizes ?? []).flatMap(({ of, size, aligned, unaligned }) => [
      [`${of} ${size} aligned`, aligned] as const,
      [`${of} ${size} unaligned`, unaligned] as const,
    ]),
  ]
  return Object.fromEntries(entries.filter(([, bytes]) => bytes > 0))
}

describe('the TLB', () => {
  liveTest('is counted beside the estimate, or it is said why not', { needs: ['gcc', 'perf'] }, async () => {
    await using workload = await startWorkload('thp-sparse')
    const run = await runCommand(Thp, [String(workload.pid), '--counters', '--json', '--interval', '200ms'])
    const { counters, tlb } = JSON.parse(run.stdout).processes[0]
    expect(tlb).toMatchObject({ estimate: true, resident: expect.any(Number) })
    expect(counters.seconds).toBeGreaterThanOrEqual(0.2)
    expect(counters.walksPer1000.how).not.toBe('')
    expect(run.exit).toBe(counters.walksPer1000.value === null ? 4 : 0)
  })

  liveTest('has as many entries as is documented, where the processor tells', { needs: ['root'] }, () => {
    const { cpu, cpuidTlb } = collectProcessor(liveTrees())
    const documented = tlbFacts({ cpu, cpuidTlb: [] })
    const told = tlbFacts({ cpu: null, cpuidTlb })
    if (documented !== null && told !== null) expect(told.arrays[0]).toEqual(documented.arrays[0])
    expect(tlbFacts({ cpu, cpuidTlb })).toEqual(documented ?? told)
  })
})

describe('the other side', () => {
  liveTest('huge pages that were hardly written are told by their zeros', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-sparse')
    const { processes } = await report(String(workload.pid), '--zeros')
    const { zeros, totals, findings } = processes[0]
    expect(totals.anonHugePages).toBe(8 * HUGE)
    expect(zeros).toEqual({ blocks: 8, candidates: 8, pages: 4096, zeroPages: 4088 })
    expect(findings).toContainEqual({ code: 'zeros', share: 4088 / 4096, bytes: (8 * HUGE * 4088) / 4096 })
  })

  liveTest('memory that is written is not', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp')
    const { processes } = await report(String(workload.pid), '--zeros')
    expect(processes[0].zeros.zeroPages).toBe(0)
  })

  liveTest('a fork shares huge memory, and a write costs its hugeness', { needs: ['gcc', 'thp'] }, async () => {
    await using workload = await startWorkload('thp-reasons')
    const { processes } = await report(String(workload.pid))
    const { kernel } = collectHost(liveTrees())
    const since58 = kernel.major > 5 || (kernel.major === 5 && kernel.minor >= 8)
    const finding = processes[0].findings.find(({ code }: { code: string }) => code === 'forked')
    expect(finding.whole).toBe(!since58)
    expect(finding.bytes).toBeGreaterThanOrEqual(4 * HUGE)
    const mappingOf = await mappingsOf(workload)
    if (since58) expect(mappingOf(workload.region('fork-written')).anonHugePages).toBe(0)
    expect(mappingOf(workload.region('fork-kept')).anonHugePages).toBe(4 * HUGE)
  })

  liveTest('a hugetlb pool is used, reserved and idle', { needs: ['gcc', 'hugetlb'] }, async () => {
    await using workload = await startWorkload('hugetlb')
    const size = Number(/^Hugepagesize: +(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * KIB
    const file = (kind: string): number =>
      Number(readFileSync(`/sys/kernel/mm/hugepages/hugepages-${size / KIB}kB/${kind}_hugepages`, 'utf8'))
    const { system, processes } = await report(String(workload.pid))
    const pool = system.hugetlb.find((each: { size: number }) => each.size === size)
    expect(pool).toMatchObject({
      isDefault: true,
      total: file('nr'),
      free: file('free'),
      reserved: file('resv'),
      surplus: file('surplus'),
    })
    expect(pool.reserved).toBeGreaterThanOrEqual(2)
    expect(system.findings).toContainEqual(expect.objectContaining({ code: 'pool-reserved', size }))
    expect(processes[0].totals.hugetlbPages).toBe(4 * size)
    expect(processes[0].tlb.mix).toContainEqual({ pageSize: size, bytes: 4 * size })
    const nodes = pool.nodes.reduce((sum: number, { total }: { total: number }) => sum + total, 0)
    expect(nodes).toBe(pool.total)
  })
})
