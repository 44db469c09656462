/** Memory of a mapping that lies in large folios of one size; bytes. */
export interface FolioSize {
  /** Whether the folios hold anonymous memory, or pages of files and shared memory. */
  readonly of: 'anon' | 'file'
  /** Of one folio. */
  readonly size: number
  /** Mapped whole, at an address that is a multiple of the size. */
  readonly aligned: number
  /** Mapped whole, elsewhere: several entries of a TLB that could join them cannot. */
  readonly unaligned: number
}

/** The large folios of a mapping, or of several; bytes. */
export interface FolioCounts {
  /** Smallest first, anonymous ones before the others. */
  readonly sizes: readonly FolioSize[]
  /** Of folios that are mapped in part alone: their rest may be unused, and is not free. */
  readonly partialAnon: number
  readonly partialFile: number
  /** Mapped to the shared page of zeros, which is nobody's memory: read, and never written. */
  readonly zero: number
}
