import type { RateSample } from '../../model/faults.ts'
import type { RatePoint, RatesReport } from '../../model/faults-report.ts'

const MS_PER_S = 1000

/** Faults over time from a process's running totals; `null` when there are not two moments. */
export function ratesOf(samples: readonly RateSample[]): RatesReport | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || samples.length < 2) return null
  const points = pointsOf(samples)
  const spanMs = last.atMs - first.atMs
  const faults = last.minflt - first.minflt + last.majflt - first.majflt
  const rates = points.map(rateOf)
  return {
    samples,
    points,
    mean: spanMs > 0 ? (faults * MS_PER_S) / spanMs : null,
    peak: rates.length > 0 ? Math.max(...rates) : null,
  }
}

/** Faults a second in one stretch of time. */
export function rateOf({ minor, major, spanMs }: RatePoint): number {
  return ((minor + major) * MS_PER_S) / spanMs
}

/** Totals can go down only when the process is another one; such a step counts as nothing. */
function pointsOf(samples: readonly RateSample[]): readonly RatePoint[] {
  const points: RatePoint[] = []
  for (let index = 1; index < samples.length; index++) {
    const from = samples[index - 1] as RateSample
    const to = samples[index] as RateSample
    const spanMs = to.atMs - from.atMs
    if (spanMs <= 0) continue
    const minor = Math.max(0, to.minflt - from.minflt)
    const major = Math.max(0, to.majflt - from.majflt)
    points.push({ atMs: to.atMs, spanMs, minor, major })
  }
  return points
}
