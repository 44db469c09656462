import { formatCount } from './units.ts'

/** PIDs named at most; nobody reads on, and the JSON has all. */
const NAMED = 8

/** Names processes: `PID 12, 13`, of many the first ones and how many more. */
export function pidsText(pids: readonly number[]): string {
  const named = pids.length > NAMED + 1 ? pids.slice(0, NAMED) : pids
  const more = pids.length - named.length
  return `PID ${named.join(', ')}${more === 0 ? '' : ` and ${formatCount(more)} more`}`
}
