import type { PsField } from '../analysis/ps/field.ts'
import { PS_FIELDS, psField } from '../analysis/ps/fields.ts'
import {
  type GroupColumn,
  isPsField,
  keyColumn,
  PROCESSES,
  type PsGrouping,
  SUMMED_FIELDS,
} from '../analysis/ps/groups.ts'
import type { FactSource } from '../collectors/process-facts.ts'
import { fieldsNamed } from './record-request.ts'
import { UsageError } from './usage-error.ts'

/** What people see unless they ask for something else. */
const USUAL = 'pid user pss uss rss rssanon rssfile rssshmem swap hugetlb rsspeak command'
const USUAL_OF_GROUPS = 'processes pss uss rss pssanon pssfile pssshmem swappss hugetlb'

/** Sources that list all mappings of each process; who wants them names their columns. */
const COSTLY: readonly PsField['source'][] = ['maps', 'smaps']
/** Sources that take a lock of the process, which one that hangs may hold. */
const LOCKING: readonly PsField['source'][] = ['maps', 'smaps', 'smaps_rollup', 'cmdline']

/** What a command line says of columns. */
export interface ColumnWishes {
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly basic: boolean
  readonly grouping: PsGrouping | null
  /** For a person, who gets fewer columns than a program unless they are named. */
  readonly text: boolean
}

/** The columns of a command line, and what its rows are sorted by. */
export interface ChosenColumns {
  readonly fields: readonly PsField[]
  readonly groupColumns: readonly GroupColumn[]
  readonly by: GroupColumn
  readonly wanted: ReadonlySet<FactSource>
}

/** Checks the columns that were asked for, and chooses where none were. */
export function chooseColumns(wishes: ColumnWishes): ChosenColumns {
  const { grouping, sort } = wishes
  const possible: readonly GroupColumn[] =
    grouping === null ? PS_FIELDS : [PROCESSES, ...SUMMED_FIELDS, keyColumn(grouping)]
  const [by] = sort === undefined ? [] : fieldsNamed([sort], possible, 'sort')
  const chosen = wishes.columns === undefined ? usual(wishes) : fieldsNamed(wishes.columns, possible, 'columns')
  const columns = by === undefined || chosen.includes(by) ? chosen : withColumn(chosen, by)
  const fields = columns.filter(isPsField)
  if (wishes.basic) refuseLocks(fields)
  const keyed = grouping === null ? fields : [psField('pid'), ...fields, psField(grouping)]
  return {
    fields: keyed,
    groupColumns: columns,
    by: by ?? psField('memory'),
    wanted: new Set(keyed.map((field) => field.source).filter((source) => source !== 'status')),
  }
}

function usual({ grouping, basic, text }: ColumnWishes): readonly GroupColumn[] {
  const offered = (field: PsField): boolean => !(COSTLY.includes(field.source) || (basic && isLocking(field)))
  if (grouping !== null) {
    const names = USUAL_OF_GROUPS.split(' ')
    const figures = SUMMED_FIELDS.filter((field) => !text || names.includes(field.name))
    return [PROCESSES, ...figures.filter(offered), keyColumn(grouping)]
  }
  if (!text) return PS_FIELDS.filter(offered)
  const fields = USUAL.split(' ').map(psField).filter(offered)
  return basic ? [...fields, psField('name')] : fields
}

/** Who sorts by a column wants to see it; texts stay last, where they may be cut. */
function withColumn(columns: readonly GroupColumn[], column: GroupColumn): readonly GroupColumn[] {
  const at = columns.at(-1)?.unit === 'text' && column.unit !== 'text' ? columns.length - 1 : columns.length
  return columns.toSpliced(at, 0, column)
}

function isLocking(field: PsField): boolean {
  return LOCKING.includes(field.source)
}

function refuseLocks(fields: readonly PsField[]): void {
  const field = fields.find(isLocking)
  if (field !== undefined) throw new UsageError(`--basic does not go with the column ${field.name}`)
}
