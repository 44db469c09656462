import type { Limit, LimitId } from './limits.ts'
import { type Grade, gradeOf, RISK_RULES, type RiskRuleId, worseThan } from './risk-rules.ts'

/** A limit with how near it is; sizes as in `Limit`, `NaN` is unknown. */
export interface LimitOutlook extends Limit {
  /** limit − used; never below 0. */
  readonly left: number
  /** used ÷ limit, per cent. */
  readonly percent: number
  /** Growth a second between two samples; `NaN` without a second one. */
  readonly rate: number
  /** Seconds until it is reached at that rate; `Infinity` when it is not growing, `NaN` when there is no rate. */
  readonly secondsLeft: number
  readonly grade: Grade
}

/** The limits of a process or host, in the order in which they are likely to be felt. */
export interface Outlook {
  /** Those that are set and known. */
  readonly limits: readonly LimitOutlook[]
  /** Those that are not set. */
  readonly unlimited: readonly Limit[]
  /** Those that are not known. */
  readonly unknown: readonly Limit[]
}

/** Two readings of the same limits. */
export interface LimitSamples {
  readonly first: readonly Limit[]
  readonly seconds: number
}

/**
 * Puts what fails first first: by grade, then by time, then by how full it is.
 *
 * @param earlier An earlier reading, from which growth is told; `null` for none.
 */
export function outlookOf(limits: readonly Limit[], earlier: LimitSamples | null): Outlook {
  const known = limits.filter((each) => each.limit >= 0 && Number.isFinite(each.limit) && !Number.isNaN(each.used))
  const unlimited = limits.filter((each) => each.limit === Number.POSITIVE_INFINITY)
  return {
    limits: known.map((each) => outlook(each, earlier)).sort(byUrgency),
    unlimited,
    unknown: limits.filter((each) => !known.includes(each) && !unlimited.includes(each)),
  }
}

/** Growth below this share of a limit is what memory does all the time; the time that follows from it is not judged. */
const LEAST_GROWTH = 0.001

function outlook(limit: Limit, earlier: LimitSamples | null): LimitOutlook {
  const before = earlier?.first.find((each) => each.id === limit.id && each.where === limit.where)
  const rate = before === undefined || earlier === null ? Number.NaN : (limit.used - before.used) / earlier.seconds
  const left = Math.max(0, limit.limit - limit.used)
  const percent = limit.limit === 0 ? (limit.used > 0 ? 100 : 0) : (limit.used / limit.limit) * 100
  const secondsLeft = rate > 0 ? left / rate : Number.isNaN(rate) ? Number.NaN : Number.POSITIVE_INFINITY
  const grown = before === undefined ? 0 : limit.used - before.used
  const grade = limitGrade(limit.id, percent, grown >= limit.limit * LEAST_GROWTH ? secondsLeft : Number.NaN)
  return { ...limit, left, percent, rate, secondsLeft, grade }
}

/**
 * Which rule a limit is judged by: what reaching it does to a process decides how bad that is. A pool of huge pages is
 * made to be used up.
 */
export const LIMIT_RULES: Readonly<Record<LimitId, Extract<RiskRuleId, 'memory-left' | `limit-${string}`> | null>> = {
  memory: 'memory-left',
  commit: 'limit-fatal',
  'cgroup-max': 'limit-fatal',
  'cgroup-limit': 'limit-fatal',
  'cgroup-high': 'limit-slows',
  'cgroup-swap': 'limit-mild',
  'cgroup-memsw': 'limit-fatal',
  'cgroup-kmem': 'limit-fatal',
  'rlimit-as': 'limit-fatal',
  'rlimit-data': 'limit-fatal',
  'rlimit-stack': 'limit-fatal',
  'rlimit-memlock': 'limit-mild',
  'max-map-count': 'limit-fatal',
  hugetlb: null,
}

function limitGrade(id: LimitId, percent: number, secondsLeft: number): Grade {
  const rule = LIMIT_RULES[id]
  if (rule === null) return 'low'
  const full = gradeOf(RISK_RULES[rule], rule === 'memory-left' ? 100 - percent : percent)
  const mild = rule === 'limit-mild'
  const soon = mild || Number.isNaN(secondsLeft) ? 'low' : gradeOf(RISK_RULES['time-left'], secondsLeft)
  return worseThan(soon, full) ? soon : full
}

function byUrgency(a: LimitOutlook, b: LimitOutlook): number {
  if (a.grade !== b.grade) return worseThan(a.grade, b.grade) ? -1 : 1
  const soonA = Number.isNaN(a.secondsLeft) ? Number.POSITIVE_INFINITY : a.secondsLeft
  const soonB = Number.isNaN(b.secondsLeft) ? Number.POSITIVE_INFINITY : b.secondsLeft
  const timed = a.grade !== 'low' && soonA !== soonB
  return timed ? soonA - soonB : b.percent - a.percent
}
