import { FIGURES, type FigureId } from '../figures.ts'
import type { Change, DiffReport } from './report.ts'

/** What a limit of `--fail-on` is about. */
export type LimitSubject = FigureId | 'mappings'

export const LIMIT_SUBJECTS: readonly LimitSubject[] = ['mappings', ...FIGURES.map(({ id }) => id)]

/** How much a figure may be, or grow. */
export type LimitAmount =
  /** More than so many bytes or mappings afterwards. */
  | { readonly kind: 'value'; readonly value: number }
  /** More than so many bytes or mappings gained. */
  | { readonly kind: 'growth'; readonly value: number }
  /** Gained more than this part of what there was: 0.1 is 10 %. */
  | { readonly kind: 'share'; readonly value: number }
  /** More than so many times of what there was. */
  | { readonly kind: 'factor'; readonly value: number }

/** One `--fail-on`, such as `anon > +10%`. */
export interface DiffLimit {
  readonly text: string
  readonly subject: LimitSubject
  readonly amount: LimitAmount
}

/** What a limit came to. `exceeded` is `null` when a figure that it needs is unknown. */
export interface LimitVerdict {
  readonly limit: DiffLimit
  readonly change: Change
  readonly exceeded: boolean | null
}

/** Holds every limit against the totals. */
export function judge(report: DiffReport, limits: readonly DiffLimit[]): readonly LimitVerdict[] {
  return limits.map((limit) => {
    const { totals } = report
    const change = limit.subject === 'mappings' ? totals.mappings : totals.figures[limit.subject]
    return { limit, change, exceeded: isExceeded(change, limit.amount) }
  })
}

function isExceeded({ before, after, delta }: Change, { kind, value }: LimitAmount): boolean | null {
  if (after === null) return null
  if (kind === 'value') return after > value
  if (before === null || delta === null) return null
  if (kind === 'growth') return delta > value
  return kind === 'share' ? delta > before * value : after > before * value
}
