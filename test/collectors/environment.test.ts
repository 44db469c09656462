import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectEnvironment } from '../../src/collectors/environment.ts'
import type { MeasuringEnvironment } from '../../src/model/environment.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { FakeProc } from '../helpers/fake-proc.ts'

let proc: FakeProc

beforeEach(() => {
  proc = new FakeProc()
})

afterEach(() => proc[Symbol.dispose]())

/** A host whose file system of cgroups is below the procfs: root of a foreign procfs is its first process's. */
function environment(files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): MeasuringEnvironment {
  for (const [file, text] of Object.entries(files)) proc.write(file, text)
  return collectEnvironment(liveTrees(proc.path), env)
}

const MOUNT2 = '30 21 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n'
const MOUNTS1 =
  '31 30 0:31 / /cg/memory rw - cgroup cgroup rw,memory\n32 30 0:32 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n'
const ROOT = '1/root/sys/fs/cgroup'
const MIB = 2 ** 20

describe('limits', () => {
  test('of cgroup v2 hold for all that is below', () => {
    const found = environment({
      'self/cgroup': '0::/ci/job\n',
      'self/mountinfo': MOUNT2,
      [`${ROOT}/ci/job/memory.max`]: 'max\n',
      [`${ROOT}/ci/memory.max`]: `${400 * MIB}\n`,
      [`${ROOT}/ci/job/cpu.max`]: '150000 100000\n',
      [`${ROOT}/ci/cpu.max`]: 'max 100000\n',
    })
    expect(found).toMatchObject({ memoryLimit: 400 * MIB, cpuQuota: 1.5 })
  })

  test('of cgroup v1 are in a hierarchy for each', () => {
    const found = environment({
      'self/cgroup': '4:memory:/box\n3:cpu,cpuacct:/\n0::/\n',
      'self/mountinfo': MOUNTS1 + MOUNT2,
      '1/root/cg/memory/box/memory.limit_in_bytes': `${512 * MIB}\n`,
      '1/root/cg/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '1/root/cg/cpu/cpu.cfs_quota_us': '-1\n',
      '1/root/cg/cpu/cpu.cfs_period_us': '100000\n',
    })
    expect(found).toMatchObject({ memoryLimit: 512 * MIB, cpuQuota: null })
  })

  test('are none where there are none, or no cgroups', () => {
    mkdirSync(join(proc.path, ROOT), { recursive: true })
    expect(environment({ 'self/cgroup': '0::/\n', 'self/mountinfo': MOUNT2 })).toMatchObject({
      memoryLimit: null,
      cpuQuota: null,
    })
    expect(environment({ 'self/cgroup': '' })).toMatchObject({ memoryLimit: null, cpuQuota: null })
  })
})

describe('what a program gets', () => {
  test('is counted, and named where it is for allocators and runtimes', () => {
    const env = { PATH: '/bin', HOME: '/', NODE_OPTIONS: '--max-old-space-size=64', MALLOC_ARENA_MAX: '1', SECRET: 'x' }
    const { variables, tuning } = environment({}, env)
    expect(variables).toBe(5)
    expect(tuning).toEqual({ MALLOC_ARENA_MAX: '1', NODE_OPTIONS: '--max-old-space-size=64' })
    expect(Object.keys(tuning)).toEqual(['MALLOC_ARENA_MAX', 'NODE_OPTIONS'])
  })
})

describe('this machine', () => {
  test('is told by what is known of it', () => {
    const found = collectEnvironment(liveTrees(), process.env)
    expect(found.kernel).toMatch(/^\d+\.\d+/)
    expect(found.arch).toBe(process.arch)
    expect(found.cpus).toBeGreaterThan(0)
    expect(found.memoryTotal).toBeGreaterThan(MIB)
    expect([0, 1, 2]).toContain(found.randomizeVaSpace)
    expect(found.libc).toMatch(/^(?:glibc \d+\.\d+|musl)$/)
  })

  test('is told as far as its files can be read', () => {
    expect(environment({})).toMatchObject({ kernel: '6.18.44', memoryTotal: null, randomizeVaSpace: null })
  })
})
