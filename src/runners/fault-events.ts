import { existsSync, readdirSync } from 'node:fs'
import type { FaultHost } from '../model/faults.ts'

const FAULTS = ['page-faults', 'minor-faults', 'major-faults']
const CLOCKS = ['context-switches', 'cpu-migrations', 'task-clock']
const HARDWARE = ['cycles', 'instructions']
const TLB = ['dTLB-loads', 'dTLB-load-misses', 'dTLB-stores', 'dTLB-store-misses', 'iTLB-loads', 'iTLB-load-misses']
/** Vendors' own names, of which a perf knows those of the CPU it runs on, and refuses all others. */
const VENDOR: Readonly<Record<string, readonly (readonly string[])[]>> = {
  GenuineIntel: [
    [
      'dtlb_load_misses.walk_completed',
      'dtlb_store_misses.walk_completed',
      'itlb_misses.walk_completed',
      'dtlb_load_misses.walk_active',
      'dtlb_store_misses.walk_active',
    ],
    [
      'dtlb_load_misses.walk_completed',
      'dtlb_store_misses.walk_completed',
      'itlb_misses.walk_completed',
      'dtlb_load_misses.walk_duration',
      'dtlb_store_misses.walk_duration',
    ],
  ],
  AuthenticAMD: [
    ['ls_l1_d_tlb_miss.all_l2_miss', 'ls_l1_d_tlb_miss.all'],
    ['l2_dtlb_misses', 'l1_dtlb_misses'],
  ],
  ARM: [['dtlb_walk', 'itlb_walk', 'l1d_tlb_refill']],
}
/** linux/capability.h */
const CAP_SYS_ADMIN = 21n
const CAP_PERFMON = 38n
/** From this level of kernel.perf_event_paranoid on, kernel mode is for the privileged. */
const KERNEL_MODE_FORBIDDEN = 2

/**
 * The lists of events to try, best first.
 *
 * Software events stand alone, never in a group with others: a member that is not supported would take them along. The
 * last list is what every perf of every release can count.
 */
export function eventLists(
  host: FaultHost,
  capabilities: bigint,
  extra: readonly string[],
): readonly (readonly string[])[] {
  const kernelToo = (host.paranoid ?? KERNEL_MODE_FORBIDDEN) < KERNEL_MODE_FORBIDDEN || mayCountKernel(capabilities)
  // What is not user mode is kernel mode: a third count would cost every fault a little more.
  const modes = kernelToo ? ['page-faults:u'] : []
  const software = [...FAULTS, ...CLOCKS]
  const generic = [...software, ...HARDWARE, ...TLB]
  const vendor = hasPmu() ? (VENDOR[host.cpuVendor ?? ''] ?? []) : []
  const lists = [
    ...vendor.map((events) => [...FAULTS, ...modes, ...CLOCKS, ...HARDWARE, ...TLB, ...events]),
    [...FAULTS, ...modes, ...CLOCKS, ...HARDWARE, ...TLB],
    ...(modes.length > 0 ? [generic] : []),
    software,
    FAULTS,
  ]
  return lists.map((events) => [...events, ...extra])
}

function mayCountKernel(capabilities: bigint): boolean {
  return ((capabilities >> CAP_PERFMON) & 1n) === 1n || ((capabilities >> CAP_SYS_ADMIN) & 1n) === 1n
}

/** Whether the CPU shows its counters to this kernel. */
function hasPmu(): boolean {
  const devices = '/sys/bus/event_source/devices'
  if (!existsSync(devices)) return false
  return readdirSync(devices).some((name) => /^(?:cpu|cpu_core|cpu_atom|armv\d.*)$/.test(name))
}
