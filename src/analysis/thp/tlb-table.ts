import type { TlbArray } from '../../model/tlb.ts'

const KIB4 = 4096
const MIB2 = 2 ** 21
const GIB = 2 ** 30

/** Processors and their second-level data TLB. */
export interface TlbEntry {
  readonly vendor: string
  readonly family: number
  /** Models, in decimal as in /proc/cpuinfo; `null` for all of the family. */
  readonly models: readonly number[] | null
  /** What the maker calls them. */
  readonly name: string
  readonly arrays: readonly TlbArray[]
}

const shared = (entries: number): TlbArray => ({ entries, pageSizes: [KIB4, MIB2] })
const gigantic = (entries: number): TlbArray => ({ entries, pageSizes: [GIB] })

const INTEL = 'GenuineIntel'
const AMD = 'AuthenticAMD'

/** Models of a family from one to another. */
function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/**
 * What the makers' manuals say: Intel 64 and IA-32 Architectures Optimization Reference Manual, tables of cache and TLB
 * parameters; AMD Software Optimization Guides for families 17h, 19h and 1Ah. The counts are those of a core; two
 * threads of one share them. Sandy Bridge's second level has small pages only, so that its first level stands for the
 * large ones. A processor that is not here is asked by CPUID, or is unknown.
 */
export const TLB_TABLE: readonly TlbEntry[] = [
  {
    vendor: INTEL,
    family: 6,
    models: [0x1a, 0x1e, 0x1f, 0x2e, 0x25, 0x2c, 0x2f, 0x2a, 0x2d, 0x3a, 0x3e],
    name: 'Nehalem to Ivy Bridge',
    arrays: [
      { entries: 512, pageSizes: [KIB4] },
      { entries: 32, pageSizes: [MIB2] },
    ],
  },
  { vendor: INTEL, family: 6, models: [0x3c, 0x3f, 0x45, 0x46], name: 'Haswell', arrays: [shared(1024)] },
  {
    vendor: INTEL,
    family: 6,
    models: [0x3d, 0x47, 0x4f, 0x56, 0x4e, 0x5e, 0x55, 0x8e, 0x9e, 0xa5, 0xa6],
    name: 'Broadwell to Cascade Lake',
    arrays: [shared(1536), gigantic(16)],
  },
  {
    vendor: INTEL,
    family: 6,
    models: [0x7d, 0x7e, 0x6a, 0x6c, 0x8c, 0x8d, 0xa7, 0x97, 0x9a, 0xb7, 0xba, 0xbf, 0x8f, 0xcf],
    name: 'Ice Lake to Emerald Rapids',
    arrays: [shared(2048)],
  },
  { vendor: AMD, family: 0x17, models: range(0x00, 0x2f), name: 'Zen', arrays: [shared(1536)] },
  { vendor: AMD, family: 0x17, models: range(0x30, 0xaf), name: 'Zen 2', arrays: [shared(2048)] },
  {
    vendor: AMD,
    family: 0x19,
    models: [...range(0x00, 0x0f), ...range(0x20, 0x5f)],
    name: 'Zen 3',
    arrays: [shared(2048)],
  },
  {
    vendor: AMD,
    family: 0x19,
    models: [...range(0x10, 0x1f), ...range(0x60, 0xaf)],
    name: 'Zen 4',
    arrays: [shared(3072)],
  },
  { vendor: AMD, family: 0x1a, models: null, name: 'Zen 5', arrays: [shared(4096)] },
]
