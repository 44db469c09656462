import type { ProcessFacts } from '../../collectors/process-facts.ts'
import { type RecordField, sortRecords } from '../records.ts'
import type { PsField } from './field.ts'
import { PS_FIELDS, psField } from './fields.ts'
import { weightOf } from './sums.ts'

/** What processes can be grouped by. */
export const PS_GROUPINGS = ['name', 'user', 'cgroup', 'container'] as const
export type PsGrouping = (typeof PS_GROUPINGS)[number]

/** Processes that share a key. */
export interface PsGroup {
  /** A binary string; `NaN` for processes whose key is unknown. */
  readonly key: string | number
  readonly rows: readonly ProcessFacts[]
}

/** A column of groups: what a group itself has, or a figure of its processes added up. */
export type GroupColumn = PsField | RecordField<PsGroup>

/** The figures that can be added up. */
export const SUMMED_FIELDS: readonly PsField[] = PS_FIELDS.filter((field) => field.sum !== 'none')

/** How many processes a group has. */
export const PROCESSES: RecordField<PsGroup> = {
  name: 'processes',
  meaning: 'how many',
  unit: 'count',
  value: (group) => group.rows.length,
}

/** The key of a group, named as it was asked for. */
export function keyColumn(grouping: PsGrouping): RecordField<PsGroup> {
  return { name: grouping, meaning: psField(grouping).meaning, unit: 'text', value: (group) => group.key }
}

/** Whether a column is one of processes, whose values are added up. */
export function isPsField(column: GroupColumn): column is PsField {
  return 'sum' in column
}

/** Puts processes into groups, in no order. */
export function groupProcesses(rows: readonly ProcessFacts[], grouping: PsGrouping): readonly PsGroup[] {
  const { value } = psField(grouping)
  const groups = new Map<string | number, ProcessFacts[]>()
  for (const row of rows) {
    const key = value(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups].map(([key, members]) => ({ key, rows: members }))
}

/** Sorts groups. One whose figure is not fully known stands where it would be with what that is at most. */
export function sortGroups(groups: readonly PsGroup[], by: GroupColumn, reverse: boolean): readonly PsGroup[] {
  if (!isPsField(by)) return sortRecords(groups, { by, reverse })
  const value = (group: PsGroup): number => weightOf(by, group.rows)
  return sortRecords(groups, { by: { name: by.name, meaning: by.meaning, unit: by.unit, value }, reverse })
}
