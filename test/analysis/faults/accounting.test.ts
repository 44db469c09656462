import { describe, expect, it } from 'vitest'
import type { Counter, FaultRun, KernelCounts } from '../../../src/model/faults.ts'
import { figuresOf } from '../../helpers/fault-reports.ts'
import { counter, faultRun } from '../../helpers/fault-runs.ts'

function kernel(minor: number, major = 0, includes: KernelCounts['includes'] = 'reaped tree'): KernelCounts {
  return { minor, major, source: '/proc/self/stat: cminflt, cmajflt', includes }
}

function faults(all: number, minor = all, major = 0): readonly Counter[] {
  return [counter('page-faults', all), counter('minor-faults', minor), counter('major-faults', major)]
}

function user(event: string, value: number): Counter {
  return counter(event, value, { modifiers: 'u' })
}

function accounting(
  counters: readonly Counter[],
  given: Partial<FaultRun> = {},
): ReturnType<typeof figuresOf>['accounting'] {
  return figuresOf(faultRun(counters, given)).accounting
}

describe('two accounts of one run', () => {
  it('agree to within what counting always differs by', () => {
    const { differences, total, from, preFaulted } = accounting(faults(1051), { kernel: kernel(1052) })
    expect(differences).toEqual([])
    expect(total).toEqual({ value: 1052, reason: null })
    expect(from).toBe('kernel')
    expect(preFaulted.value).toBe(0)
  })

  it('pages filled in without a fault are what the kernel has more', () => {
    const { differences, preFaulted } = accounting(faults(51), { kernel: kernel(1052) })
    expect(differences).toEqual([{ id: 'pre-faulted', faults: 1001, orElse: [] }])
    expect(preFaulted.value).toBe(1001)
  })

  it('where kernel mode may not be counted, the difference may be either', () => {
    const { perf, differences, preFaulted } = accounting([user('page-faults', 49)], { kernel: kernel(1054) })
    expect(perf.all).toEqual({ value: null, reason: 'user-mode-only' })
    expect(perf.user.value).toBe(49)
    expect(perf.kernel).toEqual({ value: null, reason: 'user-mode-only' })
    expect(differences).toEqual([{ id: 'kernel-mode-or-pre-faulted', faults: 1005, orElse: [] }])
    expect(preFaulted).toEqual({ value: null, reason: 'user-mode-only' })
  })

  it('descendants that nobody waited for are what perf has more', () => {
    expect(accounting(faults(1180), { kernel: kernel(162) }).differences).toEqual([
      { id: 'unreaped', faults: 1018, orElse: [] },
    ])
    expect(accounting([counter('page-faults', 1180)], { kernel: kernel(162) }).differences[0]?.orElse).toEqual([
      'failed-or-retried',
    ])
  })

  it('children of a process that is watched are what perf has more', () => {
    const { differences } = accounting(faults(1180), { kernel: kernel(162, 0, 'process') })
    expect(differences[0]?.id).toBe('descendants')
  })

  it('what may be in one account and not in the other is no difference', () => {
    const watched = { ...kernel(1000, 0, 'process'), uncertain: 200 }
    expect(accounting(faults(1190), { kernel: watched }).differences).toEqual([])
    expect(accounting(faults(1300), { kernel: watched }).differences[0]?.id).toBe('descendants')
  })

  it('of a process that ended between two readings, what only perf has may be of its last moments', () => {
    const unseen = { ...kernel(1000, 0, 'process'), endUnseen: true }
    expect(accounting(faults(1190), { kernel: unseen }).differences).toEqual([
      { id: 'unseen-end', faults: 190, orElse: ['descendants'] },
    ])
  })

  it('faults that failed are attempts without an end', () => {
    const { differences, preFaulted } = accounting(faults(2000, 1000), { kernel: kernel(1001) })
    expect(differences).toEqual([{ id: 'failed-or-retried', faults: 1000, orElse: [] }])
    expect(preFaulted.value).toBe(0)
  })

  it('without perf, or without the kernel’s account, there is one', () => {
    const alone = accounting([], { kernel: kernel(1050, 2), perfVersion: null })
    expect(alone).toMatchObject({
      total: { value: 1052 },
      minor: { value: 1050 },
      major: { value: 2 },
      differences: [],
    })
    expect(alone.perf.all.reason).toBe('no-perf')
    expect(alone.preFaulted.reason).toBe('no-perf')
    const perf = accounting(faults(51, 50, 1), { kernel: null })
    expect(perf).toMatchObject({
      total: { value: 51 },
      minor: { value: 50 },
      major: { value: 1 },
      from: 'perf',
      differences: [],
    })
    expect(perf.preFaulted.reason).toBe('not-measured')
    expect(accounting([], { kernel: null })).toMatchObject({ total: { value: null, reason: 'no-perf' }, from: null })
    expect(accounting([counter('cycles', 1)], { kernel: null }).total.reason).toBe('not-asked')
  })

  it('any two of all, user and kernel mode give the third', () => {
    const all = counter('page-faults', 1053)
    expect(accounting([all, user('page-faults', 49)]).perf).toMatchObject({
      all: { value: 1053 },
      user: { value: 49 },
      kernel: { value: 1004 },
    })
    const inKernel = counter('page-faults', 1004, { modifiers: 'k' })
    expect(accounting([all, inKernel]).perf.user.value).toBe(49)
    expect(accounting([counter('page-faults', null), inKernel]).perf.all.reason).toBe('not-supported')
  })
})

describe('counters', () => {
  function counters(list: readonly Counter[], given: Partial<FaultRun> = {}): ReturnType<typeof figuresOf>['counters'] {
    return figuresOf(faultRun(list, given)).counters
  }

  it('are the kernel’s own without perf', () => {
    expect(counters([], { kernel: kernel(7, 2) })).toMatchObject({
      'page-faults': { value: 9, source: '/proc/self/stat: cminflt, cmajflt', state: 'counted' },
      'minor-faults': { value: 7 },
      'major-faults': { value: 2 },
    })
    expect(counters([], { kernel: null })['page-faults']).toMatchObject({ value: null, reason: 'not-measured' })
  })

  it('are called by perf’s names, with modifiers only where two would be one', () => {
    const list = [user('page-faults', 48), user('page-faults', 48), counter('cycles', 5), user('cycles', 3)]
    expect(Object.keys(counters(list))).toEqual(['page-faults', 'cycles', 'cycles:u'])
    expect(counters(list)['page-faults']).toMatchObject({
      value: 48,
      modifiers: 'u',
      source: 'perf stat 6.1.192: page-faults:u',
    })
  })

  it('of two kinds of core are added as counted, not as scaled up', () => {
    const atom = counter('dTLB-load-misses', 100166, { pmu: 'cpu_atom', state: 'scaled', percentRunning: 0.3045 })
    const core = counter('dTLB-load-misses', 654, { pmu: 'cpu_core', state: 'scaled', percentRunning: 99.695 })
    const sum = counters([atom, core])['dTLB-load-misses']
    expect(sum?.value).toBe(957)
    expect(sum?.pmus.map(({ pmu, value }) => [pmu, value])).toEqual([
      ['cpu_atom', 305],
      ['cpu_core', 652],
    ])
    const one = counters([
      { ...atom, value: null, state: 'not-counted', reason: 'not-counted', percentRunning: null },
      core,
    ])
    expect(one['dTLB-load-misses']?.value).toBe(652)
    const none = [atom, core].map(
      (each): Counter => ({ ...each, value: null, state: 'not-counted', reason: 'not-counted' }),
    )
    expect(counters(none)['dTLB-load-misses']).toMatchObject({
      value: null,
      reason: 'not-counted',
      state: 'not-counted',
    })
  })

  it('of a machine without a PMU say so', () => {
    const list = [counter('page-faults', 51), counter('cycles', null), counter('dTLB-loads', null)]
    expect(counters(list)['cycles']?.reason).toBe('no-pmu')
    expect(counters([...list, counter('instructions', 9)])['cycles']?.reason).toBe('not-supported')
  })

  it('of a hypervisor that counts nothing are unknown', () => {
    const list = [
      counter('page-faults', 51),
      counter('instructions', 0),
      counter('dTLB-load-misses', 0),
      counter('cycles', 900),
    ]
    const { instructions, cycles, ...rest } = counters(list)
    expect(instructions).toMatchObject({ value: null, state: 'suspicious-zero', reason: 'hypervisor-zero' })
    expect(rest['dTLB-load-misses']?.value).toBe(null)
    expect(cycles?.value).toBe(900)
    expect(
      counters([counter('page-faults', 51), counter('instructions', 5), counter('dTLB-load-misses', 0)])[
        'dTLB-load-misses'
      ]?.value,
    ).toBe(0)
  })

  describe('where perf may not count kernel mode', () => {
    const EVENTS = ['context-switches', 'cpu-migrations', 'alignment-faults', 'emulation-faults', 'cgroup-switches']
    const zeros = (event: string): readonly Counter[] => [user('page-faults', 49), user(event, 0)]

    it.each([...EVENTS, 'major-faults', 'minor-faults', 'bpf-output', 'sched:sched_switch'])(
      'no %s in user mode say nothing of kernel mode',
      (event) => {
        const unknown = { value: null, state: 'suspicious-zero', reason: 'user-mode-only' }
        expect(counters(zeros(event), { kernel: kernel(1040, 14) })[event]).toMatchObject(unknown)
        expect(counters(zeros(event), { kernel: null })[event]).toMatchObject(unknown)
      },
    )

    it('the kernel’s own account knows of no major faults', () => {
      expect(counters(zeros('major-faults'), { kernel: kernel(1054, 0) })['major-faults']).toMatchObject({
        value: 0,
        reason: null,
      })
      // Of a process that is watched it leaves out the children, which perf counts.
      const watched = { kernel: kernel(1054, 0, 'process') }
      expect(counters(zeros('major-faults'), watched)['major-faults']?.value).toBe(null)
    })

    it('no faults in user mode are still that', () => {
      const idle = accounting([user('page-faults', 0)], { kernel: kernel(3, 0, 'process') })
      expect(idle.perf).toEqual({
        all: { value: null, reason: 'user-mode-only' },
        user: { value: 0, reason: null },
        kernel: { value: null, reason: 'user-mode-only' },
      })
    })

    it('what was asked for in user mode alone is known', () => {
      const asked = [counter('page-faults', 51), user('alignment-faults', 0), user('page-faults', 0)]
      expect(counters(asked)['alignment-faults']?.value).toBe(0)
      expect(counters(asked)['page-faults:u']?.value).toBe(0)
    })

    it('a hardware event that did not happen in user mode did not', () => {
      const list = [...zeros('dTLB-load-misses'), user('cycles', 900)]
      expect(counters(list)['dTLB-load-misses']?.value).toBe(0)
    })

    it('clocks run in both modes', () => {
      expect(counters([user('page-faults', 49), user('task-clock', 85.5)])['task-clock']?.value).toBe(85.5)
    })
  })

  it('that were lost with the program’s rights are unknown', () => {
    const list = [user('page-faults', 0), user('major-faults', 0), counter('cycles', 0)]
    for (const each of Object.values(counters(list)))
      expect(each).toMatchObject({ value: null, reason: 'lost-at-exec' })
    const nothingRan = counters([counter('page-faults', 0)], { kernel: kernel(0), exit: { code: 127, signal: null } })
    expect(nothingRan['page-faults']?.value).toBe(0)
  })
})
