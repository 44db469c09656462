import { describe, expect, it } from 'vitest'
import { parseCpuInfo } from '../../src/parsers/cpuinfo.ts'
import { parseOsRelease } from '../../src/parsers/kernel-version.ts'
import { type CountingMachine, eventLists } from '../../src/runners/fault-events.ts'
import { bytes } from '../parsers/support.ts'

/** A machine, by what its /proc/cpuinfo and sysfs say. */
function machine(cpuinfo: string, given: Partial<CountingMachine> = {}): CountingMachine {
  return {
    cpu: parseCpuInfo(bytes(cpuinfo)),
    kernel: parseOsRelease(bytes('6.1.0-18-amd64\n')),
    pmus: ['breakpoint', 'cpu', 'software', 'tracepoint'],
    paranoid: 2,
    capabilities: 0n,
    ...given,
  }
}

function x86(vendor: string, family: number, model: number): string {
  return `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: a CPU\n`
}

const SKYLAKE = x86('GenuineIntel', 6, 0x55)
const HASWELL = x86('GenuineIntel', 6, 0x3f)
const ZEN3 = x86('AuthenticAMD', 25, 1)
const NEOVERSE = 'processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n'
const GENERIC = /^(?:page|minor|major)-faults|^context|^cpu-mig|^task-clock$|^cycles$|^instructions$|^[di]TLB-/

/** Names that are one vendor's, list after list. */
function vendorNames(of: CountingMachine): readonly (readonly string[])[] {
  return eventLists(of, [])
    .map((list) => list.filter((event) => !GENERIC.test(event)))
    .filter((list) => list.length > 0)
}

describe('events that are asked for', () => {
  it.each([
    ['Skylake', SKYLAKE, [['dtlb_load_misses.walk_active', 'dtlb_store_misses.walk_active']]],
    ['Haswell', HASWELL, [['dtlb_load_misses.walk_duration', 'dtlb_store_misses.walk_duration']]],
    [
      'an Intel CPU of tomorrow',
      x86('GenuineIntel', 19, 1),
      [['dtlb_load_misses.walk_active', 'dtlb_store_misses.walk_active']],
    ],
    ['an Atom, which counts no cycles of walks', x86('GenuineIntel', 6, 0x9c), []],
    ['Zen, whose walks have a generic name', ZEN3, []],
    ['ARM, whose generic misses are no walks', NEOVERSE, [['dtlb_walk', 'itlb_walk'], ['dtlb_walk']]],
    ['an unknown CPU', 'processor\t: 0\n', []],
  ])('for page walks on %s', (_name, cpuinfo, names) => {
    const pmus = cpuinfo === NEOVERSE ? ['armv8_pmuv3_0'] : ['cpu']
    expect(vendorNames(machine(cpuinfo, { pmus }))).toEqual(names)
  })

  it('on Zen by the vendor’s name where the kernel’s generic one is not the walk yet', () => {
    const kernel = parseOsRelease(bytes('4.18.0-553.el8.x86_64\n'))
    expect(vendorNames(machine(ZEN3, { kernel }))).toEqual([['ls_l1_d_tlb_miss.all_l2_miss'], ['l2_dtlb_misses']])
    const k8 = machine(x86('AuthenticAMD', 15, 1), { kernel })
    expect(vendorNames(k8)).toEqual([])
  })

  it('are generic alone without a PMU, and where kinds of core differ in what they count', () => {
    expect(vendorNames(machine(SKYLAKE, { pmus: ['software', 'tracepoint'] }))).toEqual([])
    expect(vendorNames(machine(x86('GenuineIntel', 6, 0x97), { pmus: ['cpu_core', 'cpu_atom'] }))).toEqual([])
  })

  it('begin with what figures are made of: a short run counts no more than fit the counters at once', () => {
    const [best = []] = eventLists(machine(SKYLAKE), [])
    const hardware = best.slice(best.indexOf('cycles'))
    expect(hardware.slice(0, 5)).toEqual([
      'cycles',
      'instructions',
      'dTLB-load-misses',
      'dTLB-store-misses',
      'iTLB-load-misses',
    ])
    expect(hardware.slice(-3)).toEqual(['dTLB-loads', 'dTLB-stores', 'iTLB-loads'])
  })

  it('fall back to what every perf counts, and keep what the user asked for', () => {
    const lists = eventLists(machine(SKYLAKE), ['branch-misses'])
    expect(lists.at(-1)).toEqual(['page-faults', 'minor-faults', 'major-faults', 'branch-misses'])
    expect(lists.every((list) => list.at(-1) === 'branch-misses')).toBe(true)
    expect(lists.every((list) => !list.join(',').includes('{'))).toBe(true)
  })

  it('tell user mode apart where both may be counted', () => {
    const PERFMON = 1n << 38n
    for (const allowed of [machine(ZEN3, { paranoid: 1 }), machine(ZEN3, { capabilities: PERFMON })]) {
      expect(eventLists(allowed, [])[0]).toContain('page-faults:u')
    }
    for (const forbidden of [machine(ZEN3), machine(ZEN3, { paranoid: null })]) {
      expect(eventLists(forbidden, []).flat()).not.toContain('page-faults:u')
    }
  })
})

describe('/proc/cpuinfo', () => {
  it('tells x86 CPUs by family and model, ARM ones by their implementer', () => {
    expect(parseCpuInfo(bytes(SKYLAKE))).toMatchObject({
      vendor: 'GenuineIntel',
      model: 'a CPU',
      family: 6,
      modelNumber: 0x55,
    })
    expect(parseCpuInfo(bytes(NEOVERSE))).toMatchObject({ vendor: 'ARM', model: null, family: null, modelNumber: null })
  })
})
