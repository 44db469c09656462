import { describe, expect, it } from 'vitest'
import type { Counter, FaultRun } from '../../../src/model/faults.ts'
import { figuresOf, reportOf } from '../../helpers/fault-reports.ts'
import { AMD, counter, faultRun, INTEL } from '../../helpers/fault-runs.ts'
import { attribute, fault, fork, mmap } from '../../helpers/fault-traces.ts'

const ARM = { ...INTEL, cpuVendor: 'ARM' }
const INSTRUCTIONS = counter('instructions', 1_000_000)
const LOADS = counter('dTLB-loads', 400_000)

function derived(counters: readonly Counter[], given: Partial<FaultRun> = {}): ReturnType<typeof figuresOf>['derived'] {
  return figuresOf(faultRun(counters, given)).derived
}

describe('what follows from the counters', () => {
  it('faults a second and faults per MiB', () => {
    const { faultsPerSecond, faultsPerMiB } = derived([])
    expect(faultsPerSecond.value).toBe(10_520)
    expect(faultsPerMiB).toMatchObject({ value: 131.5, caveats: ['peak-is-lower-bound'] })
    expect(derived([], { wallMs: 0 }).faultsPerSecond.reason).toBe('nothing-to-divide-by')
    expect(derived([], { peakRssBytes: null }).faultsPerMiB.reason).toBe('no-peak')
    // A peak that is shown, and too uncertain to divide by, is not one that was not seen.
    expect(derived([], { wallMs: 20 }).faultsPerMiB.reason).toBe('short-run')
    expect(derived([], { wallMs: 20, peakRssBytes: null }).faultsPerMiB.reason).toBe('short-run')
    expect(derived([], { peakRssBytes: 0 }).faultsPerMiB.reason).toBe('nothing-to-divide-by')
    const forked = attribute([mmap(0x1000, 1), fork(20), fault(0x1000), fault(0x1000, { pid: 20, tid: 20 })])
    const { faultsPerMiB: ofMany } = reportOf([faultRun([])], { attribution: forked }).figures.derived
    expect(ofMany).toMatchObject({ value: null, reason: 'descendants' })
    const nothing = derived([], { kernel: null })
    expect(nothing.faultsPerSecond.reason).toBe('no-perf')
    expect(nothing.faultsPerMiB.reason).toBe('no-perf')
    expect(nothing.minorFaultTime.reason).toBe('no-perf')
  })

  it('time lost is an estimate, which says on what it rests', () => {
    const { minorFaultTime, majorFaultTime } = derived([])
    expect(minorFaultTime).toMatchObject({ value: 1.05, estimate: true, costNs: 1000 })
    expect(majorFaultTime).toMatchObject({ value: 0.2, estimate: true, costNs: 100_000 })
    const measured = reportOf([faultRun([])], { costs: { minorNs: 2900, majorNs: 43_000 } })
    expect(measured.figures.derived.minorFaultTime).toMatchObject({ value: 3.045, costNs: 2900 })
  })

  it('walks per 1,000 instructions, by vendor', () => {
    const misses = [INSTRUCTIONS, LOADS, counter('dTLB-load-misses', 3000), counter('dTLB-store-misses', 1000)]
    expect(derived(misses).dtlbWalksPer1000Instructions).toMatchObject({
      value: 4,
      how: 'dTLB-load-misses + dTLB-store-misses ÷ instructions × 1000',
      caveats: [],
    })
    const amd = [INSTRUCTIONS, counter('dTLB-load-misses', 3000), counter('dTLB-store-misses', null)]
    expect(derived(amd, { host: AMD }).dtlbWalksPer1000Instructions).toMatchObject({
      value: 3,
      caveats: ['loads-and-stores'],
    })
    expect(derived(amd).dtlbWalksPer1000Instructions.value).toBe(3)
    expect(derived(misses, { host: ARM }).dtlbWalksPer1000Instructions).toMatchObject({
      value: null,
      reason: 'no-such-event',
    })
    const arm = [...misses, counter('dtlb_walk', 500)]
    expect(derived(arm, { host: ARM }).dtlbWalksPer1000Instructions.value).toBe(0.5)
    expect(derived(misses, { host: { ...INTEL, cpuVendor: null } }).dtlbWalksPer1000Instructions.reason).toBe(
      'unknown-cpu',
    )
    expect(derived(misses, { host: { ...INTEL, cpuVendor: 'HygonGenuine' } }).dtlbWalksPer1000Instructions.value).toBe(
      3,
    )
    expect(derived([INSTRUCTIONS, counter('iTLB-load-misses', 20)]).itlbWalksPer1000Instructions.value).toBe(0.02)
  })

  it('prefers the vendor’s own events', () => {
    const own = [
      INSTRUCTIONS,
      counter('dTLB-load-misses', 1),
      counter('dtlb_load_misses.walk_completed', 600),
      counter('dtlb_store_misses.walk_completed', 400),
    ]
    expect(derived(own).dtlbWalksPer1000Instructions.value).toBe(1)
  })

  it('share of cycles in walks, on Intel alone', () => {
    const cycles = [
      counter('cpu-cycles', 1000),
      counter('dtlb_load_misses.walk_active', 100),
      counter('dtlb_store_misses.walk_active', 50),
    ]
    expect(derived(cycles).walkCyclesShare).toMatchObject({ value: 0.15, caveats: ['walks-overlap'] })
    expect(derived(cycles, { host: AMD }).walkCyclesShare.reason).toBe('no-such-event')
    expect(derived([]).walkCyclesShare.reason).toBe('not-asked')
  })

  it('never divides by dTLB-loads', () => {
    const every = derived([INSTRUCTIONS, LOADS, counter('dTLB-load-misses', 3000)])
    for (const { how } of Object.values(every)) expect(how).not.toContain('dTLB-loads')
  })

  it('has the reason where it has no figure', () => {
    const misses = counter('dTLB-load-misses', 3000)
    expect(derived([misses]).dtlbWalksPer1000Instructions.reason).toBe('not-asked')
    expect(derived([misses, counter('instructions', null)]).dtlbWalksPer1000Instructions.reason).toBe('not-supported')
    expect(derived([INSTRUCTIONS, counter('dTLB-load-misses', null)]).dtlbWalksPer1000Instructions.reason).toBe(
      'not-supported',
    )
    const short = counter('instructions', 9, { state: 'scaled', percentRunning: 5 })
    expect(derived([misses, short]).dtlbWalksPer1000Instructions.reason).toBe('too-short')
    expect(
      derived([misses, counter('instructions', 0), counter('page-faults', 9)]).dtlbWalksPer1000Instructions.reason,
    ).toBe('hypervisor-zero')
  })

  it('says when the counter was shared out, or kernel mode left out', () => {
    const misses = counter('dTLB-load-misses', 3000, { state: 'scaled', percentRunning: 60 })
    expect(derived([misses, INSTRUCTIONS]).dtlbWalksPer1000Instructions.caveats).toEqual(['multiplexed'])
    const user = [
      counter('dTLB-load-misses', 3000, { modifiers: 'u' }),
      counter('instructions', 9000, { modifiers: 'u' }),
    ]
    expect(derived(user).dtlbWalksPer1000Instructions.caveats).toEqual(['user-mode-only'])
  })
})
