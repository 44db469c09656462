import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { DepthOptions } from '../../src/collectors/address-space.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { collectProcess, type ProcessMemory } from '../../src/collectors/process.ts'
import { type Failure, FailureError } from '../../src/model/failure.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { fixtureText } from '../helpers/fixtures.ts'

const proc = new FakeProc()
afterAll(() => proc[Symbol.dispose]())

const DEPTH: DepthOptions = { basic: false, wanted: 'all', maxStallMs: 1000, pageSize: 4096 }

function collect(pid: number, depth: Partial<DepthOptions> = {}): ProcessMemory {
  const trees = proc.trees()
  return collectProcess(trees, collectHost(trees), pid, { ...DEPTH, ...depth })
}

function failure(attempt: () => unknown): Failure {
  try {
    attempt()
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
  throw new Error('no failure')
}

describe('a process', () => {
  it('is read with its mappings in one pass', () => {
    proc.add(100, { sample: 'java', exe: '/usr/bin/java', cmdline: ['java', 'S.java'] })
    const memory = collect(100)
    expect(memory).toMatchObject({ pid: 100, cmdline: ['java', 'S.java'], exe: '/usr/bin/java', threadRead: null })
    expect(memory.space?.table.length).toBe(214)
    expect(memory.space).toMatchObject({ depth: 'smaps', shallow: null })
    expect(memory.space?.consistency).toEqual({
      confidence: 'high',
      passes: 1,
      repaired: 0,
      explanation: 'nothing changed meanwhile',
    })
    expect(memory.mounts.map((mount) => mount.fsType)).toEqual(['ext4', 'devtmpfs', 'tmpfs', 'hugetlbfs'])
  })

  it('keeps the fields that were asked for alone', () => {
    expect(collect(100, { wanted: new Set(['Pss', 'Swap']) }).space?.table.columns.map((column) => column.key)).toEqual(
      ['Pss', 'Swap'],
    )
  })

  it('tells how far its reading has come', () => {
    const counts: number[] = []
    collect(100, { onProgress: (mappings) => counts.push(mappings) })
    expect(counts.at(-1)).toBe(214)
  })

  it('is not there, or is named by what cannot be a process', () => {
    expect(failure(() => collect(999))).toEqual({ code: 'no-such-process', pid: 999 })
    writeFileSync(join(proc.path, '998'), '')
    expect(failure(() => collect(998)).code).toBe('unreadable')
  })

  it('is a kernel thread', () => {
    proc.add(2, { sample: 'kernel-thread' })
    expect(failure(() => collect(2))).toEqual({ code: 'kernel-thread', process: { pid: 2, comm: 'kthreadd' } })
  })

  it('is a zombie', () => {
    proc.add(101, { sample: 'zombie', ppid: 7 })
    expect(failure(() => collect(101))).toEqual({ code: 'zombie', process: { pid: 101, comm: 'python3' }, parent: 7 })
  })

  it('is read through a living thread when its leader has exited', () => {
    const own = (name: string): string => fixtureText(`proc/ia32/${name}`)
    const stat = own('stat').replace(/^\d+ \(.*\)/, '102 (leader)')
    const thread = (name: string, text: string): [string, string] => [`task/12802/${name}`, text]
    proc.add(102, {
      sample: 'dead-leader',
      files: {
        'task/102/stat': stat.replace(') S ', ') Z '),
        ...Object.fromEntries([
          thread('stat', stat.replace(/^102/, '12802')),
          ...['statm', 'maps', 'smaps'].map((name) => thread(name, own(name))),
        ]),
      },
    })
    const memory = collect(102)
    expect([memory.threadRead, memory.space?.table.length]).toEqual([12802, 7])
    expect(memory.stat.comm).toBe('leader')
    expect(memory.status?.vmRss).toBeGreaterThan(0)
  })

  it('that forbids nothing but has no smaps is read from maps', () => {
    proc.add(103, { files: { smaps: null } })
    const { space } = collect(103)
    expect(space).toMatchObject({
      depth: 'maps',
      shallow: { why: 'refused', refusal: { reason: 'gone', errno: 'ENOENT' } },
    })
    expect(space?.table.length).toBe(7)
  })

  it('is read from maps alone when that is asked for, and nothing is predicted', () => {
    proc.add(104)
    expect(collect(104, { basic: true }).space).toMatchObject({
      depth: 'maps',
      shallow: { why: 'asked' },
      prediction: null,
    })
  })

  it('is read from maps when smaps would stall it for too long', () => {
    const { space } = collect(100, { maxStallMs: 0 })
    expect(space).toMatchObject({ depth: 'maps', shallow: { why: 'too-costly', maxStallMs: 0 } })
    expect(space?.prediction?.stallMs).toBeGreaterThan(0)
    expect(collect(100, { maxStallMs: 100 }).space?.depth).toBe('smaps')
  })

  it('has vanished when its mappings are gone though its directory is not', () => {
    proc.add(105, { files: { maps: '', smaps: '' } })
    expect(failure(() => collect(105))).toEqual({ code: 'vanished', pid: 105 })
  })

  it('has a user by name, or by number when nobody has it', () => {
    proc.add(106, {
      files: {
        status: fixtureText('proc/ia32/status').replace(
          /^Uid:.*$/m,
          'Uid:\t3999999999\t3999999999\t3999999999\t3999999999',
        ),
      },
    })
    expect(collect(106).user).toBe('3999999999')
  })

  it('has an age only when the host’s uptime is known', () => {
    expect(collect(104).ageSeconds).toBeGreaterThan(0)
    proc.write('uptime', null)
    expect(collect(104).ageSeconds).toBeNull()
    proc.write('uptime', '5000.00 9000.00\n')
  })
})

describe('a list that does not add up to VmSize', () => {
  it('is read again, mended from maps, and said to be mended', () => {
    const smaps = fixtureText('proc/ia32/smaps')
    const second = smaps.indexOf('\n', smaps.indexOf('VmFlags')) + 1
    proc.add(110, { files: { smaps: smaps.slice(second) } })
    const { space } = collect(110)
    expect(space?.table.length).toBe(7)
    expect(space?.consistency).toMatchObject({ confidence: 'repaired', repaired: 1 })
    expect(space?.table.value('Rss', 0)).toBeNaN()
    expect(space?.table.value('Rss', 1)).not.toBeNaN()
  })

  it('is of low confidence when maps does not add up either', () => {
    proc.add(111, { files: { statm: '1000 5 5 1 0 5 0\n' } })
    expect(collect(111).space?.consistency.confidence).toBe('low')
    expect(collect(111, { basic: true }).space?.consistency.confidence).toBe('low')
  })

  it('is of unknown confidence when there is nothing to compare with', () => {
    proc.add(112, { files: { statm: null } })
    expect(collect(112).space?.consistency.confidence).toBe('unknown')
  })
})

describe('a name that ends in (deleted)', () => {
  const name = '/srv/lab/kernel/files/not-deleted (deleted)'

  function answer(files: Readonly<Record<string, string>>): boolean | undefined {
    proc.add(120, { sample: 'names', files })
    const { deleted, space } = collect(120)
    for (const [id, unlinked] of deleted) if (space?.table.names.get(id) === name) return unlinked
    return undefined
  }

  it('is real when a file of exactly that name has the inode that is mapped', () => {
    const path = join(proc.path, '120/root', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
    const smaps = fixtureText('proc/names/smaps').replaceAll(' 2573423 ', ` ${statSync(path).ino} `)
    expect(answer({ smaps })).toBe(false)
  })

  it('is not settled when another file has that name', () => {
    expect(answer({})).toBeUndefined()
  })

  it('is unlinked when the mapped file has no such name any more', () => {
    proc.write('120/map_files/7f60ea61f000-7f60ea621000', '')
    expect(answer({})).toBe(true)
  })
})

describe('the host', () => {
  it('has a kernel, an uptime and a limit of mappings', () => {
    expect(collectHost(proc.trees())).toMatchObject({
      kernel: { release: '6.18.44' },
      upSeconds: 5000,
      maxMapCount: 65_530,
      capturedAt: null,
    })
  })

  it('is not there below a directory that is no procfs', () => {
    expect(failure(() => collectHost(liveTrees('/etc')))).toEqual({ code: 'not-procfs', path: '/etc' })
  })

  it('may hide some of it', () => {
    using bare = new FakeProc()
    bare.write('uptime', null)
    bare.write('sys/vm/max_map_count', null)
    expect(collectHost(bare.trees())).toMatchObject({ upSeconds: null, maxMapCount: null })
  })
})
