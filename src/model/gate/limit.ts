/**
 * How much more than the baseline is allowed. Where both parts are given, both must be exceeded: a share alone fails a
 * tiny program for a page, an amount alone a large one for its noise.
 */
export interface RelativeLimit {
  /** Share of the baseline: 0.02 for `+2%`. */
  readonly share: number | null
  /** Bytes or a count. */
  readonly amount: number | null
}

/** A limit of a group of mappings: against the baseline, or a promise of its own. */
export type GroupLimit =
  | { readonly kind: 'relative'; readonly limit: RelativeLimit }
  /** Bytes; 0 means that no such mapping may be there. */
  | { readonly kind: 'most'; readonly bytes: number }
