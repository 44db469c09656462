import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { MemoryPlaces, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes, formatPercent } from '../units.ts'
import { IN_GROUPS, momentText, seenText } from './growth.ts'
import { shown } from './text.ts'

/** A group of mappings, in the cells of a table. */
export interface PlaceCells {
  readonly size: string
  readonly share: string
  readonly key: string
  readonly remark: string
}

/** Where the memory is. */
export interface PlaceTable {
  readonly title: string
  readonly rows: readonly PlaceCells[]
  /** What is to be said of the rest. */
  readonly rest: string
}

const MOST_ROWS = 8

/**
 * Where the memory of a broken budget is. `null` when none is broken of what groups of mappings are made of, or when a
 * table of growths answers already, or no mappings could be read.
 */
export function brokenBudgetPlaces({ verdict, metrics, growth, places }: ScenarioResult): PlaceTable | null {
  const broken = metrics.some(
    ({ metric, budget }) =>
      budget?.verdict === 'failed' && IN_GROUPS.includes(metric) && GATE_METRICS[metric].judged !== 'growth',
  )
  // What a server gained under its load says nothing of what it had before.
  const grown = growth === null || growth.moment === 'under-load' ? [] : growth.rows
  const told = grown.some(({ change }) => change === 'grew' || change === 'new')
  if (verdict !== 'failed' || !broken || told || places === null) return null
  const seen = places.moment === 'peak' ? seenText(places.resident, metrics) : null
  const of = places.processes > 1 ? `of all ${places.processes} processes ` : ''
  return { title: `Where the memory ${of}is${momentText(places)}`, ...placeCells(places, seen) }
}

function placeCells({ rows, resident }: MemoryPlaces, seen: string | null): Pick<PlaceTable, 'rows' | 'rest'> {
  const held = rows.filter((row) => row.resident > 0)
  const left = held.slice(MOST_ROWS)
  const rest = left.reduce((sum, row) => sum + row.resident, 0)
  return {
    rows: held.slice(0, MOST_ROWS).map(({ key, resident: size, anon, mappings }) => ({
      size: formatBytes(size),
      share: formatPercent((100 * size) / resident),
      key: shown(key),
      remark: [
        counted(Math.round(mappings), 'mapping'),
        ...(anon > 0 && anon < size && !key.startsWith('[') ? [`${formatBytes(anon)} of it anon`] : []),
      ].join(', '),
    })),
    rest: [
      ...(left.length > 0 ? [`${counted(left.length, 'smaller group')} ${formatBytes(rest)}`] : []),
      `together ${formatBytes(resident)}`,
      ...(seen === null ? [] : [seen]),
    ].join(' · '),
  }
}
