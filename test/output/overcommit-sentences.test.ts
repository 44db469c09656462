import { describe, expect, it } from 'vitest'
import Overcommit from '../../src/commands/overcommit.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { runCommand } from '../helpers/run-command.ts'

/** What is said of a made-up host, or of a process on it, with spaces as they come. */
async function said(prepare: (host: FakeHost) => void, ...argv: readonly string[]): Promise<string> {
  using host = new FakeHost()
  host.proc.add(100, { sample: 'java', cgroup: '/' })
  prepare(host)
  const { stdout } = await runCommand(Overcommit, [...argv, ...host.flags])
  return stdout.replaceAll(/ +/g, ' ')
}

function meminfo(host: FakeHost, lines: Readonly<Record<string, number>>): void {
  let text = fixtureText('system/meminfo')
  for (const [key, kib] of Object.entries(lines))
    text = text.replace(new RegExp(`^${key}:.*$`, 'm'), `${key}: ${kib} kB`)
  host.proc.write('meminfo', text)
}

const set = (name: string, value: number) => (host: FakeHost) => host.proc.write(`sys/vm/${name}`, `${value}\n`)

describe('the policy in words', () => {
  it('mode 0: one request', async () => {
    expect(await said(() => undefined)).toContain(
      'policy mode 0, heuristic: a single request above 23.5 GiB is refused; the sum of all is not limited\n',
    )
  })

  it('mode 1: none', async () => {
    const text = await said(set('overcommit_memory', 1))
    expect(text).toContain('policy mode 1, always: no request is refused;')
    expect(text).toContain('which mode 1 does not enforce')
  })

  it('mode 2: the sum, with what is left of it and a limit of its own', async () => {
    const text = await said(set('overcommit_memory', 2))
    expect(text).toContain('policy mode 2, strict: a request that would take the promises to their limit is refused\n')
    expect(text).toContain(
      '\n 11.7 GiB left; of it the kernel keeps 8.0 MiB for root, and up to 98.1 MiB from each process\n',
    )
    expect(text).toMatch(/^CommitLimit 84.7 MiB 11.7 GiB 11.6 GiB 0.7 % ENOMEM$/m)
    expect(await said(set('overcommit_memory', 2), '100')).toMatch(/^CommitLimit 84.7 MiB/m)
  })

  it('not known', async () => {
    const text = await said((host) => host.proc.write('sys/vm/overcommit_memory', null))
    expect(text).toContain('policy not known: vm.overcommit_memory cannot be read\n')
  })

  it('a fixed limit, and one that the kernel sees otherwise', async () => {
    const text = await said(set('overcommit_kbytes', 1024 * 1024))
    expect(text).toContain('limit vm.overcommit_kbytes 1.0 GiB + swap 0 B = 1.0 GiB; the kernel says 11.8 GiB\n')
  })

  it('before Linux 5.9 what Committed_AS may be off by', async () => {
    const text = await said((host) => host.proc.write('sys/kernel/osrelease', '5.4.0\n'))
    expect(text).toContain('promised 84.7 MiB (± 94.2 MiB before Linux 5.9) (Committed_AS)')
  })
})

describe('what the host is short of, in words', () => {
  it('swap, where there is some', async () => {
    const text = await said((host) => meminfo(host, { SwapTotal: 1048576, SwapFree: 524288 }))
    expect(text).toContain('left 23.3 GiB: RAM 22.8 GiB available of 23.5 GiB, swap 512 MiB free of 1.0 GiB\n')
  })

  it('pressure, and why it is not known', async () => {
    expect(await said(() => undefined)).toContain(
      'pressure all tasks waited for memory 0.0 % of the last 10 s, 0.0 % of 5 min; some 0.0 % of the last 10 s, 0.0 % of 5 min\n',
    )
    const without = await said((host) => host.proc.write('pressure/memory', null))
    expect(without).toContain(' not judged, because not known: pressure\n')
    expect(without).toContain('pressure not known: /proc/pressure/memory is not offered by this kernel\n')
  })

  it('OOM kills, and what the kernel is told to do instead', async () => {
    const vmstat = (host: FakeHost, kills: number | null) =>
      host.proc.write(
        'vmstat',
        fixtureText('system/vmstat').replace(/^oom_kill .*\n/m, kills === null ? '' : `oom_kill ${kills}\n`),
      )
    expect(await said((host) => vmstat(host, 0))).toContain('OOM kills none since boot (1 h 23 min ago)\n')
    expect(await said((host) => vmstat(host, null))).toContain('OOM kills not known before Linux 4.13 since boot')
    expect(await said(set('panic_on_oom', 1))).toContain('\n vm.panic_on_oom is 1: the host panics instead\n')
    const allocating = await said(set('oom_kill_allocating_task', 1))
    expect(allocating).toContain('\n vm.oom_kill_allocating_task: whoever asks is killed\n')
    expect(allocating).not.toContain('first to go')
  })

  it('what an interval showed', async () => {
    expect(await said(() => undefined, '--interval', '20ms')).toMatch(
      /^watched for \d+ ms: promises \+0 B a second, all tasks waited for memory 0.0 % of it, 0 killed$/m,
    )
    const process = await said(() => undefined, '100', '--interval', '20ms')
    expect(process).toContain('\n nothing grew while it was watched\n')
  })

  it('a grade that several figures share names three of them', async () => {
    const text = await said((host) => {
      meminfo(host, { MemAvailable: 600_000 })
      host.proc.write(
        'pressure/memory',
        fixtureText('system/pressure-memory').replace('full avg10=0.00', 'full avg10=55.00'),
      )
    })
    expect(text).toContain('risk critical: ')
    expect(text).toContain('2.4 % of RAM and swap is left (critical below 5.0 %)\n')
    expect(text).toContain('all tasks waited for memory 55 % of the last 10 s (critical from 20 %)\n')
    expect(text).toMatch(/promises not used yet are \d+ % of the little that is left \(critical from 100 %\)/)
  })
})

describe('another mode, in words', () => {
  it('2, when more is promised than it would allow', async () => {
    const prepare = (host: FakeHost) => meminfo(host, { Committed_AS: 20 * 1024 * 1024 })
    const text = await said(prepare, '--what-if', '2')
    expect(text).toContain(
      'in mode 2 every request would fail: 20.0 GiB are promised, 8.2 GiB more than the limit of 11.8 GiB\n',
    )
    expect(text).toContain(
      'could not fork, since a child is charged as much again: java 100 (1.3 GiB), init 1 (208 KiB)\n',
    )
    expect(text).toContain('it would fit with vm.overcommit_ratio of at least 86, or with more swap\n')
  })

  it('2, when it is set already', async () => {
    expect(await said(set('overcommit_memory', 2), '100', '--what-if', '2')).toContain(
      'in mode 2 the mode that is set\n',
    )
  })

  it('0 and 1', async () => {
    const none = await said(() => undefined, '--what-if', '0')
    expect(none).toContain('a single request above 23.5 GiB would be refused\n')
    expect(none).toContain('no process seen holds so large a mapping\n')
    const small = await said((host) => meminfo(host, { MemTotal: 1_000_000 }), '--what-if', '0')
    expect(small).toContain('would not get a single mapping of theirs again: java 100 (1.1 GiB)\n')
    expect(await said(() => undefined, '--what-if', '1')).toContain('in mode 1 no request would be refused;')
  })
})

describe('of a kernel that tells next to nothing', () => {
  const bare = (host: FakeHost): void => {
    host.proc.write('meminfo', 'MemTotal: 1024 kB\n')
    for (const file of ['overcommit_memory', 'overcommit_ratio', 'overcommit_kbytes', 'max_map_count']) {
      host.proc.write(`sys/vm/${file}`, null)
    }
    for (const file of ['admin_reserve_kbytes', 'user_reserve_kbytes', 'panic_on_oom', 'oom_kill_allocating_task']) {
      host.proc.write(`sys/vm/${file}`, null)
    }
    for (const file of ['vmstat', 'pressure/memory', 'sysvipc/shm', 'uptime']) host.proc.write(file, null)
    for (const file of ['limits', 'oom_score', 'oom_score_adj']) host.proc.write(`100/${file}`, null)
    host.proc.write('100/status', fixtureText('synthetic/status-linux-4.4.txt'))
    host.sys('kernel/mm/hugepages/hugepages-2048kB/nr_hugepages', '4\n')
    host.sys('kernel/mm/hugepages/hugepages-2048kB/free_hugepages', '4\n')
    host.sys('kernel/mm/hugepages/hugepages-64kB/nr_hugepages', '4\n')
  }

  it.each([
    [[], 'left –: RAM – available of 1.0 MiB, swap – free of –'],
    [['--what-if', '2'], 'in mode 2 not known: /proc/meminfo does not tell enough'],
    [['--what-if', '0'], 'in mode 0 not known: /proc/meminfo does not tell enough'],
    [[], 'risk not known\n not judged, because not known: the memory that is left, promises, pressure\n'],
    [['--interval', '10ms'], 'policy not known'],
    [['100'], 'oom_score not known'],
    [['100', '--what-if', '2', '--interval', '10ms'], 'not known: '],
    [['--csv'], 'process,1365385216,,'],
  ])('%j has gaps, and neither NaN nor Infinity', async (argv, part) => {
    const text = await said(bare, ...argv)
    expect(text).toContain(part)
    expect(text).not.toMatch(/NaN|Infinity|null|undefined/)
  })

  it('JSON has nulls', async () => {
    for (const argv of [['--json'], ['100', '--json', '--what-if', '2']]) {
      const { overcommit } = JSON.parse(await said(bare, ...argv))
      expect(overcommit).toMatchObject({
        mode: null,
        commitLimit: null,
        committedAs: null,
        supply: null,
        memTotal: 2 ** 20,
      })
    }
  })
})

describe('a process, in words', () => {
  const limits = (text: string) => (host: FakeHost) =>
    host.proc.write('100/limits', fixtureText('proc/java/limits').replace(/^Max address space .{22}/m, text))

  it('near a limit', async () => {
    const text = await said(limits('Max address space         9200000000            '), '100')
    expect(text).toContain('risk critical: RLIMIT_AS: 100 % used (critical from 97 %)\n')
    expect(text).toContain('fails first RLIMIT_AS, 100 % used; then ENOMEM\n')
    expect(text).toMatch(/^RLIMIT_AS 8.6 GiB 8.6 GiB 1.7 MiB 100 % ENOMEM$/m)
  })

  it('whose limits cannot be read', async () => {
    const text = await said((host) => host.proc.write('100/limits', null), '100')
    expect(text).toContain('not known: RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK')
    const outside = await said((host) => host.proc.write('100/cgroup', '0::/../x\n'), '100')
    expect(outside).toContain('cgroup limits not known: its cgroup lies outside of what is mounted here\n')
    expect(await said((host) => host.proc.write('100/cgroup', ''), '100')).not.toContain('\ncgroup')
  })

  it('whose score is adjusted, or cannot be read', async () => {
    const score = (value: string | null, adjustment: number) => (host: FakeHost) => {
      host.proc.write('100/oom_score', value)
      host.proc.write('100/oom_score_adj', `${adjustment}\n`)
    }
    expect(await said(score('1003\n', 500), '100')).toContain('oom_score 1003, rank 1 of 2: (1000 + 5 + 500) × 2 ÷ 3\n')
    expect(await said(score('337\n', -500), '100')).toContain('(1000 + 5 − 500) × 2 ÷ 3\n')
    expect(await said(score('0\n', -1000), '100')).toContain(
      'oom_score 0: oom_score_adj is −1000, so that it is never killed\n',
    )
    expect(await said(score(null, 0), '100')).toContain('oom_score not known: oom_score cannot be read\n')
    const old = await said((host) => {
      host.proc.write('sys/kernel/osrelease', '5.4.0\n')
      score('5\n', 0)(host)
    }, '100')
    expect(old).toContain('oom_score 5, rank 2 of 2: 5\n')
  })

  it('whose mappings may not be read', async () => {
    const hide = (host: FakeHost) => {
      for (const file of ['maps', 'smaps']) host.proc.write(`100/${file}`, null)
    }
    const text = await said(hide, '100')
    expect(text).toContain(
      'promised about 1.3 GiB charged to Committed_AS, 112 MiB of it used (8.5 %); its mappings may not be read',
    )
    expect(text).toContain('read only what every user may read\n')
    expect(text).not.toContain('noreserve')
    const old = await said((host) => {
      hide(host)
      host.proc.write('100/status', fixtureText('synthetic/status-linux-4.4.txt'))
    }, '100')
    expect(old).toContain('promised not known: ')
  })

  it('of which smaps would cost too much', async () => {
    const text = await said(() => undefined, '100', '--max-stall', '0')
    expect(text).toContain(
      'smaps was not read, so that these are its private writable mappings, MAP_NORESERVE among them\n',
    )
    expect(text).toMatch(
      /smaps would block its mmap calls for about [\d.]+ ms \(more than --max-stall 0.0 ms\); --max-stall \d+ms reads it/,
    )
    const host = await said(() => undefined, '--max-stall', '0')
    expect(host).toMatch(
      /^smaps of 2 was not read: it would block mmap calls for up to [\d.]+ ms \(more than --max-stall/m,
    )
    expect(host).toContain('private memory of 2 processes, estimates without VmFlags\n')
  })

  it('with huge pages of a pool', async () => {
    const pool = (host: FakeHost) => {
      host.proc.add(200, { sample: 'hugetlb', cgroup: '/' })
      const files = {
        nr_hugepages: 16,
        free_hugepages: 9,
        resv_hugepages: 4,
        surplus_hugepages: 0,
        nr_overcommit_hugepages: 0,
      }
      for (const [file, value] of Object.entries(files)) {
        host.sys(`kernel/mm/hugepages/hugepages-2048kB/${file}`, `${value}\n`)
      }
    }
    expect(await said(pool, '200')).toMatch(/^hugetlb pool 2.0 MiB 22.0 MiB 32.0 MiB 10.0 MiB 69 % ENOMEM, SIGBUS$/m)
    expect(await said(pool, '100')).not.toContain('hugetlb pool')
  })
})
