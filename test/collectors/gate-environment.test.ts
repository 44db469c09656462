import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collectGateEnvironment } from '../../src/collectors/gate-environment.ts'
import type { Environment } from '../../src/model/gate/environment.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { temporary } from '../e2e/mmapctl.ts'
import { fixtureText } from '../helpers/fixtures.ts'

const NONE = { variables: {}, aslr: null } as const

const MOUNTS = `24 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
`

/** The environment of a made-up machine: files of /proc and /sys by their path. */
function environmentOf(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): Environment {
  using machine = temporary()
  const usual = {
    'proc/sys/kernel/osrelease': '6.8.0-45-generic\n',
    'proc/self/status': fixtureText('proc/ia32/status').replace(/^Cpus_allowed_list:.*$/m, 'Cpus_allowed_list:\t0-2,8'),
    'proc/meminfo': 'MemTotal:       24650688 kB\nMemFree: 1 kB\n',
    'proc/self/cgroup': '0::/jobs/one\n',
    'proc/self/mountinfo': MOUNTS,
    'sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
  }
  for (const [path, text] of Object.entries({ ...usual, ...files })) {
    mkdirSync(dirname(join(machine.path, path)), { recursive: true })
    writeFileSync(join(machine.path, path), text)
  }
  const trees = liveTrees(join(machine.path, 'proc'), join(machine.path, 'sys'))
  return collectGateEnvironment(trees, { variables, aslr: 'off' })
}

describe('the environment of a measurement', () => {
  it('is what moves figures, and no more: no PID, no release, no host name', () => {
    expect(environmentOf({}, { PATH: '/bin', HOME: '/home/me' })).toEqual({
      kernel: '6.8',
      arch: process.arch,
      pageSize: expect.any(Number),
      cpus: 4,
      cpuQuota: null,
      memory: '24GiB',
      thp: 'madvise',
      aslr: 'off',
      libc: collectGateEnvironment(liveTrees(), NONE).libc,
      variables: 2,
      settings: {},
    })
  })

  it.each([
    ['a machine’s memory, whatever firmware took of it', 15_900_000, '16GiB'],
    ['a larger one’s', 16_780_000, '16GiB'],
    ['a small one’s', 500_000, '512MiB'],
  ])('has %s', (_name, kib, memory) => {
    expect(environmentOf({ 'proc/meminfo': `MemTotal: ${kib} kB\n` }).memory).toBe(memory)
  })

  it.each([
    ['of its own', { 'sys/fs/cgroup/jobs/one/memory.max': '419430400\n' }, '384MiB'],
    [
      'of one above',
      { 'sys/fs/cgroup/jobs/memory.max': '2147483648\n', 'sys/fs/cgroup/jobs/one/memory.max': 'max\n' },
      '2GiB',
    ],
    ['of its container', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/memory.max': '1073741824\n' }, '1GiB'],
    [
      'of cgroup v1',
      { 'proc/self/cgroup': '4:memory:/job\n', 'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '1073741824\n' },
      '1GiB',
    ],
    [
      'that is none in v1',
      {
        'proc/self/cgroup': '4:memory:/job\n',
        'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '9223372036854771712\n',
      },
      '24GiB',
    ],
    [
      'of a container that sees no more than its own part of the hierarchy',
      {
        'proc/self/cgroup': '0::/docker/abc/inner\n',
        'proc/self/mountinfo': '24 1 0:22 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n',
        'sys/fs/cgroup/memory.max': '1073741824\n',
        'sys/fs/cgroup/inner/memory.max': 'max\n',
      },
      '1GiB',
    ],
    [
      'of cgroup v1, mounted elsewhere',
      {
        'proc/self/cgroup': '4:memory:/docker/abc\n',
        'proc/self/mountinfo': '31 24 0:27 /docker/abc /sys/fs/memory rw - cgroup cgroup rw,memory\n',
        'sys/fs/memory/memory.limit_in_bytes': '536870912\n',
      },
      '512MiB',
    ],
    ['that is none', { 'sys/fs/cgroup/jobs/one/memory.max': 'max\n' }, '24GiB'],
  ])('heeds the memory limit %s', (_name, files, memory) => {
    expect(environmentOf(files as Readonly<Record<string, string>>).memory).toBe(memory)
  })

  it.each([
    ['no quota', { 'sys/fs/cgroup/jobs/one/cpu.max': 'max 100000\n' }, null],
    [
      'the least quota of the cgroups',
      { 'sys/fs/cgroup/jobs/one/cpu.max': '400000 100000\n', 'sys/fs/cgroup/jobs/cpu.max': '150000 100000\n' },
      '1.5',
    ],
    [
      'that of cgroup v1',
      {
        'proc/self/cgroup': '4:memory:/\n3:cpu,cpuacct:/job\n',
        'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us': '50000\n',
        'sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us': '100000\n',
        'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      },
      '0.5',
    ],
  ])('heeds of the time of CPUs %s', (_name, files, quota) => {
    expect(environmentOf(files as Readonly<Record<string, string>>).cpuQuota).toBe(quota)
  })

  it('has the variables that set an allocator or a runtime, and hides what may be a secret', () => {
    const variables = {
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-old-space-size=100',
      JAVA_TOOL_OPTIONS: '-Dpassword=hunter2',
      MY_MALLOC: 'x',
    }
    const { settings } = environmentOf({}, variables)
    expect(settings).toEqual({
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-old-space-size=100',
      JAVA_TOOL_OPTIONS: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
    })
  })

  it('of this machine has nothing unknown but what it may lack', () => {
    const { kernel, cpus, memory } = collectGateEnvironment(liveTrees(), NONE)
    expect(kernel).toMatch(/^\d+\.\d+$/)
    expect(cpus).toBeGreaterThan(0)
    expect(memory).toMatch(/^\d+[KMGT]iB$/)
  })
})
