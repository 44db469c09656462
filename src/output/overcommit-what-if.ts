import type { Affected, WhatIf } from '../analysis/overcommit/what-if.ts'
import { amountText } from './overcommit-words.ts'
import { displayText } from './sanitise.ts'
import { formatCount } from './units.ts'

/** Processes named; of more the number is given. */
const NAMED = 3

/** What another mode would mean. */
export function whatIfSentences(
  answer: WhatIf,
  now: number | null,
  { bytes }: { readonly bytes: boolean },
): readonly string[] {
  const of = (amount: number): string => amountText(amount, bytes)
  const same = answer.mode === now ? ['the mode that is set'] : []
  if (answer.mode !== 1 && Number.isNaN(answer.mode === 0 ? answer.largestRequest : answer.headroom)) {
    return [...same, 'not known: /proc/meminfo does not tell enough']
  }
  if (answer.mode === 1) return [...same, 'no request would be refused; only the OOM killer would set a limit']
  if (answer.mode === 0) {
    const { largestRequest, requestsRefused } = answer
    const refused = `would not get a single mapping of theirs again: ${named(requestsRefused, bytes)}`
    return [
      ...same,
      `a single request above ${of(largestRequest)} would be refused`,
      requestsRefused.length === 0 ? 'no process seen holds so large a mapping' : refused,
    ]
  }
  const { limit, committed, headroom, noReserve, afterRestart, forksRefused, ratioNeeded } = answer
  const over = headroom <= 0
  return [
    ...same,
    over
      ? `every request would fail: ${of(committed)} are promised, ${of(-headroom)} more than the limit of ${of(limit)}`
      : `${of(headroom)} could still be promised of ${of(limit)}, less up to the user reserve for each process`,
    ...(noReserve > 0
      ? [
          `MAP_NORESERVE has no effect then: started anew, what was seen would add ${of(noReserve)}, in all ${of(afterRestart)}`,
        ]
      : []),
    forksRefused.length === 0
      ? 'every process seen could still fork'
      : `could not fork, since a child is charged as much again: ${named(forksRefused, bytes)}`,
    ...(afterRestart >= limit && !Number.isNaN(ratioNeeded)
      ? [`it would fit with vm.overcommit_ratio of at least ${formatCount(ratioNeeded)}, or with more swap`]
      : []),
  ]
}

function named(processes: readonly Affected[], raw: boolean): string {
  const names = processes
    .slice(0, NAMED)
    .map((each) => `${displayText(each.comm)} ${each.pid} (${amountText(each.bytes, raw)})`)
  const more = processes.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '')
}
