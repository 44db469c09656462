/** How much is to be feared, least first. */
export const GRADES = ['low', 'elevated', 'high', 'critical'] as const
export type Grade = (typeof GRADES)[number]

/** Whether one grade is worse than another. */
export function worseThan(one: Grade, other: Grade): boolean {
  return GRADES.indexOf(one) > GRADES.indexOf(other)
}

/** From which value on a figure means which grade; `null` where it never means it alone. */
export interface RiskRule {
  /** What is measured, in words. */
  readonly meaning: string
  readonly unit: 'percent' | 'count' | 'seconds'
  /** Bad when small: the grade begins below its threshold, else at it. */
  readonly falling: boolean
  readonly elevated: number | null
  readonly high: number | null
  readonly critical: number | null
}

const MINUTE = 60

/**
 * The rule that grades are given by: the worst of these, each figure judged alone, save for `promises-scarce`.
 *
 * Documented in docs/overcommit.md, from this table.
 */
export const RISK_RULES = {
  'memory-left': {
    meaning: 'RAM available and swap free, of all RAM and swap',
    unit: 'percent',
    falling: true,
    elevated: 20,
    high: 10,
    critical: 5,
  },
  promises: {
    meaning:
      'promised and not yet used, of what is left (to a process: also in its cgroups); without stacks of threads and copies of file pages',
    unit: 'percent',
    falling: false,
    elevated: 50,
    high: 100,
    critical: null,
  },
  'promises-scarce': {
    meaning: 'the same, where less than 20 % of RAM and swap is left',
    unit: 'percent',
    falling: false,
    elevated: 50,
    high: 75,
    critical: 100,
  },
  pressure: {
    meaning: 'time in which everything waited for memory, in the last 10 s (PSI full avg10)',
    unit: 'percent',
    falling: false,
    elevated: 1,
    high: 5,
    critical: 20,
  },
  'oom-kills': {
    meaning:
      'processes killed for lack of memory while watched (--interval), without those in other cgroups that have a limit',
    unit: 'count',
    falling: false,
    elevated: null,
    high: null,
    critical: 1,
  },
  'oom-kills-past': {
    meaning:
      'processes killed for lack of memory on a host that is up for less than a day, without those in cgroups that have a limit',
    unit: 'count',
    falling: false,
    elevated: 1,
    high: null,
    critical: null,
  },
  'oom-kills-cgroup': {
    meaning: 'processes killed for lack of memory in the cgroup of the process, whenever that was',
    unit: 'count',
    falling: false,
    elevated: 1,
    high: null,
    critical: null,
  },
  'limit-fatal': {
    meaning: 'used of a limit at which memory is refused or a process killed',
    unit: 'percent',
    falling: false,
    elevated: 80,
    high: 90,
    critical: 97,
  },
  'limit-slows': {
    meaning: 'used of a limit at which a process is slowed down (memory.high)',
    unit: 'percent',
    falling: false,
    elevated: 90,
    high: 100,
    critical: null,
  },
  'limit-mild': {
    meaning: 'used of a limit that programs may well be meant to reach (memory.swap.max, RLIMIT_MEMLOCK)',
    unit: 'percent',
    falling: false,
    elevated: 100,
    high: null,
    critical: null,
  },
  'time-left': {
    meaning:
      'time until such a limit, or RAM and swap, is used up at the rate seen (--interval), if that is 0.1 % of it',
    unit: 'seconds',
    falling: true,
    elevated: 60 * MINUTE,
    high: 10 * MINUTE,
    critical: MINUTE,
  },
} as const satisfies Readonly<Record<string, RiskRule>>

export type RiskRuleId = keyof typeof RISK_RULES

/** The grade that a figure has by a rule; a figure that is not known has none, which is told elsewhere. */
export function gradeOf(rule: RiskRule, value: number): Grade {
  const reaches = (threshold: number | null): boolean =>
    threshold !== null && (rule.falling ? value < threshold : value >= threshold)
  if (reaches(rule.critical)) return 'critical'
  if (reaches(rule.high)) return 'high'
  return reaches(rule.elevated) ? 'elevated' : 'low'
}
