import type { ProcessorFacts } from '../../collectors/tlb.ts'
import type { TlbFacts } from '../../model/tlb.ts'
import { TLB_TABLE } from './tlb-table.ts'

/** Resident memory by the size of the pages that map it; bytes. */
export interface PageMix {
  readonly pageSize: number
  readonly bytes: number
}

/** How far a TLB goes with a process's memory. An estimate: what is really missed only the hardware counts. */
export interface TlbReach {
  readonly mix: readonly PageMix[]
  /** Translations that all resident memory needs. */
  readonly needed: number
  /** Entries of the TLB for data; `NaN` when the processor's are not known. */
  readonly entries: number
  /** Bytes that the TLB covers at best, when it holds the largest pages first; `NaN` when it is not known. */
  readonly reach: number
  /** Bytes of resident memory, hugetlb included. */
  readonly resident: number
}

/** The processor's TLB for data: documented for its family and model, else as CPUID says, else unknown. */
export function tlbFacts({ cpu, cpuidTlb }: ProcessorFacts): TlbFacts | null {
  const known = TLB_TABLE.find(
    ({ vendor, family, models }) =>
      cpu?.vendor === vendor && cpu.family === family && (models === null || models.includes(cpu.modelNumber ?? -1)),
  )
  if (known !== undefined) return { arrays: known.arrays, source: 'documented' }
  return cpuidTlb.length === 0 ? null : { arrays: cpuidTlb, source: 'cpuid' }
}

/** How much of the memory the TLB covers at best. Pages of a size that no array takes are not covered. */
export function tlbReach(mix: readonly PageMix[], tlb: TlbFacts | null): TlbReach {
  const pages = mix.filter(({ bytes }) => bytes > 0).sort((a, b) => b.pageSize - a.pageSize)
  const resident = pages.reduce((sum, { bytes }) => sum + bytes, 0)
  const needed = pages.reduce((sum, { pageSize, bytes }) => sum + Math.ceil(bytes / pageSize), 0)
  if (tlb === null) return { mix: pages, needed, entries: Number.NaN, reach: Number.NaN, resident }
  const free = tlb.arrays.map((array) => ({ ...array }))
  let reach = 0
  for (const { pageSize, bytes } of pages) reach += Math.min(bytes, take(free, pageSize, Math.ceil(bytes / pageSize)))
  return { mix: pages, needed, entries: tlb.arrays.reduce((sum, { entries }) => sum + entries, 0), reach, resident }
}

interface Room {
  entries: number
  readonly pageSizes: readonly number[]
}

/** Takes entries for pages of a size; returns the bytes that they cover. */
function take(free: readonly Room[], pageSize: number, wanted: number): number {
  let taken = 0
  for (const array of free) {
    if (!array.pageSizes.includes(pageSize)) continue
    const some = Math.min(array.entries, wanted - taken)
    array.entries -= some
    taken += some
  }
  return taken * pageSize
}
