import type { GateMetric } from '../../model/gate/metrics.ts'
import type { Growth, MemoryPlaces, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes, formatCount, formatPercent } from '../units.ts'
import { momentText } from './growth.ts'
import { largestFirst, type PlaceTable } from './place-table.ts'
import { shown } from './text.ts'

const COUNTS: readonly GateMetric[] = ['mappings', 'after.mappings', 'growth.mappings']
/** A moment with less of the mappings than this was another one than that of their count. */
const SEEN = 0.95

/**
 * Which groups have the mappings that are too many: those that became more, or where none did or a budget alone is
 * broken, those with most of them. `null` when mappings are not what failed, or could not be read.
 */
export function mappingPlaces(result: ScenarioResult): PlaceTable | null {
  const failed = result.metrics.filter(({ metric, verdict }) => verdict === 'failed' && COUNTS.includes(metric))
  const { growth, places } = result
  if (failed.length === 0) return null
  const counts = failed.map(({ metric, now }) => (metric === 'growth.mappings' ? 0 : (now?.median ?? 0)))
  const most = Math.max(...counts)
  return (growth === null ? null : grown(growth, places)) ?? (places === null ? null : all(places, most))
}

function grown(growth: Growth, places: MemoryPlaces | null): PlaceTable | null {
  const { most, left } = largestFirst(growth.rows, ({ mappings }) => mappings.now - mappings.before)
  if (most.length === 0) return null
  const sum = (rows: Growth['rows']): number =>
    rows.reduce((total, { mappings }) => total + mappings.now - mappings.before, 0)
  const fewer = growth.rows.filter(({ mappings }) => mappings.now < mappings.before)
  return {
    title: `Which mappings became more${ofAll(places)}${momentText(growth)}`,
    heads: ['change', 'mappings', 'number', 'size'],
    figures: 1,
    rows: most.map(({ key, mappings, before, now }) => [
      `+${formatCount(mappings.now - mappings.before)}`,
      shown(key),
      `${formatCount(mappings.before)} → ${formatCount(mappings.now)}`,
      `${formatBytes(Math.round(before))} → ${formatBytes(Math.round(now))}`,
    ]),
    rest: [
      ...(left.length > 0 ? [`${counted(left.length, 'smaller group')} +${formatCount(sum(left))}`] : []),
      ...(fewer.length > 0 ? [`${counted(fewer.length, 'group')} became fewer by ${formatCount(-sum(fewer))}`] : []),
      `together ${signed(sum(growth.rows))}`,
    ].join(' · '),
  }
}

function all(places: MemoryPlaces, counts: number): PlaceTable {
  const { most, left } = largestFirst(places.rows, ({ mappings }) => mappings)
  const sum = (rows: MemoryPlaces['rows']): number => rows.reduce((total, { mappings }) => total + mappings, 0)
  const total = sum(places.rows)
  return {
    title: `Where the mappings${ofAll(places)} are${momentText(places)}`,
    heads: ['number', 'share', 'mappings', 'resident'],
    figures: 2,
    rows: most.map(({ key, mappings, resident }) => [
      formatCount(mappings),
      formatPercent((100 * mappings) / total),
      shown(key),
      `${formatBytes(Math.round(resident))} resident`,
    ]),
    rest: [
      ...(left.length > 0 ? [`${counted(left.length, 'smaller group')} ${formatCount(sum(left))}`] : []),
      `together ${formatCount(total)}`,
      ...(total < SEEN * counts
        ? [`${formatCount(counts)} were counted at the end of a process, which no table was made of`]
        : []),
    ].join(' · '),
  }
}

/** The count is that of one process, the table that of all: nobody shall add up the one with the other. */
function ofAll(places: MemoryPlaces | null): string {
  return places !== null && places.processes > 1 ? ` of all ${places.processes} processes` : ''
}

function signed(count: number): string {
  return `${count < 0 ? '−' : '+'}${formatCount(Math.abs(count))}`
}
