import type { Consequence, Limit, LimitId } from '../analysis/overcommit/limits.ts'
import type { Component, ComponentId } from '../analysis/overcommit/reconcile.ts'
import type { Risk, RiskFactor } from '../analysis/overcommit/risk.ts'
import { type Grade, RISK_RULES, type RiskRule, type RiskRuleId } from '../analysis/overcommit/risk-rules.ts'
import type { CgroupChain } from '../collectors/cgroup-limits.ts'
import type { Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { formatAge, formatBytes, formatCount, formatPercent, integerText } from './units.ts'

/** Limits by the names that people look them up by. */
const LIMIT_NAMES: Readonly<Record<LimitId, string>> = {
  memory: 'RAM + swap',
  commit: 'CommitLimit',
  'cgroup-max': 'memory.max',
  'cgroup-limit': 'memory.limit_in_bytes',
  'cgroup-high': 'memory.high',
  'cgroup-swap': 'memory.swap.max',
  'cgroup-memsw': 'memory.memsw.limit',
  'cgroup-kmem': 'memory.kmem.limit',
  'rlimit-as': 'RLIMIT_AS',
  'rlimit-data': 'RLIMIT_DATA',
  'rlimit-stack': 'RLIMIT_STACK',
  'rlimit-memlock': 'RLIMIT_MEMLOCK',
  'max-map-count': 'vm.max_map_count',
  hugetlb: 'hugetlb pool',
}

const CONSEQUENCES: Readonly<Record<Consequence, string>> = {
  'oom-kill': 'OOM kill',
  'cgroup-kill': 'OOM kill in it',
  'group-kill': 'all of it killed',
  wait: 'all of it hangs',
  slow: 'slowed down',
  'no-swap': 'no more swap',
  refused: 'ENOMEM',
  segfault: 'SIGSEGV',
  'no-lock': 'mlock fails',
  'no-huge-page': 'ENOMEM, SIGBUS',
}

const COMPONENTS: Readonly<Record<ComponentId, readonly [one: string, several: string]>> = {
  private: ['private memory of # process', 'private memory of # processes'],
  estimated: [
    'private memory of # process, an estimate without VmFlags',
    'private memory of # processes, estimates without VmFlags',
  ],
  'shared-anonymous': ['shared anonymous memory, # object', 'shared anonymous memory, # objects'],
  sysv: ['System V shared memory, # segment', 'System V shared memory, # segments'],
  memfd: ['# memfd', '# memfds'],
  tmpfs: ['files of # tmpfs', 'files of # tmpfs'],
  ownerless: ['shared memory whose owner cannot be seen', 'shared memory whose owner cannot be seen'],
}

/** A limit by its name; a pool of huge pages with their size. */
export function limitName(limit: Limit): string {
  const name = LIMIT_NAMES[limit.id]
  return limit.id === 'hugetlb' ? `${name} ${formatBytes(Number(limit.where))}` : name
}

/** The cgroup of a limit; empty for all others. */
export function limitPlace(limit: Limit): string {
  return limit.id === 'hugetlb' ? '' : displayText(limit.where)
}

/** Why the cgroup limits of a process are not known. */
export function cgroupReason(why: Extract<CgroupChain, { why: unknown }>['why']): string {
  if (why === 'no-controller') return 'there is no memory controller'
  if (why === 'not-mounted') return 'the memory controller is not mounted where this reader sees it'
  return why === 'outside' ? 'its cgroup lies outside of what is mounted here' : 'its cgroup cannot be read'
}

/** What reaching a limit does. */
export function consequenceText(limit: Limit): string {
  return CONSEQUENCES[limit.effect]
}

/** An amount of what a limit counts. */
export function limitAmount(limit: Limit, amount: number, raw: boolean): string {
  return limit.id === 'max-map-count' ? formatCount(amount) : amountText(amount, raw)
}

/** Bytes for people, or the integer. */
export function amountText(bytes: number, raw: boolean): string {
  return raw && !Number.isNaN(bytes) ? integerText(bytes) : formatBytes(Math.round(bytes))
}

/** A part of Committed_AS in words. */
export function componentText({ id, count, unknown }: Component): string {
  const [one, several] = COMPONENTS[id]
  const rest = unknown === 0 ? '' : unknown === count ? ', size not known' : `, ${formatCount(unknown)} of unknown size`
  return (count === 1 ? one : several).replace('#', formatCount(count)) + rest
}

/** A grade in its colour. */
function gradeText(grade: Grade, palette: Palette): string {
  if (grade === 'low') return grade
  return grade === 'critical' ? palette.strong(palette.warning(grade)) : palette.warning(grade)
}

/** How many figures explain a grade. */
const MOST_FACTORS = 3
const LEAST_FACTORS = 2

/** A grade with the figures that decided it: those that have it, and where that is one only, the next. */
export function riskSentences(risk: Risk, palette: Palette): readonly string[] {
  const { grade, factors, unknown } = risk
  const missing = unknown.length === 0 ? [] : [`not judged, because not known: ${unknown.map(ruleName).join(', ')}`]
  if (grade === null) return ['not known', ...missing]
  const deciding = grade === 'low' ? 0 : factors.filter((factor) => factor.grade === grade).length
  const [first, ...more] = factors.slice(0, Math.min(MOST_FACTORS, Math.max(LEAST_FACTORS, deciding))).map(factorText)
  return [`${gradeText(grade, palette)}: ${first ?? ''}`, ...more, ...missing]
}

function ruleName(rule: RiskRuleId): string {
  const names: Partial<Record<RiskRuleId, string>> = {
    'memory-left': 'the memory that is left',
    promises: 'promises',
    'promises-scarce': 'promises',
    pressure: 'pressure',
  }
  return names[rule] ?? rule
}

/** A figure and where the grade begins that it has; of a harmless one, where that ends. */
function factorText(factor: RiskFactor): string {
  const rule: RiskRule = RISK_RULES[factor.rule]
  const grade = factor.grade === 'low' ? firstGrade(rule) : factor.grade
  const threshold = `${grade} ${rule.falling ? 'below' : 'from'} ${valueText(rule, rule[grade] ?? Number.NaN)}`
  return `${sentence(factor, valueText(rule, factor.value))} (${threshold})`
}

function firstGrade(rule: RiskRule): Exclude<Grade, 'low'> {
  return rule.elevated !== null ? 'elevated' : rule.high !== null ? 'high' : 'critical'
}

function valueText(rule: RiskRule, value: number): string {
  if (rule.unit === 'percent') return formatPercent(value)
  return rule.unit === 'seconds' ? formatAge(value) : formatCount(value)
}

function sentence({ rule, limit }: RiskFactor, value: string): string {
  const name = limit === null ? '' : `${limitName(limit)}${limitPlace(limit) === '' ? '' : ` of ${limitPlace(limit)}`}`
  switch (rule) {
    case 'memory-left':
      return `${value} of RAM and swap is left`
    case 'promises':
      return `promises not used yet are ${value} of what is left`
    case 'promises-scarce':
      return `promises not used yet are ${value} of the little that is left`
    case 'pressure':
      return `all tasks waited for memory ${value} of the last 10 s`
    case 'oom-kills':
      return `${value} killed for lack of memory meanwhile`
    case 'oom-kills-past':
      return `${value} killed for lack of memory since boot`
    case 'oom-kills-cgroup':
      return `${value} killed for lack of memory in its cgroup`
    case 'time-left':
      return `${name} reached in ${value} at this rate`
    default:
      return `${name}: ${value} used`
  }
}
