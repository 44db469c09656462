import { describe, expect, test } from 'vitest'
import { parseNumaMaps } from '../../../src/parsers/numa-maps.ts'
import { diagnosed } from '../../helpers/diagnosed.ts'
import { FakeHost } from '../../helpers/fake-host.ts'
import { check, fileOf, type MadeMapping, reportOf } from '../../helpers/rule-cases.ts'
import { commitOf } from '../../helpers/rule-reports.ts'

const AT = 0x7f0000000000
const MIB = 1024
const PAGES = 256
const RW = 'rd wr mr mw me ac'

/** Mappings that touch each other, each as `of` says. */
function touching(count: number, of: (index: number) => Partial<MadeMapping>): MadeMapping[] {
  let start = AT
  return Array.from({ length: count }, (_, index) => {
    const mapping = { start, pages: 1, perms: 'rw-p', flags: RW, ...of(index) }
    start += mapping.pages * 4096
    return mapping
  })
}

describe('fragmented-memory', () => {
  test.each([
    ['permissions (mprotect)', (index: number) => (index % 2 === 0 ? {} : { perms: 'r--p' })],
    ['VmFlags dd', (index: number) => (index % 2 === 0 ? {} : { flags: `${RW} dd` })],
    ['having been filled apart (anon_vma)', () => ({})],
  ] as const)('fires and says that it comes from %s', (cause, of) => {
    expect(check('fragmented-memory', { maps: reportOf(touching(1002, of)) })).toMatchObject({
      summary: expect.stringContaining(`1,001 mappings are kept apart from their neighbour, mostly by ${cause}`),
    })
  })

  test('does not fire on fewer, on large pieces, nor on mappings with holes between', () => {
    expect(check('fragmented-memory', { maps: reportOf(touching(1000, () => ({}))) })).toBe('clear')
    expect(check('fragmented-memory', { maps: reportOf(touching(1002, () => ({ pages: 16 }))) })).toBe('clear')
    const apart = touching(1002, () => ({ pages: 2 })).map((mapping) => ({ ...mapping, pages: 1 }))
    expect(check('fragmented-memory', { maps: reportOf(apart) })).toBe('clear')
  })

  test('does not take stacks and their guards for pieces', () => {
    const stacks = touching(2004, (index) =>
      index % 2 === 0 ? { perms: '---p', flags: 'mr mw me nh' } : { pages: 32, flags: `${RW} nh` },
    )
    expect(check('fragmented-memory', { maps: reportOf(stacks) })).toBe('clear')
  })

  test('cannot tell without mappings', () => {
    expect(check('fragmented-memory', { maps: 'denied' })).toEqual({ unknown: 'denied' })
  })
})

describe('thread-stack-volume', () => {
  const stacks = (count: number, kib: number) =>
    reportOf(
      touching(count * 2, (index) =>
        index % 2 === 0
          ? { perms: '---p', flags: 'mr mw me nh' }
          : { pages: 8 * PAGES, flags: `${RW} nh`, figures: { Rss: kib, Anonymous: kib } },
      ),
    )
  const mode = (value: number) => new Map([['vm/overcommit_memory', value]] as const)
  const commit = commitOf({})

  test('fires on more than 1 GiB of them, and matters where it is charged', () => {
    const found = check('thread-stack-volume', { smaps: stacks(129, 20), sysctls: mode(0), commit })
    expect(found).toMatchObject({ severity: 'info', evidence: [{ value: 129 }, { value: 129 * 8 * 2 ** 20 }, {}, {}] })
    expect(check('thread-stack-volume', { smaps: stacks(129, 20), sysctls: mode(2), commit })).toMatchObject({
      severity: 'medium',
    })
  })

  test('does not fire on 1 GiB, nor on stacks that are used', () => {
    expect(check('thread-stack-volume', { smaps: stacks(128, 20), sysctls: mode(0), commit })).toBe('clear')
    expect(check('thread-stack-volume', { smaps: stacks(129, 900), sysctls: mode(0), commit })).toBe('clear')
  })

  test('cannot tell from addresses alone', () => {
    expect(check('thread-stack-volume', { smaps: '--basic', sysctls: mode(0), commit })).toEqual({ unknown: '--basic' })
  })
})

describe('ksm-idle', () => {
  const ksm = (run: number) => ({ run, shared: 0, sharing: 0, unshared: 0, fullScans: 0, profit: 0 })
  const offered = (mib: number, flags = `${RW} mg`) =>
    reportOf([{ start: AT, pages: mib * PAGES, perms: 'rw-p', flags, figures: { Anonymous: mib * MIB } }])

  test('fires on memory that is offered while KSM does not run', () => {
    expect(check('ksm-idle', { smaps: offered(64), ksm: ksm(0) })).toMatchObject({ severity: 'info', rows: [0] })
  })

  test('does not fire while it runs, on a little, nor on memory that nobody offered', () => {
    expect(check('ksm-idle', { smaps: offered(64), ksm: ksm(1) })).toBe('clear')
    expect(check('ksm-idle', { smaps: offered(63), ksm: ksm(0) })).toBe('clear')
    expect(check('ksm-idle', { smaps: offered(64, RW), ksm: ksm(0) })).toBe('clear')
  })

  test('cannot tell without KSM', () => {
    expect(check('ksm-idle', { smaps: offered(64), ksm: 'no KSM' })).toEqual({ unknown: 'no KSM' })
  })
})

describe('lazily-freed-memory', () => {
  const freed = (mib: number, name = '/usr/lib/libjemalloc.so.2') =>
    reportOf([
      {
        start: AT,
        pages: 400 * PAGES,
        perms: 'rw-p',
        flags: RW,
        figures: { Anonymous: 400 * MIB, LazyFree: mib * MIB },
      },
      { start: AT + 2 ** 34, pages: 4, perms: 'r-xp', name, inode: 9, flags: 'rd ex mr mw me' },
    ])

  test('fires, names the allocator by what proves it, and how to tell it', () => {
    expect(check('lazily-freed-memory', { smaps: freed(100) })).toMatchObject({
      severity: 'info',
      evidence: [{ value: 100 * 2 ** 20 }, {}, { value: 'jemalloc', source: 'libjemalloc.so is mapped' }],
      remedy: expect.stringContaining('muzzy_decay_ms'),
    })
    expect(check('lazily-freed-memory', { smaps: freed(100, '/usr/lib/libx.so') })).not.toHaveProperty('remedy')
  })

  test('does not fire on less, and cannot tell from addresses', () => {
    expect(check('lazily-freed-memory', { smaps: freed(99) })).toBe('clear')
    expect(check('lazily-freed-memory', { smaps: '--basic' })).toEqual({ unknown: '--basic' })
  })
})

describe('numa-imbalance', () => {
  const NODES = [
    { id: 0, cpus: [0, 1] },
    { id: 1, cpus: [2, 3] },
  ]
  const line = (policy: string, near: number, far: number): string =>
    `7f0000000000 ${policy} anon=${near + far} dirty=${near + far} N0=${near} N1=${far} kernelpagesize_kB=4\n`
  const placed = (text: string, allowedCpus: readonly number[] = [0, 1]) => ({
    numa: { nodes: NODES, mappings: parseNumaMaps(Buffer.from(text)), allowedCpus },
  })
  const [NEAR, FAR] = [90_000, 70_000]

  test('fires when much is on a node where the process may not run', () => {
    expect(check('numa-imbalance', placed(line('default', NEAR, FAR)))).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('44 % of its pages are on node 1'),
      evidence: [{ value: FAR * 4096 }, { value: (NEAR + FAR) * 4096 }, { value: '0,1' }],
    })
  })

  test('does not fire where it may run on both, where pages are spread on purpose, nor on less', () => {
    expect(check('numa-imbalance', placed(line('default', NEAR, FAR), [0, 2]))).toBe('clear')
    expect(check('numa-imbalance', placed(line('weighted interleave:0-1', NEAR, FAR)))).toBe('clear')
    expect(check('numa-imbalance', placed(line('default', 110_000, FAR)))).toBe('clear')
    expect(check('numa-imbalance', placed(line('default', 0, 60_000)))).toBe('clear')
  })

  test('asks nothing of a process on a host with one node', () => {
    using host = new FakeHost()
    host.sys('devices/system/node/has_memory', '0\n').sys('devices/system/node/node0/cpulist', '0-1\n')
    host.proc.add(100, { sample: 'numa-policies', files: { numa_maps: 'no such line' } })
    expect(diagnosed('numa-imbalance', host.trees(), 100)).toBe('clear')
  })

  test('cannot tell without nodes, nor without numa_maps', () => {
    using host = new FakeHost()
    host.proc.add(100, { sample: 'numa-policies' })
    expect(diagnosed('numa-imbalance', host.trees(), 100)).toEqual({ unknown: expect.stringContaining('nodes') })
    host.sys('devices/system/node/has_memory', '0-1\n').sys('devices/system/node/node0/cpulist', '0-1\n')
    host.proc.write('100/numa_maps', null)
    expect(diagnosed('numa-imbalance', host.trees(), 100)).toEqual({ unknown: expect.stringContaining('ptrace') })
  })
})

describe('held-open-memory', () => {
  const maps = reportOf([{ start: AT, pages: 1, perms: 'rw-s', name: '/memfd:pool (deleted)', inode: 5 }], true)
  const file = (inode: number, mib: number) => ({
    kind: 'memfd' as const,
    fd: inode,
    name: '/memfd:pool',
    device: 0xfe * 2 ** 20,
    inode: String(inode),
    allocated: mib * 2 ** 20,
  })

  test.each([
    [64, 'low'],
    [1024, 'medium'],
  ] as const)('fires on %d MiB that are open only as %s', (mib, severity) => {
    expect(check('held-open-memory', { maps, heldFiles: [file(7, mib)] })).toMatchObject({
      severity,
      evidence: [{ value: mib * 2 ** 20 }, { value: 1 }, { what: 'fd 7, /memfd:pool' }],
    })
  })

  test('does not fire on less, nor on what is mapped', () => {
    expect(check('held-open-memory', { maps, heldFiles: [file(7, 63)] })).toBe('clear')
    expect(check('held-open-memory', { maps, heldFiles: [file(5, 1024)] })).toBe('clear')
  })

  test('cannot tell without the open files', () => {
    expect(check('held-open-memory', { maps, heldFiles: 'run as root' })).toEqual({ unknown: 'run as root' })
  })
})

describe('unguarded-stack', () => {
  const maps = reportOf(
    [
      { start: AT, pages: 4, perms: 'rw-p' },
      { start: 0xc000000000, pages: 4, perms: 'rw-p' },
    ],
    true,
  )
  const rowAt = (address: number): number => [0, 1].find((row) => maps.table.start[row] === address) ?? -1
  const stack = (address: number) => ({ tid: 12, stackPointer: address + 8192, row: rowAt(address) })

  test('fires on a thread without a guard', () => {
    const threadStacks = { told: 3, unguarded: [stack(AT)], unsure: 0 }
    expect(check('unguarded-stack', { maps, threadStacks })).toMatchObject({
      severity: 'medium',
      rows: [rowAt(AT)],
      evidence: [{ value: 1 }, { value: 3 }, { value: '0x7f0000002000' }],
    })
  })

  test('does not fire on stacks in Go’s heap, which check their end themselves', () => {
    const threadStacks = { told: 1, unguarded: [stack(0xc000000000)], unsure: 0 }
    expect(check('unguarded-stack', { maps, threadStacks })).toBe('clear')
  })

  test('cannot tell where guards do not show', () => {
    const threadStacks = { told: 2, unguarded: [], unsure: 1 }
    expect(check('unguarded-stack', { maps, threadStacks })).toEqual({ unknown: expect.stringContaining('guard') })
    expect(check('unguarded-stack', { maps, threadStacks: 'run as root' })).toEqual({ unknown: 'run as root' })
  })
})

describe('database-on-mmap', () => {
  const mapping = (name: string, mib: number, at = 0, perms = 'r--s'): MadeMapping => ({
    start: AT + at,
    pages: mib * PAGES,
    perms,
    name,
    inode: 7 + at,
    flags: 'rd mr me ms',
  })

  test.each([
    ['LMDB reads', [mapping('/db/data.mdb', 64), mapping('/db/lock.mdb', 1, 2 ** 32, 'rw-s')]],
    ['LMDB reads', [mapping('/db/x', 64), mapping('/db/x-lock', 1, 2 ** 32, 'rw-s')]],
    ['libmdbx reads', [mapping('/db/mdbx.dat', 64), mapping('/db/mdbx.lck', 1, 2 ** 32, 'rw-s')]],
    ['SQLite reads', [mapping('/db/x.sqlite', 64), mapping('/db/x.sqlite-shm', 1, 2 ** 32, 'rw-s')]],
    ['RocksDB or LevelDB reads', [mapping('/db/000012.sst', 32), mapping('/db/000013.sst', 32, 2 ** 32)]],
    ['LMDB reads and writes', [mapping('/db/data.mdb', 64, 0, 'rw-s'), mapping('/db/lock.mdb', 1, 2 ** 32, 'rw-s')]],
  ] as const)('fires: %s', (who, mappings) => {
    expect(check('database-on-mmap', { maps: reportOf(mappings, true) })).toMatchObject({
      severity: 'info',
      summary: expect.stringContaining(who),
    })
  })

  test('does not fire on a file called so alone, on a small one, nor on a private mapping', () => {
    const lock = mapping('/db/lock.mdb', 1, 2 ** 32, 'rw-s')
    for (const mappings of [
      [mapping('/db/data.mdb', 64)],
      [mapping('/db/data.mdb', 63), lock],
      [mapping('/db/data.mdb', 64, 0, 'r--p'), lock],
      [mapping('/db/data.mdb', 64), mapping('/other/lock.mdb', 1, 2 ** 32, 'rw-s')],
    ]) {
      expect(check('database-on-mmap', { maps: reportOf(mappings, true) })).toBe('clear')
    }
  })

  test('cannot tell without mappings', () => {
    expect(check('database-on-mmap', { maps: 'denied' })).toEqual({ unknown: 'denied' })
  })
})

describe('small-file-mappings', () => {
  const many = (count: number) =>
    reportOf(
      Array.from({ length: count }, (_, index) => ({
        start: AT + index * 0x10000,
        pages: 4,
        perms: 'r--p',
        name: `/data/${index}`,
        inode: index + 1,
      })),
      true,
    )
  const sizes = (count: number, size: number) =>
    new Map(Array.from({ length: count }, (_, index) => fileOf(index + 1, size)))

  test('fires on more than 1000 small files', () => {
    expect(check('small-file-mappings', { maps: many(1001), files: sizes(1001, 16_384) })).toMatchObject({
      severity: 'low',
      evidence: [{ value: 1001 }, { value: 1001 * 16_384 }],
    })
  })

  test('does not fire on fewer, nor on larger ones', () => {
    expect(check('small-file-mappings', { maps: many(1000), files: sizes(1000, 16_384) })).toBe('clear')
    // Of larger files these mappings are windows: one of each, as many as there may be.
    expect(check('small-file-mappings', { maps: many(1000), files: sizes(1000, 16_385) })).toBe('clear')
  })

  /** So many windows of one file, each at another place of it than where the one below ends. */
  const windows = (count: number, pages: number, apart = 2) =>
    reportOf(
      Array.from({ length: count }, (_, index) => ({
        start: AT + index * pages * 4096,
        pages,
        perms: index % 2 === 0 ? 'r--s' : 'rw-s',
        name: '/data/one',
        inode: 1,
        offset: index * pages * 4096 * apart,
      })),
      true,
    )

  test('fires on more than 1000 small windows of one file', () => {
    expect(check('small-file-mappings', { maps: windows(1001, 16), files: sizes(1, 2 ** 30) })).toMatchObject({
      summary: '1,001 small windows of /data/one are mapped one by one',
      evidence: [{ value: 1001 }, { value: 1001 * 65_536 }, { value: 1 }],
      remedy: expect.stringContaining('pread'),
    })
  })

  test('does not fire on fewer, on larger ones, nor on the pieces of one mapping', () => {
    const files = sizes(1, 2 ** 30)
    expect(check('small-file-mappings', { maps: windows(1000, 16), files })).toBe('clear')
    expect(check('small-file-mappings', { maps: windows(1001, 17), files })).toBe('clear')
    expect(check('small-file-mappings', { maps: windows(1002, 4, 1), files })).toBe('clear')
  })

  test('cannot tell without the files', () => {
    expect(check('small-file-mappings', { maps: many(1), files: 'denied' })).toEqual({ unknown: 'denied' })
  })
})

describe('advice-contradicted', () => {
  const advised = (mib: number, referenced: number, flags = 'rd mr mw me rr') =>
    reportOf([
      {
        start: AT,
        pages: mib * PAGES,
        perms: 'r--p',
        name: '/data/table',
        inode: 3,
        flags,
        figures: { Rss: referenced * MIB, Referenced: referenced * MIB },
      },
    ])

  test('fires when all of a file was accessed, page by page', () => {
    expect(check('advice-contradicted', { smaps: advised(100, 90) })).toMatchObject({
      severity: 'low',
      confidence: 'possible',
      rows: [0],
    })
  })

  test('does not fire on less of it, on small files, nor without the advice', () => {
    expect(check('advice-contradicted', { smaps: advised(100, 89) })).toBe('clear')
    expect(check('advice-contradicted', { smaps: advised(63, 63) })).toBe('clear')
    expect(check('advice-contradicted', { smaps: advised(100, 100, 'rd mr mw me') })).toBe('clear')
  })

  test('cannot tell from addresses', () => {
    expect(check('advice-contradicted', { smaps: '--basic' })).toEqual({ unknown: '--basic' })
  })
})
