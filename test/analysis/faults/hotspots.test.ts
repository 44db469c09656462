import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultAttribution } from '../../../src/analysis/faults/hotspots.ts'
import { FRAME_END } from '../../../src/analysis/faults/stacks.ts'
import { attribute, code, exec, FACTS, fault, foldedStacks, fork, mmap, recorded } from '../../helpers/fault-traces.ts'

const P = 4096
const VERSIONS = ['5.10', '5.15', '6.1', '6.8', '6.12', '7.2']

describe('a recorded program whose faults are known by construction', () => {
  it.each(VERSIONS)('%s: every fault belongs to a mapping', (version) => {
    const { samples, faults, unattributed, processes, kinds } = recorded(`${version}-full`)
    expect(samples).toBeGreaterThan(1500)
    expect(faults).toBe(samples)
    expect(unattributed).toBe(0)
    expect(processes).toBe(2)
    expect(Object.values(kinds).reduce((sum, count) => sum + count, 0)).toBe(faults)
  })

  it.each(VERSIONS)(
    '%s: 500 pages and 50 of them again after MADV_DONTNEED, 300 of a memfd, 200 of a file',
    (version) => {
      const { hotspots } = recorded(`${version}-full`)
      const [anonymous, memfd, file] = hotspots
      expect(anonymous?.mapping?.size).toBe(503 * P)
      expect(anonymous?.pages).toBeGreaterThanOrEqual(500)
      // The program gives the pages back while its thread touches them, so that in some runs few are touched again.
      const again = { '5.15': 35, '6.1': 0, '6.8': 51 }[version] ?? 50
      expect(anonymous?.refaults).toBe(again)
      expect(anonymous?.kinds['first-touch']).toBeGreaterThanOrEqual(500 + Math.min(50, again))
      expect(anonymous?.site).toMatchObject({ symbol: 'touch_anon' })
      expect(memfd).toMatchObject({
        key: '/memfd:mycache (deleted)',
        faults: 300,
        pages: 300,
        refaults: 0,
        kinds: { shared: 300 },
      })
      expect(file?.key).toMatch(/data\.bin$/)
      expect(file).toMatchObject({ faults: 200, kinds: { file: 200 } })
    },
  )

  it.each(VERSIONS)('%s: a child’s writes to 100 inherited pages are copies', (version) => {
    const { hotspots } = recorded(`${version}-full`, 'thread')
    const child = hotspots.at(-1)
    const copies = hotspots.map(({ kinds }) => kinds.cow ?? 0)
    expect(Math.max(...copies)).toBeGreaterThanOrEqual(100)
    expect(child?.thread.comm).toBe('multi')
  })

  it.each(VERSIONS)('%s: a hundred frames of stack', (version) => {
    const { kinds } = recorded(`${version}-full`)
    expect(kinds.stack).toBeGreaterThanOrEqual(100)
    expect(kinds.stack).toBeLessThan(115)
  })
})

describe('names with line feeds', () => {
  it.each(['hostile-names', 'hostile-names-stacks'])('%s: every file has its 40 faults', (name) => {
    const { hotspots, unattributed } = recorded(`6.1-${name}`, 'file')
    const own = hotspots.filter(({ key }) => key.startsWith('/tmp/fr/') && !key.includes('hostile'))
    expect(own.map(({ key, faults }) => [key, faults]).sort()).toEqual([
      ['/tmp/fr/new\nline\xff', 40],
      ['/tmp/fr/paren)\nb  7 1.000000: c', 40],
      ['/tmp/fr/tail\n', 40],
      ['/tmp/fr/two\n\nx (y) 12', 40],
    ])
    expect(unattributed).toBe(0)
  })
})

describe('groupings', () => {
  const events = [
    mmap(0x10000, 100, { name: '/srv/a', file: 'fe:00 7', perms: 'r--p' }),
    mmap(0x200000, 100, { name: '/srv/renamed', file: 'fe:00 7', perms: 'r--s' }),
    fault(0x10000),
    fault(0x11000, { tid: 11, comm: 'worker', site: { symbol: 'read', offset: 0, dso: '/lib/c' } }),
    fault(0x200000, { event: 'major-faults', time: 1.5 }),
    fault(0x900000),
  ]

  it('by mapping', () => {
    const { hotspots } = attribute(events, 'mapping')
    expect(hotspots.map(({ key, faults, major }) => [key, faults, major])).toEqual([
      ['/srv/a', 2, 0],
      ['/srv/renamed', 1, 1],
      ['no mapping seen', 1, 0],
    ])
    expect(hotspots[0]?.mapping).toEqual({
      pid: 10,
      comm: 'prog',
      start: '0x10000',
      end: '0x74000',
      size: 100 * P,
      perms: 'r--p',
      name: '/srv/a',
    })
    expect(hotspots[2]?.mapping).toBe(null)
  })

  it('by file, which a new name does not make another', () => {
    const { hotspots, unattributed } = attribute(events, 'file')
    expect(hotspots.map(({ faults }) => faults)).toEqual([3, 1])
    expect(hotspots[0]?.mapping).toBe(null)
    expect(unattributed).toBe(1)
  })

  it('by kind', () => {
    expect(attribute(events, 'kind').hotspots.map(({ key, faults }) => [key, faults])).toEqual([
      ['file', 3],
      ['unknown', 1],
    ])
  })

  it('by symbol', () => {
    expect(attribute(events, 'symbol').hotspots.map(({ key, faults }) => [key, faults])).toEqual([
      ['work (/bin/prog)', 3],
      ['read (/lib/c)', 1],
    ])
  })

  it('by thread', () => {
    const { hotspots } = attribute(events, 'thread')
    expect(hotspots.map(({ key, faults }) => [key, faults])).toEqual([
      ['prog 10/10', 3],
      ['worker 10/11', 1],
    ])
    expect(hotspots[1]?.thread).toEqual({ pid: 10, tid: 11, comm: 'worker', faults: 1 })
  })

  it('by time, in stretches that grow with the recording', () => {
    const late = Array.from({ length: 100 }, (_, index) => fault(0x10000, { time: 1 + index / 10 }))
    const { hotspots, groups } = attribute([mmap(0x10000, 1), ...late], 'time')
    expect(groups).toBeLessThanOrEqual(24)
    expect(hotspots[0]?.time?.fromMs).toBe(0)
    const few = new FaultAttribution(FACTS, { by: 'time', limit: 5, folded: false })
    for (const event of [mmap(0x10000, 1), ...late]) few.add(event)
    const cut = few.report(0)
    expect(cut.hotspots.length).toBeLessThanOrEqual(5)
    expect(cut.hotspots.reduce((sum, { faults }) => sum + faults, 0)).toBe(100)
    expect(hotspots.reduce((sum, { faults }) => sum + faults, 0)).toBe(100)
    expect(hotspots[0]?.key).toMatch(/^0\.000-\d\.\d{3} s$/)
    expect(hotspots.map(({ key }) => Number.parseFloat(key))).toEqual(
      hotspots.map(({ key }) => Number.parseFloat(key)).sort((a, b) => a - b),
    )
  })

  it('cuts to the limit, and says how many there were', () => {
    const { hotspots, groups } = recorded('6.1-full', 'mapping', 3)
    expect(hotspots).toHaveLength(3)
    expect(groups).toBeGreaterThan(20)
  })
})

describe('what a fault was for', () => {
  const anonymous = mmap(0x10000, 64)
  const kindsOf = (...events: Parameters<typeof attribute>[0][]): object =>
    attribute(events.flatMap((each) => [...each])).kinds

  it.each([
    ['first read of anonymous memory', {}, 0x4, 'first-touch'],
    ['first write', {}, 0x6, 'first-touch'],
    ['write after read', {}, 0x7, 'cow'],
    ['code fetched', { name: '/bin/x', file: 'f 1', perms: 'r-xp' }, 0x14, 'text'],
    ['constants of a code segment read', { name: '/bin/x', file: 'f 1', perms: 'r-xp' }, 0x4, 'file'],
    ['file read', { name: '/x', file: 'f 1', perms: 'r--s' }, 0x4, 'file'],
    ['private file written', { name: '/x', file: 'f 1' }, 0x6, 'cow'],
    ['private file written after it was read', { name: '/x', file: 'f 1' }, 0x7, 'cow'],
    ['shared file written after it was read', { name: '/x', file: 'f 1', perms: 'rw-s' }, 0x7, 'dirty'],
    ['memfd written', { name: '/memfd:x (deleted)', perms: 'rw-s' }, 0x6, 'shared'],
    ['hugetlb', { name: '/anon_hugepage (deleted)' }, 0x6, 'huge'],
    ['stack', { name: '[stack]' }, 0x6, 'stack'],
  ])('by the error code: %s', (_what, mapping, errorCode, kind) => {
    const { kinds, evidence } = attribute([mmap(0x10000, 64, mapping), code(0x10000, errorCode), fault(0x10000)])
    expect(kinds).toEqual({ [kind]: 1 })
    expect(evidence).toBe('error-code')
  })

  it('a huge page by its size, whatever the code says', () => {
    const huge = { pageSize: 2 * 1024 ** 2 }
    expect(kindsOf([anonymous, fault(0x10000, huge), fault(0x11000, { pageSize: 4096 })])).toEqual({
      huge: 1,
      'first-touch': 1,
    })
    expect(kindsOf([mmap(0x10000, 64, { name: '/x', file: 'f 1' }), fault(0x10000, huge)])).toEqual({ huge: 1 })
    // Major in anonymous memory is still swap, and many entries of the last table are no huge page.
    expect(kindsOf([anonymous, fault(0x10000, { ...huge, event: 'major-faults' })])).toEqual({ 'swap-in': 1 })
    expect(kindsOf([anonymous, fault(0x10000, { pageSize: 65_536 })])).toEqual({ 'first-touch': 1 })
    expect(attribute([anonymous, fault(0x10000, huge)]).pageSizes).toBe(true)
    expect(attribute([anonymous, fault(0x10000)]).pageSizes).toBe(false)
  })

  it('the recording of two huge pages has two', () => {
    expect(recorded('6.1-hostile-names').kinds.huge).toBe(2)
    expect(recorded('6.1-hostile-names-stacks').kinds.huge).toBe(2)
  })

  it('what comes back while the host swaps may be either', () => {
    const events = [anonymous, fault(0x10000), fault(0x10000), fault(0x11000)]
    expect(attribute(events, 'mapping', { swapped: true })).toMatchObject({
      kinds: { 'first-touch': 2, returned: 1 },
      hotspots: [{ pages: 2, refaults: 1 }],
    })
    const copied = [anonymous, fault(0x10000), code(0x10000, 7), fault(0x10000)]
    expect(attribute(copied, 'mapping', { swapped: true }).kinds).toEqual({ 'first-touch': 1, cow: 1 })
  })

  it('a page is as large as the machine’s', () => {
    const events = [mmap(0x10000, 64), fault(0x10000), fault(0x18000), fault(0x20000, { ip: '20abc' })]
    expect(attribute(events, 'mapping', { pageSize: 65_536 }).hotspots[0]).toMatchObject({ pages: 2, refaults: 1 })
    const text = mmap(0x400000, 16, { name: '/bin/prog', file: 'f 1', perms: 'r-xp' })
    expect(attribute([text, fault(0x401000, { ip: '40eabc' })], 'kind', { pageSize: 65_536 }).kinds).toEqual({
      text: 1,
    })
  })

  it('takes the code of this thread’s fault on this page alone', () => {
    const events = [anonymous, code(0x10000, 7, { tid: 12 }), fault(0x10000), code(0x11000, 7), fault(0x12000)]
    expect(attribute(events)).toMatchObject({ kinds: { 'first-touch': 2 }, evidence: 'inferred', samples: 2 })
  })

  it('a major fault in anonymous memory is a swap-in', () => {
    expect(kindsOf([anonymous, fault(0x10000, { event: 'major-faults' })])).toEqual({ 'swap-in': 1 })
  })

  it('infers copies from a second fault on a page that is there', () => {
    const file = { name: '/x', file: 'f 1' }
    expect(kindsOf([mmap(0x10000, 4, file), fault(0x10000), fault(0x10000)])).toEqual({ file: 1, cow: 1 })
    const shared = { ...file, perms: 'rw-s' }
    expect(kindsOf([mmap(0x10000, 4, shared), fault(0x10000), fault(0x10000)])).toEqual({ file: 1, dirty: 1 })
    const constant = { ...file, perms: 'r--p' }
    expect(kindsOf([mmap(0x10000, 4, constant), fault(0x10000), fault(0x10000)])).toEqual({ file: 2 })
  })

  it('infers copies after a fork, on both sides, and of grandchildren', () => {
    const events = [
      anonymous,
      fault(0x10000),
      fault(0x11000),
      fork(20),
      fork(30, 20),
      fault(0x10000),
      fault(0x10000, { pid: 20, tid: 20 }),
      fault(0x10000, { pid: 30, tid: 30 }),
      fault(0x12000, { pid: 20, tid: 20 }),
    ]
    const { kinds, forks } = attribute(events)
    expect(kinds).toEqual({ cow: 3, 'first-touch': 3 })
    expect(forks).toBe(2)
  })

  it('a thread is no fork', () => {
    const { kinds, forks } = attribute([anonymous, fault(0x10000), fork(10, 10, 11), fault(0x10000, { tid: 11 })])
    expect(kinds).toEqual({ 'first-touch': 2 })
    expect(forks).toBe(0)
  })

  it('infers code from the instruction that lies in the page', () => {
    const text = mmap(0x400000, 4, { name: '/bin/prog', file: 'f 1', perms: 'r-xp' })
    expect(kindsOf([text, fault(0x401000, { ip: '401abc' }), fault(0x402000, { ip: '401abc' })])).toEqual({
      text: 1,
      file: 1,
    })
  })

  it.each([
    ['its file', { ip: null, site: { symbol: 'copy_to_user', offset: 1, dso: '[kernel.kallsyms]' } }],
    ['its address', { ip: 'ffffffff821e8700', site: { symbol: null, offset: null, dso: null } }],
  ])('knows the kernel’s own access by %s', (_what, given) => {
    expect(kindsOf([anonymous, fault(0x10000, given)])).toEqual({ kernel: 1 })
  })

  it('counts pages and repeats by the kind', () => {
    const { hotspots } = attribute([anonymous, fault(0x10000), fault(0x10000), fault(0x11000)], 'kind')
    expect(hotspots[0]).toMatchObject({ faults: 3, pages: 2, refaults: 1 })
  })
})

describe('pages', () => {
  it('of another file at the same address are others', () => {
    const file = (name: string): Parameters<typeof mmap>[2] => ({ name, file: `f ${name}` })
    const { hotspots } = attribute(
      [
        mmap(0x10000, 2, file('/a')),
        fault(0x10000),
        mmap(0x10000, 2, file('/b')),
        fault(0x10000),
        fault(0x11000),
        mmap(0x10000, 2, file('/b')),
        fault(0x10000),
        mmap(0x10000, 2),
        fault(0x10000),
        mmap(0x10000, 2, { perms: 'r--p' }),
        fault(0x10000),
      ],
      'file',
    )
    expect(hotspots.map(({ key, faults, pages, refaults }) => [key, faults, pages, refaults])).toEqual([
      ['/b', 3, 2, 0],
      ['anonymous', 2, 1, 1],
      ['/a', 1, 1, 0],
    ])
    // The second fault on a page of the same private file is a copy, not a repetition.
    expect(hotspots[0]?.kinds).toEqual({ file: 2, cow: 1 })
  })

  it('of a heap that shrinks and grows again are the same', () => {
    const heap = (pages: number): ReturnType<typeof mmap> => mmap(0x10000, pages, { name: '[heap]' })
    const { hotspots } = attribute([heap(4), fault(0x13000), heap(2), fault(0x11000), heap(4), fault(0x13000)])
    expect(hotspots).toMatchObject([{ key: '[heap]', faults: 3, pages: 2, refaults: 1, mapping: { size: 4 * P } }])
  })

  it('of thousands of small files are one thing in a sentence', () => {
    const files = Array.from({ length: 300 }, (_, index) => {
      const at = 0x10000 + index * P
      return [mmap(at, 1, { name: `/objects/${index}`, file: `f ${index}`, perms: 'r--p' }), fault(at)]
    })
    const { leading } = attribute([
      ...files.flat(),
      mmap(0x900000, 9),
      ...[0, 1, 2, 3].map((n) => fault(0x900000 + n * P)),
    ])
    expect(leading).toMatchObject([
      { faults: 300, mappings: 300, name: null, mapping: null, kind: 'file' },
      { faults: 4, mappings: 1, name: '' },
    ])
  })
})

describe('address spaces', () => {
  it('the newest mapping wins, and leaves the rest of the older', () => {
    const events = [mmap(0x10000, 10, { name: '/old', file: 'f 1' }), mmap(0x12000, 2, { name: '/new', file: 'f 2' })]
    const faults = [0x10000, 0x11000, 0x12000, 0x13000, 0x14000, 0x19000, 0x1a000].map((page) => fault(page))
    const { hotspots } = attribute([...events, ...faults])
    expect(hotspots.map(({ key, faults: count }) => [key, count])).toEqual([
      ['/old', 4],
      ['/new', 2],
      ['no mapping seen', 1],
    ])
  })

  it('merged anonymous memory and a grown stack stay what they were', () => {
    const stack = { name: '[stack]' }
    const { hotspots, mappings } = attribute([
      mmap(0x10000, 4),
      fault(0x10000),
      mmap(0x10000, 8),
      fault(0x15000),
      mmap(0x7f000000, 4, stack),
      fault(0x7efff000),
      mmap(0x7efff000, 5, stack),
      fault(0x7f000000),
    ])
    expect(hotspots.map(({ faults }) => faults)).toEqual([2, 2])
    expect(mappings).toBe(2)
  })

  it('an address far below the stack, or with something between, is not the stack’s', () => {
    const events = [mmap(0x7f000000, 4, { name: '[stack]' }), mmap(0x7e000000, 4), fault(0x7d000000)]
    expect(attribute(events).unattributed).toBe(1)
    expect(attribute([mmap(0x7f00000000, 4, { name: '[stack]' }), fault(0x10000)]).unattributed).toBe(1)
  })

  it('a new program has nothing mapped, whether perf says so or a new stack does', () => {
    expect(attribute([mmap(0x10000, 4), fault(0x10000), exec(10), fault(0x10000)]).unattributed).toBe(1)
    const stack = { name: '[stack]' }
    const events = [mmap(0x10000, 4), mmap(0x7f000000, 4, stack), mmap(0x6f000000, 4, stack), fault(0x10000)]
    expect(attribute(events).unattributed).toBe(1)
  })

  it('a child has its own copy of what it inherited', () => {
    const child = { pid: 20, tid: 20 }
    const { hotspots } = attribute([
      mmap(0x10000, 4),
      fork(20),
      fault(0x10000),
      fault(0x10000, child),
      fault(0x11000, child),
      mmap(0x10000, 4, { ...child, name: '/x', file: 'f 1' }),
      fault(0x12000),
      fault(0x12000, child),
    ])
    expect(hotspots.map(({ key, mapping, faults }) => [key, mapping?.pid, faults])).toEqual([
      ['anonymous', 10, 2],
      ['anonymous', 20, 2],
      ['/x', 20, 1],
    ])
  })

  it('forgets processes long ended', () => {
    const events = [mmap(0x10000, 4)]
    const more = Array.from({ length: 300 }, (_, index) => [
      fork(100 + index),
      { comm: 'x', pid: 100 + index, tid: 100 + index, time: 2, type: 'exit' as const },
      { comm: 'x', pid: 100 + index, tid: 1, time: 2, type: 'exit' as const },
    ])
    expect(attribute([...events, ...more.flat(), fault(0x10000)])).toMatchObject({ processes: 257, unattributed: 0 })
  })
})

describe('whose faults they are', () => {
  const shell = { comm: 'sh', pid: 10, tid: 10 }
  const program = { comm: 'prog', pid: 10, tid: 10 }

  it('a process that executes another program is another one', () => {
    const { hotspots, programs } = attribute(
      [
        mmap(0x10000, 4, shell),
        fault(0x10000, shell),
        exec(10, 'prog'),
        mmap(0x10000, 4, program),
        fault(0x10000, program),
        fault(0x11000, program),
      ],
      'thread',
    )
    expect(hotspots.map(({ key, faults }) => [key, faults])).toEqual([
      ['prog 10/10', 2],
      ['sh 10/10', 1],
    ])
    expect(programs).toEqual([
      { comm: 'prog', faults: 2, share: 2 / 3, executed: 1, processes: 1 },
      { comm: 'sh', faults: 1, share: 1 / 3, executed: 1, processes: 1 },
    ])
  })

  it('a forked process runs the program of its parent, until it executes one', () => {
    const events = [mmap(0x10000, 4), fault(0x10000), fork(20), fault(0x10000, { pid: 20, tid: 20 })]
    expect(attribute(events).programs).toMatchObject([{ comm: 'prog', faults: 2, executed: 1, processes: 2 }])
    const executed = [...events, exec(20), mmap(0x10000, 4, { pid: 20 }), fault(0x10000, { pid: 20, tid: 20 })]
    expect(attribute(executed).programs.map(({ comm, faults }) => [comm, faults])).toEqual([
      ['prog', 2],
      ['new', 1],
    ])
    expect(attribute(executed).hotspots.map(({ mapping }) => [mapping?.comm, mapping?.pid])).toEqual([
      ['prog', 10],
      ['prog', 20],
      ['new', 20],
    ])
  })

  it('what the shell did that held the program is not the program’s', () => {
    const held = [fault(0x10000, shell), exec(10, 'prog'), mmap(0x10000, 4, program), fault(0x10000, program)]
    expect(attribute(held, 'mapping', { heldPid: 10 })).toMatchObject({
      samples: 1,
      faults: 1,
      programs: [{ comm: 'prog' }],
    })
    // A script without a first line is run by that shell itself.
    const script = [mmap(0x10000, 4, shell), fault(0x10000, shell), fault(0x20000, { pid: 11, tid: 11 })]
    expect(attribute(script, 'mapping', { heldPid: 10 }).samples).toBe(2)
    const long = Array.from({ length: 400 }, (_, index) => fault(index * P, shell))
    expect(attribute([...long, exec(10), fault(0x10000)], 'mapping', { heldPid: 10 }).samples).toBe(401)
  })

  it('a heap is called so from its first page on', () => {
    const { hotspots } = attribute([
      mmap(0x10000, 2),
      fault(0x10000),
      mmap(0x10000, 4, { name: '[heap]' }),
      fault(0x12000),
    ])
    expect(hotspots).toMatchObject([{ key: '[heap]', faults: 2, mapping: { size: 4 * P } }])
  })
})

describe('what a recording is worth', () => {
  it('a sample stands for its period, or for the recording’s', () => {
    const { faults, samples } = attribute(
      [mmap(0x10000, 4), fault(0x10000, { period: 101 }), fault(0x11000, { period: null })],
      'kind',
      { period: 101 },
    )
    expect([faults, samples]).toEqual([202, 2])
  })

  it('of every Nth fault, faults are near the truth and pages never above it', () => {
    const touch = fc.record({ tid: fc.constantFrom(10, 11, 12), page: fc.nat({ max: 40 }) })
    const run = fc.array(touch, { minLength: 1, maxLength: 400 })
    fc.assert(
      fc.property(run, fc.integer({ min: 1, max: 20 }), (touches, period) => {
        const taken = new Map<number, number>()
        const all = touches.map(({ tid, page }) => fault(0x10000 + page * P, { tid }))
        // The kernel counts for each thread of its own.
        const sampled = all.filter(({ tid }) => {
          taken.set(tid, (taken.get(tid) ?? 0) + 1)
          return (taken.get(tid) ?? 0) % period === 0
        })
        const whole = attribute([mmap(0x10000, 64), ...all], 'kind')
        const part = attribute([mmap(0x10000, 64), ...sampled.map((sample) => ({ ...sample, period }))], 'kind', {
          period,
        })
        const [truth] = whole.hotspots
        const [seen] = part.hotspots
        expect(part.faults).toBe(sampled.length * period)
        expect(part.faults).toBeLessThanOrEqual(all.length)
        expect(all.length - part.faults).toBeLessThan(period * taken.size)
        expect(seen?.pages ?? 0).toBeLessThanOrEqual(truth?.pages ?? 0)
        expect(seen?.refaults ?? 0).toBeLessThanOrEqual(truth?.refaults ?? 0)
        if (period === 1) expect(seen).toEqual(truth)
        expect(truth?.pages).toBe(new Set(touches.map(({ page }) => page)).size)
      }),
    )
  })

  it('losses are added up', () => {
    const lost = { comm: 'x', pid: 1, tid: 1, time: 1, type: 'lost' as const, lost: 632 }
    expect(attribute([lost, lost]).lost).toBe(1264)
  })

  it('minor and major are unknown when they were not recorded apart', () => {
    const { hotspots } = attribute([mmap(0x10000, 4), fault(0x10000, { event: 'page-faults' })])
    expect(hotspots[0]?.major).toBe(null)
  })

  it('other events are no faults', () => {
    expect(attribute([mmap(0x10000, 4), fault(0x10000, { event: 'cycles' })]).samples).toBe(0)
  })

  it('the recording of every kind of fault tells what a program did', () => {
    const { kinds, evidence, samples } = recorded('6.1-kinds', 'symbol')
    // It has no mappings, so that only the kernel's own faults have a kind.
    expect(Object.keys(kinds)).toContain('unknown')
    expect(evidence).toBe('inferred')
    expect(samples).toBe(3670)
  })

  it('stacks are folded from the outside in, with the kind', () => {
    const site = (
      symbol: string | null,
      dso: string | null = '/bin/prog',
    ): { symbol: string | null; offset: null; dso: string | null } => ({ symbol, offset: null, dso })
    const stack = [site('fill;\n'), site(null), site(null, null)]
    const stacks = foldedStacks([mmap(0x10000, 4), fault(0x10000, { stack, site: site('fill') }), fault(0x11000)])
    expect([...stacks].map(([stack, faults]) => [stack.split(FRAME_END), faults])).toEqual([
      [['prog', '[unknown]', '[prog]', 'fill;\n', '[first-touch]'], 1],
      [['prog', 'work', '[first-touch]'], 1],
    ])
  })
})
