import type { GroupLimit, RelativeLimit } from '../../model/gate/limit.ts'
import { lackOf } from '../../model/gate/measurable.ts'
import { type GateMetric, usualLimits } from '../../model/gate/metrics.ts'
import type { Placed, Scenario } from '../../model/gate/scenario.ts'

/** What is asked of a scenario, with what it is compared with in mind. */
export interface Asked {
  readonly limits: ReadonlyMap<GateMetric, Placed<RelativeLimit | null>>
  readonly max: ReadonlyMap<GateMetric, Placed<number>>
  readonly groups: ReadonlyMap<string, Placed<GroupLimit>>
  readonly acceptPolled: boolean
  /** Nobody wrote the limits: they are the usual ones. */
  readonly usual: boolean
  /** Whether a key fits the pattern of a group's limit. */
  readonly fitsGroup: (pattern: string) => (key: string) => boolean
}

/**
 * What was asked for; the usual limits where there is something to compare with and no limit was named.
 *
 * A limit that somebody wrote is all the more asked for when there is no baseline: then there is no verdict.
 */
export function askedOf(scenario: Scenario, comparable: boolean, fitsGroup: Asked['fitsGroup']): Asked {
  const { limits, max, groups, acceptPolled } = scenario
  if (limits.size > 0 || !comparable) return { limits, max, groups, acceptPolled, usual: false, fitsGroup }
  const usual = [...usualLimits(scenario.server !== null)]
    .filter(([name]) => lackOf(name, scenario.server) === null)
    .map(([name, value]) => [name, { value, line: null }] as const)
  return { limits: new Map(usual), max, groups, acceptPolled, usual: true, fitsGroup }
}

/** Whether anything at all is to be checked. */
export function asksNothing({ limits, max, groups }: Asked): boolean {
  const compared = [...limits.values()].some(({ value }) => value !== null)
  return !compared && max.size === 0 && groups.size === 0
}
