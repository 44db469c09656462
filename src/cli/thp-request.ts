import type { Filter } from '../analysis/filter.ts'
import { isEmpty } from '../analysis/filter.ts'
import type { RecordField, RecordOrder } from '../analysis/records.ts'
import type { HugeProcess } from '../analysis/thp/process-list.ts'
import type { TargetQuery } from '../collectors/targets.ts'
import { CSV_MAPPING_FIELDS, MAPPING_FIELDS, type ThpRow, USUAL_MAPPING_FIELDS } from '../output/thp-mapping-fields.ts'
import { PROCESS_FIELDS, USUAL_PROCESS_FIELDS } from '../output/thp-process-fields.ts'
import { filterOf } from './maps-flags.ts'
import { fieldsNamed, orderOf } from './record-request.ts'
import { optionalTargetQuery } from './targets.ts'
import type { ThpFlagValues } from './thp-flags.ts'
import { UsageError } from './usage-error.ts'

/** A table as it was asked for. */
export interface TableRequest<Row> {
  readonly fields: readonly RecordField<Row>[]
  /** They were asked for by name. */
  readonly chosen: boolean
  /** `null`: what matters most first. */
  readonly order: RecordOrder<Row> | null
  /** `null`: all. */
  readonly limit: number | null
}

/** A `thp` command line, checked. */
export interface ThpRequest {
  readonly form: 'text' | 'json' | 'csv'
  /** `null`: the host. */
  readonly query: TargetQuery | null
  readonly filter: Filter
  readonly processes: TableRequest<HugeProcess>
  readonly mappings: TableRequest<ThpRow>
  /** `null`: where it is cheap and may tell something. */
  readonly folios: boolean | null
  readonly zeros: boolean
  readonly counters: boolean
  readonly intervalMs: number
  readonly maxStallMs: number
  /** The report itself says in words what it could not read. */
  readonly worded: boolean
}

/** Rows of a table that a person reads; the rest is a flag away. */
const USUAL_ROWS = 20

/** Checks a command line. */
export function thpRequest(words: readonly string[], flags: ThpFlagValues): ThpRequest {
  const query = optionalTargetQuery(words, flags)
  const form = flags.json ? 'json' : flags.csv ? 'csv' : 'text'
  if (query === null) refuseWithoutTarget(flags)
  if (flags.json && flags.columns !== undefined) throw new UsageError('--columns does not go with --json')
  if (flags.counters && flags.interval === 0) throw new UsageError('--counters needs an --interval to count in')
  if (flags.counters && flags.procfs !== undefined) {
    throw new UsageError('--counters does not go with --procfs', 'perf counts processes of this host alone')
  }
  if (flags.reverse && flags.sort === undefined) throw new UsageError('--reverse needs --sort')
  const listing = query === null
  const limit = limitOf(flags.limit, form)
  return {
    form,
    query,
    filter: filterOf(flags),
    processes: {
      fields: named(listing ? flags.columns : undefined, PROCESS_FIELDS, form === 'csv' ? null : USUAL_PROCESS_FIELDS),
      chosen: flags.columns !== undefined,
      order: listing ? orderOf(flags, PROCESS_FIELDS) : null,
      limit,
    },
    mappings: {
      fields: named(
        listing ? undefined : flags.columns,
        MAPPING_FIELDS,
        form === 'csv' ? CSV_MAPPING_FIELDS : USUAL_MAPPING_FIELDS,
      ),
      chosen: flags.columns !== undefined,
      order: listing ? null : orderOf(flags, MAPPING_FIELDS),
      limit,
    },
    folios: flags.folios ?? null,
    zeros: flags.zeros,
    counters: flags.counters,
    intervalMs: flags.interval,
    maxStallMs: flags['max-stall'],
    worded: form === 'text' && !flags.quiet,
  }
}

function refuseWithoutTarget(flags: ThpFlagValues): void {
  const given = [
    ...(['folios', 'zeros', 'counters'] as const).filter((flag) => flags[flag] === true),
    ...(isEmpty(filterOf(flags)) ? [] : ['a filter of mappings']),
  ]
  const [first] = given
  if (first === undefined) return
  const what = first.includes(' ') ? first : `--${first}`
  throw new UsageError(`${what} needs a TARGET`, 'give a PID, self, a process name or --pgrep')
}

function limitOf(asked: number | undefined, form: ThpRequest['form']): number | null {
  if (asked === undefined) return form === 'text' ? USUAL_ROWS : null
  return asked === 0 ? null : asked
}

/** The columns asked for; the usual ones otherwise, `null` for all. */
function named<Row>(
  asked: readonly string[] | undefined,
  fields: readonly RecordField<Row>[],
  usual: readonly string[] | null,
): readonly RecordField<Row>[] {
  return fieldsNamed(asked ?? usual ?? fields.map(({ name }) => name), fields, 'columns')
}
