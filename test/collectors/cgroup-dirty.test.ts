import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CgroupDirty, readCgroupDirty } from '../../src/collectors/cgroup-dirty.ts'
import { cgroupMounts } from '../../src/collectors/cgroup-mounts.ts'
import { parseMountinfo } from '../../src/parsers/mountinfo.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { fixtureText } from '../helpers/fixtures.ts'

const V2 = '30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw'
const V1 = '31 25 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'

let proc: FakeProc
let sys: string
beforeEach(() => {
  proc = new FakeProc()
  sys = join(proc.path, 'sysfs')
})
afterEach(() => proc[Symbol.dispose]())

/** Writes files of a cgroup, by their path below the mounted hierarchies. */
function cgroup(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(sys, path), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(sys, path, name), text)
}

function read(membership: string, mount: string): CgroupDirty | null {
  proc.add(100, { files: { cgroup: `${membership}\n` } })
  const trees = liveTrees(proc.path, sys)
  return readCgroupDirty(trees, 100, cgroupMounts(trees, parseMountinfo(Buffer.from(`${mount}\n`))))
}

describe('the dirty memory of a cgroup', () => {
  const stat = fixtureText('cgroup/v2/memory.stat')

  it('is told by v2, with the lowest limit from there to the root', () => {
    cgroup('fs/cgroup/a', { 'memory.max': '2000000\n', 'memory.high': '1000000\n' })
    cgroup('fs/cgroup/a/b', { 'memory.stat': stat, 'memory.max': '1500000\n', 'memory.high': 'max\n' })
    const limit = { bytes: 1_000_000, path: '/a' }
    expect(read('0::/a/b', V2)).toEqual({ version: 2, path: '/a/b', dirty: 1_048_576, writeback: 0, limit })
  })

  it('is told by v2 without limits, and of the root, which has none', () => {
    cgroup('fs/cgroup', { 'memory.stat': stat })
    cgroup('fs/cgroup/a', { 'memory.stat': stat, 'memory.max': 'max\n', 'memory.high': 'max\n' })
    expect(read('0::/a', V2)?.limit).toBeNull()
    expect(read('0::/', V2)).toMatchObject({ path: '/', dirty: 1_048_576, limit: null })
  })

  it('is told by v1 with all cgroups below, and has no limit there', () => {
    cgroup('fs/cgroup/memory/a', {
      'memory.stat': fixtureText('cgroup/v1/memory.stat'),
      'memory.limit_in_bytes': '4096\n',
    })
    const { dirty, writeback, ...rest } = read('4:memory:/a', V1) ?? {}
    expect(rest).toEqual({ version: 1, path: '/a', limit: null })
    expect([dirty, writeback]).toEqual(
      ['total_dirty', 'total_writeback'].map((name) =>
        Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(fixtureText('cgroup/v1/memory.stat'))?.[1]),
      ),
    )
  })

  it('is unknown where the kernel does not print it', () => {
    cgroup('fs/cgroup/a', { 'memory.stat': 'anon 1\n' })
    expect(read('0::/a', V2)).toMatchObject({ dirty: null, writeback: null })
  })

  it('is not to be seen without the controller, outside of what is mounted, and of a process that has gone', () => {
    cgroup('fs/cgroup/a', { 'memory.stat': stat })
    expect(read('0::/a', V1)).toBeNull()
    expect(read('0::/../elsewhere', V2)).toBeNull()
    expect(read('0::/none', V2)).toBeNull()
    expect(readCgroupDirty(liveTrees(proc.path, sys), 999, [])).toBeNull()
  })
})
