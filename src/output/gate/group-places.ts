import type { GrowthRow, MemoryRow, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes, formatCount } from '../units.ts'
import { growthCells, momentText } from './growth.ts'
import { largestFirst, type PlaceTable } from './place-table.ts'
import { shown } from './text.ts'

/**
 * What groups of mappings a broken limit is about, which may be a pattern. `null` when none is broken, or when the table
 * of growths names all of them.
 */
export function groupMembers({ groups, growth, places }: ScenarioResult): PlaceTable | null {
  const keys = new Set(groups.filter(({ verdict }) => verdict === 'failed').flatMap((group) => group.keys))
  const told = new Set(growth === null ? [] : growthCells(growth).rows.map(({ key }) => key))
  if (places === null || keys.size === 0 || [...keys].every((key) => told.has(shown(key)))) return null
  const members = places.rows.filter(({ key }) => keys.has(key))
  // What may not be mapped at all need not be resident.
  const { most, left } = largestFirst(members, ({ resident }) => resident + 1)
  const sum = (rows: readonly MemoryRow[]): number => rows.reduce((total, { resident }) => total + resident, 0)
  const before = new Map(growth?.rows.map((row) => [row.key, row]))
  return {
    title: `What the groups over their limit are made of${momentText(places)}`,
    heads: ['size', 'group', 'mappings'],
    figures: 1,
    rows: most.map((row) => [formatBytes(Math.round(row.resident)), shown(row.key), remark(row, before.get(row.key))]),
    rest: [
      ...(left.length > 0 ? [`${counted(left.length, 'smaller group')} ${formatBytes(sum(left))}`] : []),
      `together ${formatBytes(sum(members))}`,
    ].join(' · '),
  }
}

function remark({ resident, anon, mappings, key }: MemoryRow, growth: GrowthRow | undefined): string {
  const was =
    growth === undefined
      ? []
      : growth.mappings.before === 0
        ? ['not there before']
        : [`before ${formatBytes(Math.round(growth.before))} in ${formatCount(growth.mappings.before)}`]
  const partly = anon > 0 && anon < resident && !key.startsWith('[')
  return [
    counted(Math.round(mappings), 'mapping'),
    ...(partly ? [`${formatBytes(Math.round(anon))} of it anon`] : []),
    ...was,
  ].join(', ')
}
