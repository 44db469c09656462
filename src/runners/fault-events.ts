import type { CpuInfo } from '../parsers/cpuinfo.ts'
import { atLeast, type KernelVersion } from '../parsers/kernel-version.ts'

/** What of a machine decides which events are asked for. */
export interface CountingMachine {
  readonly cpu: CpuInfo | null
  readonly kernel: KernelVersion
  /** Names in /sys/bus/event_source/devices. */
  readonly pmus: readonly string[]
  /** kernel.perf_event_paranoid; `null` when it cannot be read. */
  readonly paranoid: number | null
  /** Our effective capabilities, a bit each (linux/capability.h). */
  readonly capabilities: bigint
}

const FAULTS = ['page-faults', 'minor-faults', 'major-faults']
const CLOCKS = ['context-switches', 'cpu-migrations', 'task-clock']
const HARDWARE = ['cycles', 'instructions']
/** Misses are what the figures are made of. What the others count differs by vendor (`analysis/faults/derived.ts`). */
const TLB_MISSES = ['dTLB-load-misses', 'dTLB-store-misses', 'iTLB-load-misses']
const TLB_ACCESSES = ['dTLB-loads', 'dTLB-stores', 'iTLB-loads']
/** linux/capability.h */
const CAP_SYS_ADMIN = 21n
const CAP_PERFMON = 38n
/** From this level of kernel.perf_event_paranoid on, kernel mode is for the privileged. */
const KERNEL_MODE_FORBIDDEN = 2

/**
 * The lists of events to try, best first; perf refuses a whole list for one name that it does not know.
 *
 * Software events stand alone, never in a group with others: a member that is not supported would take them along.
 * Hardware events stand in the order of their worth, since the first ones get the counters of a run that is too short
 * for taking turns. The last list is what every perf of every release can count.
 */
export function eventLists(machine: CountingMachine, extra: readonly string[]): readonly (readonly string[])[] {
  // What is not user mode is kernel mode: a third count would cost every fault a little more.
  const modes = mayCountKernel(machine) ? ['page-faults:u'] : []
  const all = (own: readonly string[], apart: readonly string[]): readonly string[] => [
    ...FAULTS,
    ...apart,
    ...CLOCKS,
    ...HARDWARE,
    ...TLB_MISSES,
    ...own,
    ...TLB_ACCESSES,
  ]
  const lists = [
    ...vendorEvents(machine).map((own) => all(own, modes)),
    all([], modes),
    ...(modes.length > 0 ? [all([], [])] : []),
    [...FAULTS, ...CLOCKS],
    FAULTS,
  ]
  return lists.map((events) => [...events, ...extra])
}

function mayCountKernel({ paranoid, capabilities }: CountingMachine): boolean {
  const has = (capability: bigint): boolean => ((capabilities >> capability) & 1n) === 1n
  return (paranoid ?? KERNEL_MODE_FORBIDDEN) < KERNEL_MODE_FORBIDDEN || has(CAP_PERFMON) || has(CAP_SYS_ADMIN)
}

/** Page walks, and cycles spent in them, where no generic name means these; alternatives, best first. */
function vendorEvents(machine: CountingMachine): readonly (readonly string[])[] {
  const { cpu, pmus } = machine
  if (!pmus.some((name) => /^(?:cpu|cpu_core|armv\d.*)$/.test(name))) return []
  switch (cpu?.vendor) {
    case 'GenuineIntel':
      // E-cores count no cycles of walks, and those of P-cores alone are no share of the cycles of both.
      return pmus.includes('cpu_atom') ? [] : intelEvents(cpu)
    case 'AuthenticAMD':
    case 'HygonGenuine':
      return amdEvents(cpu, machine.kernel)
    case 'ARM':
      return [['dtlb_walk', 'itlb_walk'], ['dtlb_walk']]
    default:
      return []
  }
}

const INTEL_FAMILY = 6
/** Sandy Bridge to Broadwell: arch/x86/include/asm/intel-family.h. */
const WALK_DURATION: ReadonlySet<number> = new Set([
  0x2a, 0x2d, 0x3a, 0x3e, 0x3c, 0x3f, 0x45, 0x46, 0x3d, 0x47, 0x4f, 0x56,
])
/** Nehalem, Westmere, and the Atoms of one kind of core alone: they count no cycles of walks. */
const NO_WALK_CYCLES: ReadonlySet<number> = new Set([
  0x1a, 0x1e, 0x1f, 0x2e, 0x25, 0x2c, 0x2f, 0x1c, 0x26, 0x27, 0x35, 0x36, 0x37, 0x4a, 0x4c, 0x4d, 0x5a, 0x5d, 0x5c,
  0x5f, 0x7a, 0x86, 0x96, 0x9c, 0xaf, 0xb6, 0xbe, 0xdd,
])

/**
 * The generic misses are walks that were completed (from Skylake on) or begun (before), so that the cycles alone are
 * missing: dtlb_load_misses.walk_completed would take a second of some four counters for the same number.
 */
function intelEvents({ family, modelNumber }: CpuInfo): readonly (readonly string[])[] {
  const model = family === INTEL_FAMILY ? (modelNumber ?? 0) : 0
  if (NO_WALK_CYCLES.has(model)) return []
  const cycles = (word: string): readonly string[] => [`dtlb_load_misses.${word}`, `dtlb_store_misses.${word}`]
  // A model that is not known is a new one; perf knows its names, and refuses others.
  return WALK_DURATION.has(model) ? [cycles('walk_duration')] : [cycles('walk_active')]
}

const ZEN = 0x17

/** From Linux 5.2 on the generic misses are Zen's walks (arch/x86/events/amd/core.c amd_hw_cache_event_ids_f17h). */
function amdEvents({ family }: CpuInfo, kernel: KernelVersion): readonly (readonly string[])[] {
  if ((family ?? 0) < ZEN || atLeast(kernel, 5, 2)) return []
  return [['ls_l1_d_tlb_miss.all_l2_miss'], ['l2_dtlb_misses']]
}
