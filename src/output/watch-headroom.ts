import type { Headroom, HeadroomView } from '../analysis/watch/headroom.ts'
import { consequenceText, limitAmount, limitName, limitPlace } from './overcommit-words.ts'
import { formatAge, formatPercent } from './units.ts'
import { bytesRate, sureText } from './watch-figures.ts'

const YEAR = 365 * 86_400

/** The limit that is nearest and when it is reached, in a line. */
export function headroomText(view: HeadroomView | null): string {
  const [nearest] = view?.limits ?? []
  if (nearest === undefined) return `limits: ${view === null ? 'not read yet, or not known' : 'none is set'}`
  return `nearest limit: ${limitText(nearest)}`
}

/** All limits that are set, a line each, nearest first. */
export function headroomLines(view: HeadroomView | null): readonly string[] {
  if (view === null) return ['limits: not read yet, or not known']
  const rest = [
    ...(view.unlimited > 0 ? [`${view.unlimited} not set`] : []),
    ...(view.unknown > 0 ? [`${view.unknown} not known`] : []),
  ]
  return [...view.limits.map(limitText), ...(rest.length > 0 ? [`besides: ${rest.join(', ')}`] : [])]
}

function limitText(limit: Headroom): string {
  const place = limitPlace(limit)
  const amounts = `${limitAmount(limit, limit.used, false)} of ${limitAmount(limit, limit.limit, false)}`
  const name = place === '' ? limitName(limit) : `${limitName(limit)} of ${place}`
  return `${name} ${amounts} (${formatPercent(limit.percent)}, then ${consequenceText(limit)}), ${timeText(limit)}`
}

/** When a limit is reached, with how surely; or why it is not. */
function timeText({ id, secondsLeft, growth }: Headroom): string {
  if (Number.isNaN(secondsLeft)) return 'too early to tell when'
  if (growth.shape === 'sawtooth') return 'rising and falling back'
  if (secondsLeft === Number.POSITIVE_INFINITY) return 'coming no nearer'
  const rate = id === 'max-map-count' ? `+${growth.bytesPerSecond.toFixed(1)}/s` : bytesRate(growth.bytesPerSecond)
  const left = secondsLeft > YEAR ? 'more than a year' : formatAge(secondsLeft)
  const slowing = growth.shape === 'warming-up' ? ' and slowing' : ''
  return `${left} left at ${rate}${slowing} (${sureText(growth)})`
}
