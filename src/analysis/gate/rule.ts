import type { Spread } from '../../model/fault-figures.ts'
import type { RelativeLimit } from '../../model/gate/limit.ts'
import type { MetricFacts } from '../../model/gate/metrics.ts'
import { mannWhitney, smallestProbability } from '../statistics.ts'

/**
 * The rule, as found by experiment on nine real programs, 60 runs each: more than the limit in the median, more than
 * twice the noise, and chance ruled out. With 10 + 8 runs it was wrong for like and like in no case of 20,000 for the
 * peak of resident memory, and found every growth of 5 %.
 */
const LEAST_PROBABILITY = 0.001
const NOISE_SIGMAS = 2
/** A metric that varies more than this is too unstable for a limit below its noise. */
export const STABLE = 0.04
/** Even of an unstable metric a growth of so many deviations is one. */
const UNSTABLE_SIGMAS = 8
/** With too few runs for the test, runs that do not overlap beyond a wider limit do. */
const FEWEST_RUNS = 3
const FEW_RUNS_SHARE = 0.03
/** Whoever needs less than half may not have done his work. */
const PLAUSIBLE = 0.5

/** What a metric is judged by. */
export interface Case {
  readonly facts: MetricFacts
  readonly limit: RelativeLimit
  readonly before: Spread
  readonly now: Spread
  /** Both sides were measured just now, in few runs: the noise is the greater of both. */
  readonly sameSession: boolean
  /** What the page cache explains of a difference, in the metric's unit. */
  readonly pageCache: PageCacheShare
}

/** By how much a metric may have gone up or down because files came into the page cache in another way. */
export interface PageCacheShare {
  readonly up: number
  readonly down: number
}

export const NO_PAGE_CACHE: PageCacheShare = { up: 0, down: 0 }

/** What follows from a comparison. */
export interface Judgement {
  readonly verdict: 'passed' | 'failed' | 'improved' | 'implausible' | 'unstable' | 'unproven'
  readonly delta: number
  readonly threshold: number
  readonly bound: 'limit' | 'noise' | 'page-cache'
  /** `null` where the runs do not exceed the threshold, so that nothing was to be tested. */
  readonly p: number | null
}

/** Judges a metric with all the runs that there will be. */
export function judge(given: Case): Judgement {
  const { before, now, facts } = given
  const delta = now.median - before.median
  const { threshold, bound } = thresholdOf(given)
  const found = (verdict: Judgement['verdict'], p: number | null = null): Judgement => ({
    verdict,
    delta,
    threshold,
    bound,
    p,
  })
  if (delta > threshold) {
    const p = mannWhitney(before.values, now.values)
    if (isUnstable(given)) {
      return found(delta > UNSTABLE_SIGMAS * sigmaOf(given) && p < LEAST_PROBABILITY ? 'failed' : 'unstable', p)
    }
    return found(growthVerdict(given, p), p)
  }
  if (isUnstable(given)) return found('unstable')
  if (-delta <= exceededBy(given, given.pageCache.down).threshold || now.max >= before.min) return found('passed')
  const vanished = facts.judged !== 'growth' && now.median < PLAUSIBLE * before.median
  return found(vanished ? 'implausible' : 'improved')
}

/** Whether runs made so far leave room for doubt, so that more of them are worth their time. */
export function isSuspicious(given: Case): boolean {
  const { before, now, facts } = given
  const delta = now.median - before.median
  const { threshold } = thresholdOf(given)
  if (isUnstable(given)) return delta > (UNSTABLE_SIGMAS / 2) * sigmaOf(given)
  if (delta <= threshold / 2) return false
  const decided = facts.judged === 'exact' && delta > threshold && areApart(before, now)
  return !decided
}

/** What a growth must exceed: the limit, or the noise with what the page cache explains, where that is more. */
export function thresholdOf(given: Case): Pick<Judgement, 'threshold' | 'bound'> {
  return exceededBy(given, given.pageCache.up)
}

function exceededBy(given: Case, explained: number): Pick<Judgement, 'threshold' | 'bound'> {
  const allowed = allowedOf(given)
  const threshold = NOISE_SIGMAS * sigmaOf(given) + explained
  if (threshold <= allowed) return { threshold: allowed, bound: 'limit' }
  return { threshold, bound: explained > 0 ? 'page-cache' : 'noise' }
}

/** Whether a metric varies so much that its limit is lost in it. */
export function isUnstable(given: Case): boolean {
  const { before, facts } = given
  const sigma = sigmaOf(given)
  // What varies by less than the floor varies by nothing.
  const varies =
    facts.judged === 'growth'
      ? sigma > NOISE_SIGMAS * allowedOf(given)
      : sigma > STABLE * Math.abs(before.median) && sigma > facts.floor
  return varies && NOISE_SIGMAS * sigma > allowedOf(given)
}

/** Whether the runs of two spreads do not overlap. */
export function areApart(before: Spread, now: Spread): boolean {
  return before.max < now.min || now.max < before.min
}

function growthVerdict(given: Case, p: number): Judgement['verdict'] {
  const { before, now, facts } = given
  const enough = Math.min(before.n, now.n) >= FEWEST_RUNS
  const apart = areApart(before, now)
  if (facts.judged === 'exact' && enough && apart) return 'failed'
  if (p < LEAST_PROBABILITY) return 'failed'
  // With runs enough to tell, those that overlap so much are alike.
  if (smallestProbability(before.n, now.n) < LEAST_PROBABILITY) return 'passed'
  const large = now.median - before.median > FEW_RUNS_SHARE * Math.abs(before.median)
  return enough && apart && large ? 'failed' : 'unproven'
}

function allowedOf({ limit, before }: Case): number {
  return Math.max((limit.share ?? 0) * Math.abs(before.median), limit.amount ?? 0)
}

function sigmaOf({ before, now, sameSession }: Case): number {
  return sameSession ? Math.max(before.sigma, now.sigma) : before.sigma
}
