import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseVmstat } from '../../../src/parsers/vmstat.ts'
import { diagnosed } from '../../helpers/diagnosed.ts'
import { FakeHost } from '../../helpers/fake-host.ts'
import { fixtureBytes, fixtureText } from '../../helpers/fixtures.ts'
import { check } from '../../helpers/rule-cases.ts'

/** KSM as it was captured while it merged, with some files replaced. */
function ksmHost(files: Readonly<Record<string, string>> = {}): FakeHost {
  const host = new FakeHost()
  for (const line of fixtureText('system/sys-ksm-merging.txt').split('\n')) {
    const [path = '', value = ''] = line.split(':')
    if (path !== '') host.sys(path.slice('/sys/'.length), `${value}\n`)
  }
  for (const [name, value] of Object.entries(files)) host.sys(`kernel/mm/ksm/${name}`, `${value}\n`)
  return host
}

describe('ksm-cost', () => {
  test('fires when KSM takes more than it saves', () => {
    using host = ksmHost({ general_profit: '-4096' })
    expect(diagnosed('ksm-cost', host.trees())).toMatchObject({ severity: 'info', confidence: 'certain' })
  })

  test('fires when most pages are compared in vain', () => {
    using host = ksmHost({ pages_shared: '1000', pages_sharing: '1999', pages_unshared: '50000' })
    expect(diagnosed('ksm-cost', host.trees())).toMatchObject({
      confidence: 'likely',
      evidence: [{ value: 1000 }, { value: 1999 }, { value: 50_000 }, {}],
    })
  })

  test('does not fire for two machines that are alike, of whose pages each stands for two', () => {
    using host = ksmHost({ pages_shared: '1000', pages_sharing: '1000', pages_unshared: '9000' })
    expect(diagnosed('ksm-cost', host.trees())).toBe('clear')
  })

  test('reckons the gain where the kernel does not tell it (before Linux 6.4)', () => {
    const without = (files: Readonly<Record<string, string>>) => {
      const host = ksmHost(files)
      rmSync(join(host.sysfs, 'kernel/mm/ksm/general_profit'))
      return host
    }
    // 99 pages are 405504 bytes; 64 bytes are kept for each that is looked at.
    using loses = without({ pages_shared: '1', pages_sharing: '99', pages_unshared: '6300' })
    using nothing = without({ pages_shared: '0', pages_sharing: '0', pages_unshared: '1' })
    using gains = without({ pages_shared: '1', pages_sharing: '99', pages_unshared: '990' })
    for (const host of [loses, nothing])
      expect(diagnosed('ksm-cost', host.trees())).toMatchObject({
        confidence: 'likely',
        summary: 'KSM takes more memory than it saves',
      })
    expect(diagnosed('ksm-cost', gains.trees())).toBe('clear')
  })

  test('does not fire where 16 pages stand for 4096, before everything was seen, nor when it does not run', () => {
    using merging = ksmHost()
    using young = ksmHost({ general_profit: '-4096', full_scans: '1' })
    using stopped = ksmHost({ general_profit: '-4096', run: '0' })
    for (const host of [merging, young, stopped]) expect(diagnosed('ksm-cost', host.trees())).toBe('clear')
  })

  test('cannot tell on a kernel without it', () => {
    using host = new FakeHost()
    expect(diagnosed('ksm-cost', host.trees())).toEqual({ unknown: expect.stringContaining('KSM') })
  })
})

describe('numa-hint-faults', () => {
  const rates = (faults: number) => new Map([['numa_hint_faults', faults]])

  test('fires on many, not on some, nor without NUMA balancing', () => {
    expect(check('numa-hint-faults', { vmstatRates: rates(10_001) })).toMatchObject({ severity: 'low' })
    expect(check('numa-hint-faults', { vmstatRates: rates(9_999) })).toBe('clear')
    expect(check('numa-hint-faults', { vmstatRates: new Map() })).toBe('clear')
  })

  test('cannot tell from one look', () => {
    expect(check('numa-hint-faults', { vmstatRates: 'read once only' })).toEqual({ unknown: 'read once only' })
  })
})

describe('tlb-shootdowns', () => {
  const vmstat = parseVmstat(fixtureBytes('system/vmstat'))
  // The row of the captured host: 49091 and 103504.
  const hostWith = (interrupts: string | null): FakeHost => {
    const host = new FakeHost()
    host.proc.write('interrupts', interrupts)
    return host
  }
  const sampled = (host: FakeHost, first: number) => ({
    before: { at: performance.now() - 1000, vmstat, flushes: [49_091, 103_504 - first] },
    trees: host.trees(),
  })

  test('fires when one CPU is asked for very many', () => {
    using host = hostWith(fixtureText('system/interrupts'))
    const { trees, ...more } = sampled(host, 100_000)
    expect(diagnosed('tlb-shootdowns', trees, null, more)).toMatchObject({
      severity: 'medium',
      evidence: [{ unit: 'per-second' }, { unit: 'per-second' }],
    })
  })

  test('does not fire on some', () => {
    using host = hostWith(fixtureText('system/interrupts'))
    const { trees, ...more } = sampled(host, 9_000)
    expect(diagnosed('tlb-shootdowns', trees, null, more)).toBe('clear')
  })

  test('cannot tell where flushes need no interrupt, nor from one look', () => {
    using host = hostWith(fixtureText('system/interrupts').replace(/^TLB:.*\n/m, ''))
    const { trees, ...more } = sampled(host, 100_000)
    expect(diagnosed('tlb-shootdowns', trees, null, more)).toEqual({ unknown: expect.stringContaining('x86') })
    expect(diagnosed('tlb-shootdowns', trees)).toEqual({ unknown: expect.stringContaining('two moments') })
  })
})

describe('detached-segments', () => {
  /** The captured list, whose segments nobody attaches, with this much of the first in RAM. */
  const hostWith = (rss: number, attached = 0, mode = '644'): FakeHost => {
    const host = new FakeHost()
    const cells = ` 783227826     327717   ${mode}   ${2 ** 30} 18203     0      ${attached}     0     0     0     0          0          0 1795246193                     ${rss}                     0\n`
    host.proc.write('sysvipc/shm', fixtureText('system/sysvipc-shm').replace(/^ 783227826.*\n/m, cells))
    return host
  }

  test('fires on what a program left behind when it ended', () => {
    using host = hostWith(64 * 2 ** 20)
    expect(diagnosed('detached-segments', host.trees())).toMatchObject({
      severity: 'medium',
      evidence: [
        { value: 64 * 2 ** 20 },
        {},
        { what: expect.stringContaining('segment 327717, made by process 18203 (ended)') },
      ],
    })
  })

  test('is less sure while its maker runs', () => {
    using host = hostWith(64 * 2 ** 20)
    host.proc.add(18_203, { comm: 'maker' })
    expect(diagnosed('detached-segments', host.trees())).toMatchObject({ severity: 'low', confidence: 'possible' })
  })

  test('does not fire on empty ones, on one in use, nor on one that goes with its last user', () => {
    using empty = new FakeHost()
    using used = hostWith(64 * 2 ** 20, 1)
    using marked = hostWith(64 * 2 ** 20, 0, '1600')
    for (const host of [empty, used, marked]) expect(diagnosed('detached-segments', host.trees())).toBe('clear')
  })

  test('cannot tell without the list', () => {
    using host = new FakeHost()
    host.proc.write('sysvipc/shm', null)
    expect(diagnosed('detached-segments', host.trees())).toEqual({ unknown: expect.stringContaining('System V') })
  })
})
