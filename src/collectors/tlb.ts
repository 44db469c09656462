import type { TlbArray } from '../model/tlb.ts'
import { amdTlb, type CpuidLeaf, cpuidLeaf, intelTlbArray, LEAF_BYTES } from '../parsers/cpuid-tlb.ts'
import { type CpuInfo, parseCpuInfo } from '../parsers/cpuinfo.ts'
import type { OpenFile } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { openFile, readParsed } from './reading.ts'

/** The processor, and the TLB arrays it tells of where it may be asked. */
export interface ProcessorFacts {
  readonly cpu: CpuInfo | null
  /** What CPUID says; empty when it may not be asked (root alone, and with the cpuid driver), or does not tell. */
  readonly cpuidTlb: readonly TlbArray[]
}

const AMD_L2_LEAF = 0x80000006
const LARGEST_EXTENDED_LEAF = 0x80000000
const INTEL_TLB_LEAF = 0x18
/** The device takes the subleaf in the upper half of the place. */
const SUBLEAF = 2 ** 32
/** More than any processor lists. */
const MOST_SUBLEAVES = 16

/** Reads /proc/cpuinfo and, where it may be read, the CPUID of the first CPU. */
export function collectProcessor(trees: Trees): ProcessorFacts {
  const cpu = readParsed(trees.proc, 'cpuinfo', parseCpuInfo)
  // Another host's procfs says nothing of the processor that runs us.
  const opened = trees.own ? openFile(trees.root, 'dev/cpu/0/cpuid') : null
  if (!opened?.ok) return { cpu, cpuidTlb: [] }
  using device = opened.value
  return { cpu, cpuidTlb: cpu?.vendor === 'GenuineIntel' ? intelArrays(device) : amdArrays(device) }
}

function amdArrays(device: OpenFile): readonly TlbArray[] {
  const largest = leafOf(device, LARGEST_EXTENDED_LEAF)
  const leaf = largest !== null && largest.eax >= AMD_L2_LEAF ? leafOf(device, AMD_L2_LEAF) : null
  return leaf === null ? [] : amdTlb(leaf)
}

function intelArrays(device: OpenFile): readonly TlbArray[] {
  const largest = leafOf(device, 0)
  const first = largest !== null && largest.eax >= INTEL_TLB_LEAF ? leafOf(device, INTEL_TLB_LEAF) : null
  if (first === null) return []
  const subleaves = Math.min(first.eax, MOST_SUBLEAVES)
  const all = Array.from({ length: subleaves + 1 }, (_, subleaf) => leafOf(device, INTEL_TLB_LEAF + subleaf * SUBLEAF))
  return all.flatMap((leaf) => (leaf === null ? [] : (intelTlbArray(leaf) ?? [])))
}

function leafOf(device: OpenFile, place: number): CpuidLeaf | null {
  const bytes = new Uint8Array(LEAF_BYTES)
  const read = device.readAt(place, bytes)
  return read.ok && read.value === LEAF_BYTES ? cpuidLeaf(bytes) : null
}
