import { describe, expect, test } from 'vitest'
import { diagnosed } from '../../helpers/diagnosed.ts'
import { FakeHost } from '../../helpers/fake-host.ts'
import { fixtureText } from '../../helpers/fixtures.ts'

const GIB = 2 ** 30
const MIB = 2 ** 20

/** The captured meminfo with some lines replaced, in kB. */
function meminfo(lines: Readonly<Record<string, number>>): string {
  return Object.entries(lines).reduce(
    (text, [key, kib]) => text.replace(new RegExp(`^${key}:.*$`, 'm'), `${key}: ${kib} kB`),
    fixtureText('system/meminfo'),
  )
}

function hostWith(lines: Readonly<Record<string, number>>, mode = 0): FakeHost {
  const host = new FakeHost()
  host.proc.write('meminfo', meminfo(lines))
  host.proc.write('sys/vm/overcommit_memory', `${mode}\n`)
  return host
}

describe('commit-near-limit', () => {
  // Of the captured host 12342048 kB may be promised, 8192 + 100407 kB of which are kept back.
  const LIMIT = 12_342_048 - 8192 - 100_407

  test.each([
    [0.901, 'high'],
    [0.971, 'critical'],
  ] as const)('fires at %d of what ordinary processes may be promised', (share, severity) => {
    using host = hostWith({ Committed_AS: Math.ceil(LIMIT * share) }, 2)
    const found = diagnosed('commit-near-limit', host.trees())
    expect(found).toMatchObject({
      severity,
      evidence: [{ value: Math.ceil(LIMIT * share) * 1024 }, { value: LIMIT * 1024 }],
    })
  })

  test('does not fire below, nor where the kernel does not enforce it', () => {
    using below = hostWith({ Committed_AS: Math.floor(LIMIT * 0.899) }, 2)
    using other = hostWith({ Committed_AS: LIMIT * 2 }, 0)
    expect(diagnosed('commit-near-limit', below.trees())).toBe('clear')
    expect(diagnosed('commit-near-limit', other.trees())).toBe('clear')
  })

  test('cannot tell without the mode', () => {
    using host = new FakeHost()
    host.proc.write('sys/vm/overcommit_memory', null)
    expect(diagnosed('commit-near-limit', host.trees())).toEqual({
      unknown: expect.stringContaining('overcommit_memory'),
    })
  })
})

describe('latent-overcommit', () => {
  const AVAILABLE = 10_000_000
  const used = { AnonPages: 4_000_000, Shmem: 1_000_000, MemAvailable: AVAILABLE }
  const promised = (share: number) => ({ ...used, Committed_AS: 5_000_000 + Math.ceil(AVAILABLE * share) })

  test.each([
    [0.76, 'low'],
    [1.01, 'medium'],
  ] as const)('of %d of what is left fires as %s', (share, severity) => {
    using host = hostWith(promised(share))
    expect(diagnosed('latent-overcommit', host.trees())).toMatchObject({
      severity,
      evidence: [{ value: Math.ceil(AVAILABLE * share) * 1024 }, { value: 0 }, { value: AVAILABLE * 1024 }, {}],
    })
  })

  // Each thread but the first has 8 MiB: 1,251 of them are above 10,000,000 kB.
  test.each([
    ['1,251 threads and nothing else', 1252, 1.01, 3_000_000, 'info', 'stacks of threads may explain'],
    ['threads that are not all of it', 501, 1.5, 3_000_000, 'medium', '% of the memory that is left'],
    ['threads beside too little writable memory for their stacks', 1252, 1.02, 10_000, 'medium', '% of the'],
  ] as const)('of %s tells apart what nobody fills', (_, numThreads, share, pages, severity, summary) => {
    using host = hostWith(promised(share))
    const stat = fixtureText('proc/java/stat').split(' ')
    stat[19] = String(numThreads)
    const files = { stat: stat.join(' '), statm: `${pages} 1000 500 100 0 ${pages} 0\n` }
    host.proc.add(700, { sample: 'java', files })
    const found = diagnosed('latent-overcommit', host.trees())
    expect(found).toMatchObject({ severity, summary: expect.stringContaining(summary) })
  })

  test('looks at the threads of everybody only where it could find something', () => {
    const looksAt = (share: number, mode: number): boolean => {
      using host = hostWith(promised(share), mode)
      const trees = host.trees()
      diagnosed('latent-overcommit', trees)
      return trees.ledger.take().some(({ path }) => path.endsWith('/1/stat'))
    }
    expect(looksAt(0.76, 0)).toBe(true)
    expect(looksAt(0.74, 0)).toBe(false)
    expect(looksAt(2, 2)).toBe(false)
  })

  test('is serious where little is left', () => {
    using host = hostWith({ ...used, MemAvailable: 4_000_000, Committed_AS: 10_000_000 })
    expect(diagnosed('latent-overcommit', host.trees())).toMatchObject({ severity: 'high' })
  })

  test('does not fire below, nor where no more is promised than there is (mode 2)', () => {
    using below = hostWith(promised(0.74))
    using strict = hostWith(promised(2), 2)
    expect(diagnosed('latent-overcommit', below.trees())).toBe('clear')
    expect(diagnosed('latent-overcommit', strict.trees())).toBe('clear')
  })

  test('cannot tell without meminfo', () => {
    using host = new FakeHost()
    host.proc.write('meminfo', null)
    expect(diagnosed('latent-overcommit', host.trees())).toEqual({ unknown: expect.stringContaining('meminfo') })
  })
})

describe('promised-beyond-memory', () => {
  // The captured JVM was promised 1.3 GB and uses 110 MB of it.
  const withLimit = (host: FakeHost, max: number): FakeHost => {
    const files = { 'memory.max': `${max}\n`, 'memory.current': '150000000\n', 'memory.stat': 'anon 150000000\n' }
    host.cgroup('v2', 'shop', files).proc.add(100, { sample: 'java', cgroup: '/shop' })
    return host
  }

  test('fires on a heap that is larger than its container', () => {
    using host = withLimit(new FakeHost(), GIB)
    expect(diagnosed('promised-beyond-memory', host.trees(), 100)).toMatchObject({
      severity: 'high',
      summary: expect.stringContaining('its cgroup'),
      evidence: [{ what: 'promised and not used' }, { value: GIB - 150_000_000 }, { source: 'smaps: anonymous' }],
    })
  })

  test('does not fire where the container holds it', () => {
    using host = withLimit(new FakeHost(), 2 * GIB)
    expect(diagnosed('promised-beyond-memory', host.trees(), 100)).toBe('clear')
  })

  test('cannot tell without the mappings', () => {
    using host = new FakeHost()
    host.proc.add(100, { sample: 'java', files: { smaps: null, maps: null } })
    expect(diagnosed('promised-beyond-memory', host.trees(), 100)).toMatchObject({ unknown: expect.any(String) })
  })
})

describe('uncharged-memory', () => {
  const nodeOn = (ramKib: number): FakeHost => {
    const host = hostWith({ MemTotal: ramKib })
    host.proc.add(100, { sample: 'node20' })
    return host
  }

  test('fires where V8 keeps most of the memory of a small host', () => {
    using host = nodeOn(150_000)
    expect(diagnosed('uncharged-memory', host.trees(), 100)).toMatchObject({ severity: 'info' })
  })

  test('does not fire where that is little of the RAM, nor where the memory was promised', () => {
    using host = nodeOn(24_000_000)
    expect(diagnosed('uncharged-memory', host.trees(), 100)).toBe('clear')
    using other = hostWith({ MemTotal: 150_000 })
    other.proc.add(100, { sample: 'java' })
    expect(diagnosed('uncharged-memory', other.trees(), 100)).toBe('clear')
  })

  test('cannot tell without VmFlags', () => {
    using host = new FakeHost()
    host.proc.add(100, { sample: 'node20', files: { smaps: null } })
    expect(diagnosed('uncharged-memory', host.trees(), 100)).toMatchObject({ unknown: expect.any(String) })
  })
})

describe('next-oom-victim', () => {
  const scored = (host: FakeHost, pid: number, comm: string, score: number): void => {
    host.proc.add(pid, { comm, files: { oom_score: `${score}\n`, oom_score_adj: '0\n' } })
  }

  test('names who is next when memory is short', () => {
    using host = hostWith({ MemAvailable: 2_400_000 })
    scored(host, 100, 'small', 667)
    scored(host, 101, 'large', 900)
    expect(diagnosed('next-oom-victim', host.trees())).toMatchObject({
      severity: 'high',
      summary: expect.stringContaining('large (101)'),
    })
  })

  test('asks for scores only then', () => {
    const asks = (available: number): boolean => {
      using host = hostWith({ MemAvailable: available })
      const trees = host.trees()
      diagnosed('next-oom-victim', trees)
      return trees.ledger.take().some(({ path }) => path.endsWith('/oom_score'))
    }
    expect([asks(2_400_000), asks(2_500_000)]).toEqual([true, false])
  })

  test('does not fire while there is memory', () => {
    using host = hostWith({ MemAvailable: 2_500_000 })
    scored(host, 101, 'large', 900)
    expect(diagnosed('next-oom-victim', host.trees())).toBe('clear')
  })

  test('cannot tell without scores', () => {
    using host = hostWith({ MemAvailable: 2_400_000 })
    host.proc.write('1/oom_score', null)
    expect(diagnosed('next-oom-victim', host.trees())).toEqual({ unknown: expect.stringContaining('OOM score') })
  })
})

describe('oom-protection', () => {
  const process = (host: FakeHost, pid: number, adjustment: number, pages: number): void => {
    const fields = fixtureText('proc/java/stat').split(' ')
    fields[1] = `(p${pid})`
    fields[23] = String(pages)
    const files = { stat: fields.join(' '), oom_score: '10\n', oom_score_adj: `${adjustment}\n` }
    host.proc.add(pid, { comm: `p${pid}`, files })
  }
  const hostOf = (...processes: readonly (readonly [adjustment: number, mib: number])[]): FakeHost => {
    const host = hostWith({ MemTotal: 1_048_576 })
    processes.forEach(([adjustment, mib], index) => {
      process(host, 100 + index, adjustment, mib * 256)
    })
    return host
  }

  test('fires when what is spared has most of the memory', () => {
    using host = hostOf([-1000, 300], [0, 200])
    expect(diagnosed('oom-protection', host.trees())).toMatchObject({
      severity: 'low',
      summary: expect.stringContaining('p100'),
      evidence: [{ value: 300 * 2 ** 20 }, { value: 1 }, {}],
    })
  })

  test('does not fire on small daemons that are spared, nor where most can be killed', () => {
    using small = hostOf([-1000, 20], [-1000, 20], [0, 1])
    using most = hostOf([-1000, 200], [0, 300])
    expect(diagnosed('oom-protection', small.trees())).toBe('clear')
    expect(diagnosed('oom-protection', most.trees())).toBe('clear')
  })

  test('cannot tell without the processes', () => {
    using host = new FakeHost()
    host.proc.write('1/oom_score_adj', null)
    expect(diagnosed('oom-protection', host.trees())).toMatchObject({ unknown: expect.any(String) })
  })
})

describe('cgroup-near-limit', () => {
  const inCgroup = (
    files: Readonly<Record<string, string>>,
    above: Readonly<Record<string, string>> = {},
  ): FakeHost => {
    const host = new FakeHost()
    const quiet = { 'memory.events': 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n', 'memory.high': 'max\n' }
    host.cgroup('v2', 'a/b', { ...quiet, ...files }).cgroup('v2', 'a', { ...quiet, 'memory.max': 'max\n', ...above })
    host.proc.add(100, { sample: 'ia32', cgroup: '/a/b' })
    return host
  }
  // In the written sample 176160768 bytes of the usage are page cache.
  const CACHE = 125_829_120 + 50_331_648

  test.each([
    [0.91, 'high'],
    [0.98, 'critical'],
  ] as const)('fires at %d of memory.max, without the page cache', (share, severity) => {
    using host = inCgroup({ 'memory.current': `${Math.ceil(GIB * share) + CACHE}\n` })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      severity,
      summary: expect.stringContaining('/a/b'),
      evidence: [{ value: Math.ceil(GIB * share) }, { value: GIB }],
    })
  })

  test.each([
    [`${GIB}\n`, '0\n', 'high', 'swaps'],
    ['max\n', '0\n', 'high', 'swaps'],
    [`${GIB}\n`, `${GIB - 4096}\n`, 'critical', 'killed then'],
  ] as const)('is less urgent while it may swap: swap.max %j, used %j', (limit, used, severity, words) => {
    using host = inCgroup({
      'memory.current': `${Math.ceil(GIB * 0.98) + CACHE}\n`,
      'memory.swap.max': limit,
      'memory.swap.current': used,
    })
    host.proc.write('meminfo', meminfo({ SwapTotal: 2 * MIB, SwapFree: MIB }))
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      severity,
      summary: expect.stringContaining(words),
    })
  })

  test('fires on a limit of a cgroup above', () => {
    using host = inCgroup({ 'memory.max': 'max\n' }, { 'memory.max': `${650 * 2 ** 20}\n` })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      summary: expect.stringContaining('the cgroup /a has'),
    })
  })

  test('fires where memory.high is reached', () => {
    using host = inCgroup({ 'memory.high': '600000000\n' })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('slowed down'),
    })
  })

  test('fires on a limit of v1', () => {
    using host = new FakeHost('v1')
    host.cgroup('v1', 'a', {
      'memory.limit_in_bytes': '67108864\n',
      'memory.usage_in_bytes': '66000000\n',
      'memory.stat': 'total_cache 0\ntotal_active_file 0\ntotal_inactive_file 0\n',
    })
    host.proc.add(100, { files: { cgroup: '4:memory:/a\n0::/\n' } })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      severity: 'critical',
      evidence: [{ value: 66_000_000 }, { source: 'memory.limit_in_bytes of /a' }],
    })
  })

  test('tells of kills where nothing is near', () => {
    using host = inCgroup({ 'memory.events': 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n' })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toMatchObject({
      severity: 'low',
      evidence: [{ value: 2 }],
    })
  })

  test('does not fire where the usage is page cache', () => {
    using host = inCgroup({ 'memory.current': `${Math.floor(GIB * 0.89) + CACHE}\n` })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toBe('clear')
  })

  test('cannot tell where the cgroups are not mounted', () => {
    using host = new FakeHost()
    host.proc.write('1/mountinfo', '21 1 254:0 / / rw - ext4 /dev/root rw\n')
    host.proc.add(100, { cgroup: '/a' })
    expect(diagnosed('cgroup-near-limit', host.trees(), 100)).toEqual({
      unknown: expect.stringContaining('not mounted'),
    })
  })
})
