import type { TlbArray } from '../model/tlb.ts'

/** The four registers of a CPUID leaf. */
export interface CpuidLeaf {
  readonly eax: number
  readonly ebx: number
  readonly ecx: number
  readonly edx: number
}

/** Bytes that `/dev/cpu/N/cpuid` gives for a leaf (arch/x86/kernel/cpuid.c). */
export const LEAF_BYTES = 16

const KIB4 = 4096
const MIB2 = 2 ** 21
const MIB4 = 2 ** 22
const GIB = 2 ** 30

/** Reads a leaf as `/dev/cpu/N/cpuid` gives it; `null` when it is cut. */
export function cpuidLeaf(bytes: Uint8Array): CpuidLeaf | null {
  if (bytes.length < LEAF_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, LEAF_BYTES)
  const [eax, ebx, ecx, edx] = [0, 4, 8, 12].map((at) => view.getUint32(at, true))
  return { eax: eax ?? 0, ebx: ebx ?? 0, ecx: ecx ?? 0, edx: edx ?? 0 }
}

/**
 * The second-level data TLB from AMD's leaf 0x80000006 (EAX: 2 MiB pages, EBX: 4 KiB pages; bits 16 to 27, a size of
 * 4096 does not fit and reads as 0): AMD64 Architecture Programmer's Manual, volume 3, appendix E. Zen keeps both sizes
 * in one array; where the counts are the same they are taken to be one.
 */
export function amdTlb(leaf: CpuidLeaf): readonly TlbArray[] {
  const small = (leaf.ebx >>> 16) & 0xfff
  const large = (leaf.eax >>> 16) & 0xfff
  if (small === 0) return []
  if (small === large) return [{ entries: small, pageSizes: [KIB4, MIB2] }]
  return [{ entries: small, pageSizes: [KIB4] }, ...(large === 0 ? [] : [{ entries: large, pageSizes: [MIB2] }])]
}

/** Levels of a TLB that are beyond the first. */
const SECOND_LEVEL = 2
/** Kinds of TLB in leaf 0x18: of data, and of data and code together. */
const FOR_DATA: readonly number[] = [1, 3, 4]

/**
 * One array of Intel's leaf 0x18 (deterministic address translation parameters; one subleaf each): Intel SDM, volume 2,
 * CPUID. `null` for an array of code, of the first level, or for the end of the list.
 */
export function intelTlbArray({ ebx, ecx, edx }: CpuidLeaf): TlbArray | null {
  const kind = edx & 0x1f
  const level = (edx >>> 5) & 0x7
  if (!FOR_DATA.includes(kind) || level < SECOND_LEVEL) return null
  const ways = ebx >>> 16
  const sizes = [KIB4, MIB2, MIB4, GIB].filter((_size, bit) => (ebx & (1 << bit)) !== 0)
  const entries = ways * ecx
  return entries === 0 || sizes.length === 0 ? null : { entries, pageSizes: sizes.filter((size) => size !== MIB4) }
}
