import { describe, expect, test } from 'vitest'
import type { Motion } from '../../../src/analysis/rules/motion.ts'
import { check, limitsOf, type MadeMapping, reportOf, statusOf } from '../../helpers/rule-cases.ts'

const AT = 0x7f0000000000
const MIB = 1024

function many(count: number): MadeMapping[] {
  return Array.from({ length: count }, (_, index) => ({
    start: AT + index * 0x2000,
    pages: 1,
    perms: index % 2 === 0 ? 'rw-p' : 'r--p',
  }))
}

describe('mapping-count', () => {
  const maps = reportOf(many(100), true)
  const host = (maxMapCount: number | null) => ({ ...maps.host, maxMapCount })

  test.each([
    [110, 'high'],
    [150, 'medium'],
  ] as const)('of 100 against %d is %s', (limit, severity) => {
    const found = check('mapping-count', { maps, host: host(limit) })
    expect(found).toMatchObject({ severity, evidence: [{ value: 100 }, { value: limit }, { value: 50 }] })
  })

  test('does not fire below half of the limit', () => {
    expect(check('mapping-count', { maps, host: host(201) })).toBe('clear')
  })

  test('cannot tell without the limit', () => {
    expect(check('mapping-count', { maps, host: host(null) })).toMatchObject({
      unknown: expect.stringContaining('max_map_count'),
    })
  })
})

describe('locked-near-limit', () => {
  const near = statusOf({ VmLck: 7000, CapEff: '0000000000000000' })

  test('fires near the limit', () => {
    expect(
      check('locked-near-limit', { status: near, limits: limitsOf('Max locked memory', String(8192 * 1024)) }),
    ).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('85 %'),
    })
  })

  test('does not fire below 80 %, without a limit, or for who may lock anything', () => {
    expect(
      check('locked-near-limit', { status: near, limits: limitsOf('Max locked memory', String(9000 * 1024)) }),
    ).toBe('clear')
    expect(check('locked-near-limit', { status: near, limits: limitsOf('Max locked memory', 'unlimited') })).toBe(
      'clear',
    )
    const capable = statusOf({ VmLck: 7000, CapEff: '0000000000004000' })
    expect(
      check('locked-near-limit', { status: capable, limits: limitsOf('Max locked memory', String(8192 * 1024)) }),
    ).toBe('clear')
  })

  test('cannot tell without limits', () => {
    expect(check('locked-near-limit', { status: near, limits: 'gone' })).toEqual({ unknown: 'gone' })
  })
})

describe('page-table-overhead', () => {
  test('fires on more than 100 MiB and 5 %', () => {
    expect(
      check('page-table-overhead', { status: statusOf({ VmPTE: 200 * MIB, VmRSS: 1000 * MIB, HugetlbPages: '0 kB' }) }),
    ).toMatchObject({
      summary: expect.stringContaining('20 %'),
    })
  })

  test('does not fire when either is missing', () => {
    expect(check('page-table-overhead', { status: statusOf({ VmPTE: 90 * MIB, VmRSS: 100 * MIB }) })).toBe('clear')
    expect(check('page-table-overhead', { status: statusOf({ VmPTE: 200 * MIB, VmRSS: 5000 * MIB }) })).toBe('clear')
  })
})

describe('hoarded-memory', () => {
  const parked = (mib: number): MadeMapping => ({
    start: AT,
    pages: 8192,
    perms: '---p',
    flags: 'mr mw me',
    figures: { Rss: mib * MIB, Anonymous: mib * MIB },
  })

  test('fires on resident memory without access, not on a little, nor on a reservation', () => {
    expect(check('hoarded-memory', { pages: reportOf([parked(12)]) })).toMatchObject({
      evidence: [{ value: 12 * MIB * 1024 }],
    })
    expect(check('hoarded-memory', { pages: reportOf([parked(9)]) })).toBe('clear')
    expect(check('hoarded-memory', { pages: reportOf([parked(0)]) })).toBe('clear')
  })

  test('says where the figures are from', () => {
    const read = reportOf([parked(12)])
    const { memory } = read
    if (memory.space === null) throw new Error('it has mappings')
    const looked = { ...read, memory: { ...memory, space: { ...memory.space, depth: 'pagemap' as const } } }
    const sourceOf = (pages: typeof read) => {
      const found = check('hoarded-memory', { pages })
      return typeof found === 'object' && 'evidence' in found ? found.evidence[0]?.source : found
    }
    expect(sourceOf(read)).toBe('smaps: Anonymous of ---p mappings')
    expect(sourceOf(looked)).toBe('PAGEMAP_SCAN, as Anonymous of smaps of ---p mappings')
  })
})

describe('shared-memory-in-swap', () => {
  const pool = (start: number, inode: number, mib: number): MadeMapping => ({
    start,
    pages: 16_384,
    perms: 'rw-s',
    name: '/dev/zero (deleted)',
    inode,
    flags: 'rd wr sh mr mw me ms',
    figures: { Swap: mib * MIB },
  })

  test('counts an object once', () => {
    const found = check('shared-memory-in-swap', { smaps: reportOf([pool(AT, 5, 20), pool(AT + 2 ** 32, 5, 20)]) })
    expect(found).toMatchObject({ evidence: [{ value: 20 * MIB * 1024 }, { value: 1 }] })
  })

  test('does not fire on a little, nor on private memory in swap', () => {
    const private_: MadeMapping = { start: AT, pages: 16_384, perms: 'rw-p', figures: { Swap: 40 * MIB } }
    expect(check('shared-memory-in-swap', { smaps: reportOf([pool(AT, 5, 15)]) })).toBe('clear')
    expect(check('shared-memory-in-swap', { smaps: reportOf([private_]) })).toBe('clear')
  })
})

describe('swapped-working-set', () => {
  const status = statusOf({ VmSwap: 500 * MIB, RssAnon: `${500 * MIB} kB` })
  const vmstatRates = new Map([['pswpin', 100]])
  const faulting = (majorFaults: number): Motion => ({
    seconds: 1,
    minorFaults: 0,
    majorFaults,
    resident: [0, 0],
    dirtied: Number.NaN,
    written: Number.NaN,
    churn: [],
  })
  const motion = faulting(50)

  test('fires when much is in swap and the process waits for it', () => {
    expect(check('swapped-working-set', { status, motion, vmstatRates })).toMatchObject({
      summary: expect.stringContaining('50 %'),
      evidence: [{}, {}, { what: 'major faults', value: 50 }, { value: 100 }],
    })
  })

  test('fires when what comes back was kept by zswap', () => {
    const kept = new Map([
      ['pswpin', 1],
      ['zswpin', 99],
    ])
    expect(check('swapped-working-set', { status, motion, vmstatRates: kept })).toMatchObject({ severity: 'medium' })
  })

  test('does not fire while nothing comes back, or to others alone, nor when little is in swap', () => {
    const quiet = new Map([['pswpin', 0]])
    expect(check('swapped-working-set', { status, motion, vmstatRates: quiet })).toBe('clear')
    expect(check('swapped-working-set', { status, motion: faulting(0), vmstatRates })).toBe('clear')
    const little = statusOf({ VmSwap: 1 * MIB })
    expect(check('swapped-working-set', { status: little, motion, vmstatRates })).toBe('clear')
  })

  test('cannot tell from one look at the counters', () => {
    expect(check('swapped-working-set', { status, motion, vmstatRates: 'read once only' })).toEqual({
      unknown: 'read once only',
    })
  })
})

describe('malloc-arenas', () => {
  const arena = (index: number, mib: number): MadeMapping[] => {
    const start = 0x7f1000000000 + index * 2 ** 26
    const pages = (mib * MIB) / 4
    return [
      { start, pages, perms: 'rw-p', flags: 'rd wr mr mw me nr', figures: { Rss: mib * MIB, Anonymous: mib * MIB } },
      { start: start + pages * 4096, pages: 16_384 - pages, perms: '---p', flags: 'mr mw me nr' },
    ]
  }
  const libc: MadeMapping = {
    start: 0x7f5000000000,
    pages: 4,
    perms: 'r-xp',
    name: '/usr/lib/libc.so.6',
    inode: 3,
    flags: 'rd ex mr mw me',
  }

  test('fires when arenas hold much of the memory', () => {
    expect(check('malloc-arenas', { pages: reportOf([...arena(0, 40), ...arena(1, 40), libc]) })).toMatchObject({
      evidence: [{ value: 2 }, { value: 80 * MIB * 1024 }, { value: 80 * MIB * 1024 }],
    })
  })

  test('does not fire on small arenas', () => {
    expect(check('malloc-arenas', { pages: reportOf([...arena(0, 10), ...arena(1, 10), libc]) })).toBe('clear')
  })
})

describe('thp-disabled', () => {
  test('fires on the prctl, not without, and cannot tell on old kernels', () => {
    expect(check('thp-disabled', { status: statusOf({ THP_enabled: '0' }) })).toMatchObject({ severity: 'info' })
    expect(check('thp-disabled', { status: statusOf({ THP_enabled: '1' }) })).toBe('clear')
    expect(check('thp-disabled', { status: { ...statusOf({}), thpEnabled: null } })).toMatchObject({
      unknown: expect.stringContaining('5.0'),
    })
  })
})

describe('memory-stall', () => {
  const stall = (avg10: number) => ({ avg10, avg60: 0, avg300: 0, total: 0 })

  test('fires above 10 % of some or 5 % of all, not at the bound', () => {
    expect(check('memory-stall', { memoryPressure: { some: stall(10.5), full: stall(0) } })).toMatchObject({
      severity: 'high',
    })
    expect(check('memory-stall', { memoryPressure: { some: stall(6), full: stall(5.5) } })).toMatchObject({
      severity: 'high',
    })
    expect(check('memory-stall', { memoryPressure: { some: stall(10), full: stall(5) } })).toBe('clear')
  })

  test('cannot tell without pressure', () => {
    expect(check('memory-stall', { memoryPressure: 'no such file' })).toEqual({ unknown: 'no such file' })
  })
})

describe('loss-window', () => {
  test.each([
    [{ 'vm/dirty_writeback_centisecs': 0, 'vm/dirty_expire_centisecs': 3000 }, 'medium'],
    [{ 'vm/dirty_writeback_centisecs': 500, 'vm/dirty_expire_centisecs': 6001 }, 'medium'],
    [{ 'vm/dirty_writeback_centisecs': 500, 'vm/dirty_expire_centisecs': 3000, 'vm/laptop_mode': 5 }, 'medium'],
  ] as const)('fires on %j', (values, severity) => {
    expect(check('loss-window', { sysctls: new Map(Object.entries(values)) as never })).toMatchObject({ severity })
  })

  test('does not fire on the defaults, and cannot tell without them', () => {
    const defaults = new Map([
      ['vm/dirty_writeback_centisecs', 500],
      ['vm/dirty_expire_centisecs', 3000],
      ['vm/laptop_mode', 0],
    ] as const)
    expect(check('loss-window', { sysctls: defaults })).toBe('clear')
    expect(check('loss-window', { sysctls: new Map() })).toMatchObject({ unknown: expect.any(String) })
  })
})
