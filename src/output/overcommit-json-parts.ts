import type { Outlook } from '../analysis/overcommit/outlook.ts'
import type { Risk } from '../analysis/overcommit/risk.ts'
import type { WhatIf } from '../analysis/overcommit/what-if.ts'
import { jsonName } from './json.ts'
import { limitName } from './overcommit-words.ts'

/** Why rates and times are not known. */
export const NO_INTERVAL = 'needs --interval'

/** A grade with its factors. */
export function riskJson(risk: Risk): object {
  return {
    grade: risk.grade,
    factors: risk.factors.map(({ rule, value, grade, limit }) => ({
      rule,
      value: Number.isFinite(value) ? value : null,
      grade,
      limit: limit === null ? null : { id: limit.id, where: jsonName(limit.where) },
    })),
    unknown: risk.unknown,
  }
}

/** The limits: those that are set, those that are not, those that are not known. */
export function outlookBody(outlook: Outlook): object {
  const brief = (limit: Outlook['unknown'][number]): object => ({ id: limit.id, where: jsonName(limit.where) })
  return {
    limits: outlook.limits.map((limit) => ({
      id: limit.id,
      name: limitName(limit),
      where: jsonName(limit.where),
      unit: limit.id === 'max-map-count' ? 'mappings' : 'bytes',
      used: Math.round(limit.used),
      limit: Math.round(limit.limit),
      left: Math.round(limit.left),
      percent: limit.percent,
      rate: limit.rate,
      secondsLeft: Number.isFinite(limit.secondsLeft) ? limit.secondsLeft : null,
      effect: limit.effect,
      grade: limit.grade,
    })),
    unlimited: outlook.unlimited.map(brief),
    unknownLimits: outlook.unknown.map(brief),
  }
}

/** What another mode would mean; `null` when it was not asked. */
export function whatIfJson(answer: WhatIf | null): object | null {
  if (answer === null) return null
  if (answer.mode === 0) return { ...answer, requestsRefused: answer.requestsRefused.map(named) }
  return answer.mode === 2 ? { ...answer, forksRefused: answer.forksRefused.map(named) } : answer
}

function named({ pid, comm, bytes }: { readonly pid: number; readonly comm: string; readonly bytes: number }): object {
  return { pid, comm: jsonName(comm), bytes: Math.round(bytes) }
}
