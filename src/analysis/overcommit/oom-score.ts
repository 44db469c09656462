import type { ProcStatus } from '../../parsers/status.ts'

/** How `/proc/PID/oom_score` comes from a process's points; fs/proc/base.c proc_oom_score. */
export type OomFormula =
  /** Linux 5.9 and later: (1000 + ‰) × 2 ÷ 3, so that an idle process has 666. */
  | 'scaled'
  /** Before: ‰ of RAM and swap, at least 0. */
  | 'plain'

/** What is known of a process before its score is explained. */
export interface OomFacts {
  /** The kernel's own figure; `null` when it could not be read. */
  readonly score: number | null
  readonly adjustment: number | null
  readonly status: ProcStatus | null
  /** RAM and swap in bytes. */
  readonly total: number
  readonly pageSize: number
  /** What this kernel's version uses. */
  readonly formula: OomFormula
  /** Up to Linux 4.16 a process with CAP_SYS_ADMIN had 3 % of its points taken off. */
  readonly adminBonus: boolean
}

/** Why a process has its score; bytes, `NaN` is unknown. */
export interface OomScore {
  readonly score: number | null
  readonly adjustment: number | null
  readonly rss: number
  readonly swap: number
  readonly pageTables: number
  /** Thousandths of RAM and swap that these three are, as the kernel rounds; without the adjustment. */
  readonly share: number
  /** The formula that fits the kernel's figure. */
  readonly formula: OomFormula
  /** The figure by the formula; the kernel's own lags behind by a few pages a CPU. */
  readonly computed: number
  /** oom_score_adj −1000: never killed. */
  readonly exempt: boolean
}

const EXEMPT = -1000
/** How far the kernel's figure may lag behind ours. */
const TOLERANCE = 2

/** Explains a score: mm/oom_kill.c oom_badness. Vendors backport the newer formula, so the figure itself decides. */
export function explainOomScore(facts: OomFacts): OomScore {
  const { status, score, adjustment } = facts
  const rss = status?.vmRss ?? Number.NaN
  const swap = status?.vmSwap ?? Number.NaN
  const pageTables = (status?.vmPte ?? Number.NaN) + (status?.vmPmd ?? 0)
  const pages = Math.floor((rss + swap + pageTables) / facts.pageSize)
  const total = Math.floor(facts.total / facts.pageSize)
  const bonus = facts.adminBonus ? Math.trunc((pages * 3) / 100) : 0
  const badness = pages - bonus + (adjustment ?? 0) * Math.trunc(total / 1000)
  const exempt = adjustment === EXEMPT
  const other = facts.formula === 'scaled' ? 'plain' : 'scaled'
  const computed = exempt ? 0 : scoreOf(badness, total, facts.formula)
  const fits = (value: number): boolean => score !== null && Math.abs(value - score) <= TOLERANCE
  const backported = !exempt && !fits(computed) && fits(scoreOf(badness, total, other))
  return {
    score,
    adjustment,
    rss,
    swap,
    pageTables,
    share: Math.trunc(((pages - bonus) * 1000) / total),
    formula: backported ? other : facts.formula,
    computed: backported ? scoreOf(badness, total, other) : computed,
    exempt,
  }
}

/** All divisions are the kernel's, which cut. */
function scoreOf(badness: number, total: number, formula: OomFormula): number {
  if (formula === 'plain') return Math.trunc((Math.max(1, badness) * 1000) / total)
  return Math.max(0, Math.trunc(((1000 + Math.trunc((badness * 1000) / total)) * 2) / 3))
}

/** A process among those that the OOM killer chooses from. */
export interface OomCandidate {
  readonly pid: number
  readonly score: number
}

/** Where a process stands among all, 1 being the first to be killed; equal scores share a rank. */
export function oomRank(score: number, all: readonly OomCandidate[]): number {
  return 1 + all.filter((each) => each.score > score).length
}
