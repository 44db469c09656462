import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { collectHost } from '../../src/collectors/host.ts'
import { collectHugetlbPools } from '../../src/collectors/hugetlb.ts'
import { scanFolios } from '../../src/collectors/page-frames.ts'
import { scanHugeUse } from '../../src/collectors/thp-processes.ts'
import { collectThpSettings } from '../../src/collectors/thp-settings.ts'
import { sampleZeroPages } from '../../src/collectors/zero-pages.ts'
import { KPF_ANON, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL, KPF_THP } from '../../src/parsers/kpageflags.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { FakeSys } from '../helpers/fake-sys.ts'
import { fixtureBytes, fixtureText } from '../helpers/fixtures.ts'
import { HUGE, MIB, SETTINGS } from '../helpers/thp.ts'

const PAGE = 4096

describe('the switches', () => {
  it('are those of the kernel that was captured', () => {
    expect(SETTINGS).toMatchObject({
      pmdSize: HUGE,
      pmdSizeSource: 'sysfs',
      enabled: 'madvise',
      defrag: 'madvise',
      shmemEnabled: 'never',
      useZeroPage: true,
      shrinkUnderused: true,
    })
    expect(SETTINGS.khugepaged).toEqual({
      defrag: true,
      pagesToScan: 4096,
      scanSleepMillisecs: 10_000,
      allocSleepMillisecs: 60_000,
      maxPtesNone: 511,
      maxPtesSwap: 64,
      maxPtesShared: 256,
      pagesCollapsed: 9,
      fullScans: 21,
    })
    expect(SETTINGS.sizes.map(({ size }) => size / 1024)).toEqual([8, 16, 32, 64, 128, 256, 512, 1024, 2048])
    expect(SETTINGS.sizes[0]).toMatchObject({ enabled: null, shmemEnabled: 'never' })
    expect(SETTINGS.sizes.at(-1)).toMatchObject({ enabled: 'inherit', shmemEnabled: 'inherit' })
    expect(SETTINGS.sizes.at(-1)?.stats['anon_fault_alloc']).toBe(115_147)
  })

  /** What Linux 4.4 has: no size of a huge page, no shared memory, no folios, no max_ptes_swap. */
  const OLD = [
    'enabled:[always] madvise never',
    'defrag:[always] madvise never',
    'use_zero_page:1',
    'khugepaged/defrag:1',
    'khugepaged/pages_to_scan:4096',
    'khugepaged/scan_sleep_millisecs:10000',
    'khugepaged/alloc_sleep_millisecs:60000',
    'khugepaged/max_ptes_none:511',
    'khugepaged/pages_collapsed:3',
    'khugepaged/full_scans:5',
  ].map((line) => `/sys/kernel/mm/transparent_hugepage/${line}`)

  it('of a kernel as old as 4.4 are the few that it has, and no others are made up', () => {
    using sys = new FakeSys()
    const { sys: tree } = sys.addListing(OLD.join('\n')).trees()
    expect(collectThpSettings(tree, PAGE, true)).toEqual({
      pmdSize: HUGE,
      pmdSizeSource: 'assumed',
      enabled: 'always',
      defrag: 'always',
      shmemEnabled: null,
      useZeroPage: true,
      shrinkUnderused: null,
      khugepaged: {
        defrag: true,
        pagesToScan: 4096,
        scanSleepMillisecs: 10_000,
        allocSleepMillisecs: 60_000,
        maxPtesNone: 511,
        maxPtesSwap: null,
        maxPtesShared: null,
        pagesCollapsed: 3,
        fullScans: 5,
      },
      sizes: [],
    })
    expect(collectThpSettings(tree, 65_536, false)?.pmdSize).toBe(512 * MIB)
    expect(collectThpSettings(tree, 16_384, false)?.pmdSize).toBe(32 * MIB)
  })

  it('are none on a kernel without huge pages', () => {
    using sys = new FakeSys()
    expect(collectThpSettings(sys.trees().sys, PAGE, true)).toBeNull()
  })
})

describe('hugetlb pools', () => {
  it('are those of the machine that was captured, with their nodes', () => {
    using sys = new FakeSys()
    sys.addListing(fixtureText('proc/hugetlb/pool-sysfs.txt'))
    expect(collectHugetlbPools(sys.trees().sys, { defaultSize: HUGE, byNode: true })).toEqual([
      {
        size: HUGE,
        isDefault: true,
        total: 16,
        free: 10,
        reserved: 6,
        surplus: 0,
        overcommit: 0,
        nodes: [{ node: 0, total: 16, free: 10, surplus: 0 }],
      },
    ])
  })

  it('come smallest page first, and nodes by number', () => {
    using sys = new FakeSys()
    for (const size of ['1048576', '2048', '64']) {
      for (const file of ['nr', 'free', 'resv', 'surplus', 'nr_overcommit']) {
        sys.write(`kernel/mm/hugepages/hugepages-${size}kB/${file}_hugepages`, '0\n')
      }
      for (const node of [10, 2]) {
        for (const file of ['nr', 'free', 'surplus']) {
          sys.write(`devices/system/node/node${node}/hugepages/hugepages-${size}kB/${file}_hugepages`, '1\n')
        }
      }
    }
    const pools = collectHugetlbPools(sys.trees().sys, { defaultSize: null, byNode: true })
    expect(pools.map(({ size, isDefault }) => [size / 1024, isDefault])).toEqual([
      [64, null],
      [2048, null],
      [1_048_576, null],
    ])
    expect(pools[0]?.nodes.map(({ node }) => node)).toEqual([2, 10])
  })

  it('are none on a kernel without hugetlb', () => {
    using sys = new FakeSys()
    expect(collectHugetlbPools(sys.trees().sys, { defaultSize: HUGE, byNode: true })).toEqual([])
  })
})

/** A procfs with one process whose page tables and frames a test makes up. */
const directories: string[] = []
afterAll(() => {
  for (const path of directories) rmSync(path, { recursive: true })
})
function frames(pagemap: readonly bigint[], flags: readonly number[]) {
  const path = mkdtempSync(join(tmpdir(), 'mmapctl-frames-'))
  directories.push(path)
  mkdirSync(join(path, '7'))
  writeFileSync(join(path, '7/pagemap'), new Uint8Array(BigUint64Array.from(pagemap).buffer))
  writeFileSync(join(path, 'kpageflags'), new Uint8Array(BigUint64Array.from(flags, BigInt).buffer))
  const trees = liveTrees(path)
  const pinned = trees.proc.pin('7')
  if (!pinned.ok) throw new Error('the process was just made')
  return { trees, tree: pinned.value, path }
}

const PRESENT = 1n << 63n
const HEAD = KPF_THP | KPF_ANON | KPF_COMPOUND_HEAD
const TAIL = KPF_THP | KPF_ANON | KPF_COMPOUND_TAIL

describe('a look at page frames', () => {
  const flags = [0, 0, 0, 0, HEAD, TAIL, TAIL, TAIL, KPF_ANON, 0, 0, 0]

  it('finds the folios of each mapping', () => {
    const { trees, tree } = frames(
      [0n, 0n, 0n, 0n, ...[4n, 5n, 6n, 7n].map((frame) => PRESENT | frame), PRESENT | 8n],
      flags,
    )
    const ranges = [
      { row: 3, start: 4 * PAGE, end: 8 * PAGE },
      { row: 5, start: 8 * PAGE, end: 9 * PAGE },
    ]
    const scan = scanFolios(trees, tree, ranges, { pageSize: PAGE, maxPages: 100 })
    expect(scan).toMatchObject({ pages: 5, left: [] })
    if (typeof scan === 'string' || !('byRow' in scan)) return
    expect(scan.byRow.get(3)?.sizes).toEqual([{ of: 'anon', size: 4 * PAGE, aligned: 4 * PAGE, unaligned: 0 }])
    expect(scan.byRow.get(5)?.sizes).toEqual([])
  })

  it('spends its budget on the first mappings, and says which it left out', () => {
    const { trees, tree } = frames(Array(40).fill(0n), flags)
    const ranges = [10, 20, 5].map((pages, row) => ({ row, start: 0, end: pages * PAGE }))
    const scan = scanFolios(trees, tree, ranges, { pageSize: PAGE, maxPages: 16 })
    expect(scan).toMatchObject({ pages: 15, left: [1] })
  })

  it('gives up where frames are kept from this reader, instead of taking frame 0 for all', () => {
    const { trees, tree } = frames([PRESENT, PRESENT], flags)
    expect(scanFolios(trees, tree, [{ row: 0, start: 0, end: 2 * PAGE }], { pageSize: PAGE, maxPages: 9 })).toBe(
      'hidden',
    )
  })

  it('says which file it may not read', () => {
    const { trees, tree, path } = frames([], flags)
    rmSync(join(path, 'kpageflags'))
    const refused = scanFolios(trees, tree, [], { pageSize: PAGE, maxPages: 9 })
    expect(refused).toMatchObject({ reason: 'gone', path: join(path, 'kpageflags') })
  })
})

describe('a sample of memory', () => {
  const BLOCK = 8 * PAGE
  const SIZES = { block: BLOCK, pageSize: PAGE }

  it('counts pages of zeros in blocks that are wholly resident', () => {
    const { tree, path } = frames(
      Array.from({ length: 32 }, (_, page) => (page === 17 ? 0n : PRESENT | 1n)),
      [],
    )
    const memory = Buffer.alloc(4 * BLOCK)
    memory.fill(1, 0, 3 * PAGE)
    memory[BLOCK + PAGE - 1] = 7
    memory.fill(9, 3 * BLOCK, 4 * BLOCK)
    writeFileSync(join(path, '7/mem'), memory)
    // The third block has a page that is not there.
    expect(sampleZeroPages(tree, [{ start: 0, end: 4 * BLOCK }], SIZES)).toEqual({
      blocks: 3,
      candidates: 3,
      pages: 24,
      zeroPages: 5 + 7,
    })
  })

  it('is spread over all of a large memory', () => {
    const blocks = 1000
    const { tree, path } = frames(Array(blocks * 8).fill(PRESENT | 1n), [])
    const memory = Buffer.alloc(blocks * BLOCK)
    memory.fill(1, (blocks / 2) * BLOCK)
    writeFileSync(join(path, '7/mem'), memory)
    expect(sampleZeroPages(tree, [{ start: 0, end: blocks * BLOCK }], SIZES)).toEqual({
      blocks: 64,
      candidates: blocks,
      pages: 512,
      zeroPages: 256,
    })
  })

  it('is refused where memory may not be read', () => {
    const { tree } = frames([], [])
    expect(sampleZeroPages(tree, [], SIZES)).toMatchObject({ reason: 'gone' })
  })
})

describe('the processes of a host', () => {
  function use(proc: FakeProc, maxStallMs = 60_000) {
    const trees = proc.trees()
    return scanHugeUse(trees, collectHost(trees), { block: HUGE, maxStallMs })
  }

  it('have what status and smaps_rollup say', () => {
    using proc = new FakeProc().add(11, { sample: 'thp' }).add(12, { sample: 'hugetlb' })
    const rollup = parseSmapsRollup(fixtureBytes('proc/thp/smaps_rollup'))
    const [thp, hugetlb] = use(proc).processes.map(({ facts }) => facts)
    expect(thp).toMatchObject({
      anonHuge: rollup.anonHugePages,
      shmemHuge: rollup.shmemPmdMapped,
      fileHuge: rollup.filePmdMapped,
      anonymous: rollup.anonymous,
      hugetlb: 0,
      thpEnabled: true,
      tooCostly: false,
    })
    expect(hugetlb).toMatchObject({ hugetlb: 12 * MIB, anonHuge: 0 })
  })

  it('could have so much in huge pages as their private memory has room for', () => {
    using proc = new FakeProc().add(11, {
      files: {
        maps: [
          '00400000-00800000 rw-p 00000000 00:00 0 ',
          '00900000-00f00000 rw-p 00000000 00:00 0                          [heap]',
          '01000000-01400000 ---p 00000000 00:00 0 ',
          '01400000-01800000 rw-s 00000000 00:01 9                          /dev/zero (deleted)',
          '01800000-01c00000 r--p 00000000 fe:00 7                          /file',
          'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]',
          '',
        ].join('\n'),
        smaps_rollup: fixtureText('proc/thp/smaps_rollup'),
      },
    })
    expect(use(proc).processes[0]?.facts.capable).toBe(4 * MIB + 4 * MIB)
  })

  it('are added up from smaps on kernels that have no smaps_rollup', () => {
    using proc = new FakeProc().add(11, { sample: 'thp', files: { smaps_rollup: null } })
    proc.write('sys/kernel/osrelease', '4.4.155-94.50\n')
    const rollup = parseSmapsRollup(fixtureBytes('proc/thp/smaps_rollup'))
    expect(use(proc).processes[0]?.facts).toMatchObject({
      anonymous: rollup.anonymous,
      anonHuge: rollup.anonHugePages,
      pssAnon: Number.NaN,
    })
  })

  it('are not summed up where that would make them wait too long', () => {
    using proc = new FakeProc().add(11, { sample: 'thp' })
    const scan = use(proc, 0.001)
    expect(scan.processes[0]?.facts).toMatchObject({ tooCostly: true, anonHuge: Number.NaN, hugetlb: 0 })
  })
})
