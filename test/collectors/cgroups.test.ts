import { describe, expect, test } from 'vitest'
import { CgroupKillCounter } from '../../src/collectors/cgroup-kills.ts'
import { type CgroupLevel, collectCgroupChain } from '../../src/collectors/cgroup-limits.ts'
import { cgroupMounts, readersMounts } from '../../src/collectors/cgroup-mounts.ts'
import { FakeHost, MOUNTINFO } from '../helpers/fake-host.ts'

const NONE = Number.POSITIVE_INFINITY

function chainOf(host: FakeHost, pid: number) {
  const trees = host.trees()
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) throw new Error('no such process')
  using tree = pinned.value
  return collectCgroupChain(tree, cgroupMounts(trees, readersMounts(trees)))
}

function levelsOf(host: FakeHost, pid: number): readonly CgroupLevel[] {
  const chain = chainOf(host, pid)
  if (!('levels' in chain)) throw new Error(`no levels: ${JSON.stringify(chain)}`)
  return chain.levels
}

describe('cgroup v2', () => {
  test('every level up to the root is read, own one first', () => {
    using host = new FakeHost()
    host.cgroup('v2', 'a/b').cgroup('v2', 'a', { 'memory.max': 'max\n', 'memory.oom.group': '0\n' })
    host.proc.add(100, { cgroup: '/a/b' })
    const [own, above, root, ...more] = levelsOf(host, 100)
    expect(more).toEqual([])
    expect(own).toMatchObject({
      version: 2,
      path: '/a/b',
      max: { limit: 1_073_741_824, usage: 805_306_368 },
      high: { limit: 966_367_641, usage: 805_306_368 },
      swap: { limit: NONE, usage: 0 },
      reclaimable: 125_829_120 + 50_331_648,
      oomKills: 2,
      throttled: 412,
      killsGroup: true,
      memsw: null,
    })
    expect(own?.pressure?.full?.avg10).toBe(1.9)
    expect(above).toMatchObject({ path: '/a', max: { limit: NONE }, killsGroup: false })
    // The root has no files of this controller.
    expect(root).toMatchObject({ path: '/', max: null, high: null, oomKills: null, reclaimable: null })
  })

  test('paths are those of the reader, also where the mount shows a part of the hierarchy', () => {
    using host = new FakeHost()
    host.proc.write('1/mountinfo', MOUNTINFO.v2.replace('0:25 / ', '0:25 /machine/x '))
    host.cgroup('v2', 'a')
    host.proc.add(100, { cgroup: '/machine/x/a' }).add(101, { cgroup: '/machine/y' })
    expect(levelsOf(host, 100).map((level) => level.path)).toEqual(['/machine/x/a', '/machine/x'])
    expect(chainOf(host, 101)).toEqual({ why: 'outside' })
  })

  test('a cgroup above the reader’s namespace is told from one below', () => {
    using host = new FakeHost()
    host.proc.add(100, { cgroup: '/../../elsewhere' })
    expect(chainOf(host, 100)).toEqual({ why: 'outside' })
    host.proc.write('1/mountinfo', MOUNTINFO.v2.replace('0:25 / ', '0:25 /../.. '))
    host.cgroup('v2', 'elsewhere')
    expect(levelsOf(host, 100)[0]).toMatchObject({ path: '/../../elsewhere', max: { limit: 1_073_741_824 } })
  })
})

describe('cgroup v1', () => {
  const V1 = (path: string) => ({ files: { cgroup: `4:memory:${path}\n0::/\n` } })

  test('every level is read with its own names of things', () => {
    using host = new FakeHost('v1')
    host.cgroup('v1', 'a/b', {
      'memory.limit_in_bytes': '67108864\n',
      'memory.oom_control': 'oom_kill_disable 1\nunder_oom 0\noom_kill 3\n',
    })
    host.cgroup('v1', 'a').cgroup('v1', '')
    host.proc.add(100, V1('/a/b'))
    const [own, above, root] = levelsOf(host, 100)
    expect(own).toMatchObject({
      version: 1,
      path: '/a/b',
      max: { limit: 67_108_864, usage: 563_089_408 },
      memsw: { limit: NONE, usage: 563_396_608 },
      kmem: { limit: NONE },
      reclaimable: 419_426_304 + 33_685_504,
      oomKills: 3,
      killDisabled: true,
      high: null,
      swap: null,
    })
    expect(above).toMatchObject({ path: '/a', max: { limit: NONE } })
    expect(root).toMatchObject({ path: '/', killDisabled: false })
  })

  test('what does not count its children does not limit them', () => {
    using host = new FakeHost('v1')
    host.cgroup('v1', 'a/b/c').cgroup('v1', 'a/b').cgroup('v1', 'a', { 'memory.use_hierarchy': '0\n' }).cgroup('v1', '')
    host.proc.add(100, V1('/a/b/c'))
    expect(levelsOf(host, 100).map((level) => level.path)).toEqual(['/a/b/c', '/a/b'])
  })
})

describe('without a memory controller', () => {
  test('it is said why', () => {
    using host = new FakeHost()
    host.proc.add(100, { files: { cgroup: '' } }).add(101, { files: { cgroup: '4:memory:/a\n' } })
    host.proc.add(102, { files: { cgroup: null } })
    expect(chainOf(host, 100)).toEqual({ why: 'no-controller' })
    expect(chainOf(host, 101)).toEqual({ why: 'not-mounted' })
    expect(chainOf(host, 102)).toMatchObject({ why: { errno: 'ENOENT' } })
  })
})

describe('OOM kills', () => {
  function killsOf(host: FakeHost, pids: readonly number[]) {
    const trees = host.trees()
    const counter = new CgroupKillCounter(cgroupMounts(trees, readersMounts(trees)))
    for (const pid of pids) {
      const pinned = trees.proc.pin(String(pid))
      if (!pinned.ok) throw new Error('no such process')
      using tree = pinned.value
      counter.add(tree)
    }
    return counter.kills
  }
  const events = (kills: number) => ({ 'memory.events': `oom ${kills}\noom_kill ${kills}\n` })

  test('of v2 are counted where they were, not again in every cgroup above', () => {
    using host = new FakeHost()
    host
      .cgroup('v2', 'a', events(9))
      .cgroup('v2', 'a/b', events(5))
      .cgroup('v2', 'a/c', events(1))
      .cgroup('v2', 'a/b/d', events(5))
    host.proc.add(100, { cgroup: '/a/b/d' }).add(101, { cgroup: '/a/c' })
    // Three were in a cgroup below /a that is gone.
    expect(killsOf(host, [100, 101])).toEqual([
      { path: '/a/b/d', kills: 5, limited: true },
      { path: '/a', kills: 3, limited: true },
      { path: '/a/c', kills: 1, limited: true },
    ])
  })

  test('of v1 are counted in their own cgroup alone', () => {
    using host = new FakeHost('v1')
    const control = (kills: number) => ({
      'memory.oom_control': `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`,
    })
    host.cgroup('v1', 'a', control(2)).cgroup('v1', 'a/b', control(1)).cgroup('v1', '')
    host.proc.add(100, { files: { cgroup: '4:memory:/a/b\n' } })
    expect(killsOf(host, [100])).toEqual([
      { path: '/a', kills: 2, limited: false },
      { path: '/a/b', kills: 1, limited: false },
    ])
  })

  test('are the host’s where neither the cgroup nor one above it has, or had, a limit', () => {
    const spared = { 'memory.events': 'oom 0\noom_kill 2\n', 'memory.max': 'max\n' }
    using host = new FakeHost()
    host.cgroup('v2', 'a', spared).cgroup('v2', 'a/b', spared).cgroup('v2', 'c/d', spared)
    host.cgroup('v2', 'c', { ...spared, 'memory.events': 'oom 0\noom_kill 2\n', 'memory.max': '1073741824\n' })
    host.proc.add(100, { cgroup: '/a/b' }).add(101, { cgroup: '/c/d' })
    expect(killsOf(host, [100, 101])).toEqual([
      { path: '/a/b', kills: 2, limited: false },
      { path: '/c/d', kills: 2, limited: true },
    ])
  })

  test('are counted on in a cgroup that has lost its last process, and not lost with one that is removed', () => {
    using host = new FakeHost()
    host.cgroup('v2', 'a', events(1)).cgroup('v2', 'b', events(1))
    host.proc.add(100, { cgroup: '/a' }).add(101, { cgroup: '/b' })
    const trees = host.trees()
    const counter = new CgroupKillCounter(cgroupMounts(trees, readersMounts(trees)))
    counter.recount(trees)
    host.proc.write('100/cgroup', '0::/\n')
    host.cgroup('v2', 'a', events(4)).cgroup('v2', 'b', { 'memory.events': null })
    counter.recount(trees)
    expect(counter.kills).toMatchObject([
      { path: '/a', kills: 4 },
      { path: '/b', kills: 1 },
    ])
  })
})
