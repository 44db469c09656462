import type { GateMetric } from '../../model/gate/metrics.ts'
import type { Growth, GrowthRow, MemoryPlaces, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes } from '../units.ts'
import { formatByteChange, formatRelative, shown } from './text.ts'

/** A group that changed, in the cells of a table. */
export interface GrowthCells {
  readonly change: string
  readonly key: string
  readonly sizes: string
  readonly remark: string
}

const MOST_ROWS = 8

/** The groups that changed, the largest growth first, and what is to be said of the rest. */
export function growthCells(growth: Growth): { readonly rows: readonly GrowthCells[]; readonly rest: string } {
  const moved = growth.rows.filter(({ change, delta }) => change !== 'within-noise' && delta !== 0)
  moved.sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta))
  const shownRows = moved.slice(0, MOST_ROWS).sort((one, other) => other.delta - one.delta)
  const left = moved.slice(MOST_ROWS)
  const others = growth.rows.length - moved.length
  const rest = [
    ...(left.length > 0 ? [`${counted(left.length, 'smaller change')} ${formatByteChange(sumOf(left))}`] : []),
    ...(others > 0 ? [`${counted(others, 'group')} unchanged or within noise`] : []),
    `together ${formatByteChange(growth.total.delta)}`,
  ]
  return { rows: shownRows.map((row) => cellsOf(row, growth.moment)), rest: rest.join(' · ') }
}

/** Why a failure has no table of growths; `null` when it has one, or when nothing grew but beyond a budget. */
export function noGrowthText(result: ScenarioResult): string | null {
  const { growth, verdict, metrics } = result
  const deltas = metrics
    .filter(({ metric, verdict: one }) => one === 'failed' && IN_GROUPS.includes(metric))
    .map(({ delta }) => delta ?? 0)
  const grown = Math.max(0, ...deltas)
  if (verdict !== 'failed' || grown === 0 || result.reference === null) return null
  if (growth === null) return 'where it grew is not known: in a run no mappings could be read before its end'
  const growing = growth.rows.filter(({ delta }) => delta > 0)
  const beyondNoise = growing.filter(({ change }) => change === 'grew' || change === 'new')
  // A page or two of a file are not where megabytes went.
  if (sumOf(beyondNoise) >= EXPLAINS * grown) return null
  const unseen = unseenText(growth, metrics)
  if (unseen !== null) return `where it grew is not known: ${unseen}`
  const [largest] = growing
  const most =
    largest === undefined
      ? ''
      : `; most, ${shown(largest.key)} by ${formatByteChange(largest.delta)}, which ${rangeText(largest)}`
  if (beyondNoise.length === 0) return `no group of mappings grew by more than it varied before${most}`
  return `groups that grew by more than they varied before make ${formatBytes(sumOf(beyondNoise))} of it${most}`
}

/** That a growth of the peak is in none of the moments that were looked at, and why; `null` when it is in them. */
function unseenText(growth: Growth, metrics: ScenarioResult['metrics']): string | null {
  if (growth.moment !== 'peak') return null
  const { total } = growth
  const peak = metrics.find(({ metric }) => metric === 'peak-rss')
  const delta = peak?.verdict === 'failed' ? (peak.delta ?? 0) : 0
  // The sum of several processes may be above the peak of the largest, and hide in one what is gone in another.
  const unseen = Math.min(delta - total.delta, (peak?.now?.median ?? 0) - total.now)
  if (delta > 0 && unseen > (1 - EXPLAINS) * delta) {
    const seen = `${formatBytes(Math.round(total.before))} → ${formatBytes(Math.round(total.now))}`
    return `the growth is in no moment at which the mappings were looked at (${seen}); it lasts for less than ${GAP}`
  }
  return seenText(growth.total.now, metrics)
}

/** How much of the peak was not looked at; `null` when that is next to nothing. */
export function seenText(resident: number, metrics: ScenarioResult['metrics']): string | null {
  const peak = metrics.find(({ metric }) => metric === 'peak-rss')?.now?.median ?? 0
  if (resident >= SEEN * peak) return null
  const seen = `${formatBytes(Math.round(resident))} of ${formatBytes(Math.round(peak))}`
  return `its mappings were seen with ${seen} at most; the peak lasts for less than ${GAP}`
}

/** Looks are 10 ms apart, or as much longer as keeps them cheap. */
const GAP = 'the time between two looks'
/** Groups that grew by less than this part of a growth are not where it is. */
const EXPLAINS = 0.2
/** A snapshot with less of the peak than this shows something else than the peak. */
const SEEN = 0.95

/** What groups of mappings are made of. */
export const IN_GROUPS: readonly GateMetric[] = [
  'peak-rss',
  'anon',
  'after.anon',
  'growth.anon',
  'warm.anon',
  'ready.anon',
]

/** What the table of growths is called: where memory is not what failed, it only grew besides. */
export function growthTitle({ metrics, groups }: ScenarioResult, growth: Growth): string {
  const failed = metrics.some(({ metric, verdict }) => verdict === 'failed' && IN_GROUPS.includes(metric))
  const isIt = failed || groups.some(({ verdict }) => verdict === 'failed')
  return `${isIt ? 'Where the growth is' : 'Where memory grew besides'}${momentText(growth)}`
}

/** When the mappings were looked at. */
export function momentText({ at, moment }: Pick<Growth | MemoryPlaces, 'at' | 'moment'>): string {
  if (moment === 'most-anon') return ` (when there was most of it${at === null ? '' : `, after ${secondsText(at)}`})`
  if (moment === 'after-load') return ' (after the load)'
  if (moment === 'under-load') return ' (from warm to after the load)'
  return at === null ? ' (at the peak)' : ` (at the peak, after ${secondsText(at)})`
}

function secondsText(at: number): string {
  return `${at < 10 ? at.toFixed(2) : at.toFixed(0)} s`
}

function cellsOf(row: GrowthRow, moment: Growth['moment']): GrowthCells {
  const { key, before, now, delta, change } = row
  return {
    change: formatByteChange(delta),
    key: shown(key),
    sizes: `${formatBytes(before)} → ${formatBytes(now)}`,
    remark: change === 'new' || change === 'gone' ? `${change}${anonRemark(row)}` : grownRemark(row, moment),
  }
}

function grownRemark(row: GrowthRow, moment: Growth['moment']): string {
  const relative = row.before === 0 ? [] : [formatRelative(row.delta / row.before)]
  // Within a run nothing is earlier: how it differs between runs when warm is no noise of what grew since.
  const range = moment === 'under-load' ? [] : [rangeText(row)]
  return `${[...relative, ...range].join(', ')}${anonRemark(row)}`
}

function rangeText({ range }: GrowthRow): string {
  return range === 0 ? 'always the same before' : `varied by ${formatBytes(range)} before`
}

/** Pages of a file that are its own: what a library costs besides its text. */
function anonRemark({ now, anon, key }: GrowthRow): string {
  const partly = anon.now > 0 && anon.now < now && !key.startsWith('[')
  return partly ? `, ${formatBytes(anon.now)} of it anon` : ''
}

function sumOf(rows: readonly GrowthRow[]): number {
  return rows.reduce((sum, { delta }) => sum + delta, 0)
}
