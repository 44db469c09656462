import type { LimitOutlook, Outlook } from './outlook.ts'
import { LIMIT_RULES } from './outlook.ts'
import { GRADES, type Grade, gradeOf, RISK_RULES, type RiskRuleId } from './risk-rules.ts'

/** A figure that was judged. */
export interface RiskFactor {
  readonly rule: RiskRuleId
  readonly value: number
  readonly grade: Grade
  /** The limit that it is about, if it is about one. */
  readonly limit: LimitOutlook | null
}

/** A grade, and why. */
export interface Risk {
  /** `null` when nothing bad is known, but neither how much memory is left. */
  readonly grade: Grade | null
  /** All figures that were judged, the worst first. */
  readonly factors: readonly RiskFactor[]
  /** What could not be judged. */
  readonly unknown: readonly RiskRuleId[]
}

/** What is known for a grade; `NaN` is unknown. */
export interface RiskFigures {
  readonly outlook: Outlook
  /** Bytes promised and not used without what is seldom used, and pages that a fork made shared: see `claimOf`. */
  readonly latent: number
  /** Bytes that can still be had. */
  readonly supply: number
  /** Per cent of RAM and swap that can still be had. */
  readonly memoryLeft: number
  /** PSI memory full avg10: of the host, and of the process's cgroup where there is one. */
  readonly pressure: number
  /** Kills while watched; `NaN` without an interval. */
  readonly killsWatched: number
  /** Kills on the host that may have been recent; `NaN` where that is not asked. */
  readonly killsPast: number
  /** Kills in the cgroup of a process; `NaN` where there is none, or none is known. */
  readonly killsInCgroup: number
}

/** Below this share of RAM and swap, promises are judged by the stricter rule. */
const SCARCE = RISK_RULES['memory-left'].elevated

/** Judges every figure by its rule; the worst one is the grade. */
export function riskOf(figures: RiskFigures): Risk {
  const scarce = figures.memoryLeft < SCARCE
  const promises = (figures.latent / figures.supply) * 100
  const judged: [RiskRuleId, number][] = [
    [scarce ? 'promises-scarce' : 'promises', promises],
    ['pressure', figures.pressure],
    ['oom-kills', figures.killsWatched],
    ['oom-kills-past', figures.killsPast],
    ['oom-kills-cgroup', figures.killsInCgroup],
  ]
  const plain = judged.filter(([, value]) => !Number.isNaN(value)).map(([rule, value]) => factor(rule, value, null))
  const factors = [...figures.outlook.limits.flatMap(limitFactor), ...plain].sort(byGrade)
  const unknown = judged
    .filter(([rule, value]) => Number.isNaN(value) && !rule.startsWith('oom-'))
    .map(([rule]) => rule)
  const missing = figures.outlook.limits.some((each) => each.id === 'memory') ? [] : (['memory-left'] as const)
  const worst = factors[0]?.grade ?? null
  return { grade: worst === 'low' && missing.length > 0 ? null : worst, factors, unknown: [...missing, ...unknown] }
}

/** A limit is judged twice, by how full it is and by when it will be; the worse of the two speaks for it. */
function limitFactor(limit: LimitOutlook): readonly RiskFactor[] {
  const rule = LIMIT_RULES[limit.id]
  if (rule === null) return []
  const full = factor(rule, rule === 'memory-left' ? 100 - limit.percent : limit.percent, limit)
  if (full.grade === limit.grade) return [full]
  return [{ rule: 'time-left', value: limit.secondsLeft, grade: limit.grade, limit }]
}

function factor(rule: RiskRuleId, value: number, limit: LimitOutlook | null): RiskFactor {
  return { rule, value, grade: gradeOf(RISK_RULES[rule], value), limit }
}

/** Worst first; of equal ones that which has come furthest towards the next grade. */
function byGrade(a: RiskFactor, b: RiskFactor): number {
  return GRADES.indexOf(b.grade) - GRADES.indexOf(a.grade) || progress(b) - progress(a)
}

function progress({ rule, value }: RiskFactor): number {
  const { falling, elevated, high, critical } = RISK_RULES[rule]
  const first = elevated ?? high ?? critical ?? Number.NaN
  return falling ? first / Math.max(value, 1e-9) : value / first
}
