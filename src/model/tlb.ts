/** One array of a second-level TLB that holds translations of data. */
export interface TlbArray {
  readonly entries: number
  /** Sizes in bytes of the pages whose translations share these entries. */
  readonly pageSizes: readonly number[]
}

/** How many translations this processor keeps, and how that is known. */
export interface TlbFacts {
  /** Second-level arrays; where the processor has none for a page size, the first-level one for it. */
  readonly arrays: readonly TlbArray[]
  /** `documented`: the maker's manual for this family and model. `cpuid`: what this processor says of itself. */
  readonly source: 'documented' | 'cpuid'
}
