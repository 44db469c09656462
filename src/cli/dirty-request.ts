import {
  type DirtyTable,
  type DirtyTableChoice,
  FILE_FIELDS,
  MAPPING_FIELDS,
  PROCESS_FIELDS,
  type TableChoice,
} from '../analysis/dirty/tables.ts'
import type { RecordField } from '../analysis/records.ts'
import { fieldsNamed, orderOf } from './record-request.ts'
import { UsageError } from './usage-error.ts'

/** How often `--watch` looks unless told otherwise, and at most, in milliseconds. */
const USUAL_INTERVAL_MS = 1000
const SHORTEST_INTERVAL_MS = 100

/** The flags of `dirty` that say what to show, as parsed. */
export interface DirtyFlagValues {
  readonly by?: DirtyTable | undefined
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly reverse: boolean
  readonly limit?: number | undefined
  readonly watch: boolean
  readonly interval?: number | undefined
  readonly count?: number | undefined
  readonly json: boolean
  readonly csv: boolean
}

/** How to watch. */
export interface WatchRequest {
  readonly intervalMs: number
  /** `null` until Ctrl-C. */
  readonly count: number | null
}

/** So many rows a person sees who asked for no number. */
const ROWS_AT_ONCE = 20

/** Checks which table was asked for. */
export function tableRequest(flags: DirtyFlagValues, targeted: boolean, terminal: boolean): DirtyTableChoice {
  const by = flags.by ?? (targeted ? 'file' : 'process')
  for (const flag of flags.json ? OF_TABLES : []) {
    if (flags[flag] !== undefined) throw new UsageError(`--${flag} does not go with --json`, 'which has all tables')
  }
  if (by === 'mapping' && !targeted) {
    throw new UsageError('--by mapping needs a TARGET', 'give a PID, self, a process name or --pgrep')
  }
  switch (by) {
    case 'file':
      return { by, ...tableOf(flags, FILE_FIELDS, terminal) }
    case 'process':
      return { by, ...tableOf(flags, PROCESS_FIELDS, terminal) }
    case 'mapping':
      return { by, ...tableOf(flags, MAPPING_FIELDS, terminal) }
  }
}

function tableOf<Row>(
  flags: DirtyFlagValues,
  fields: readonly RecordField<Row>[],
  terminal: boolean,
): TableChoice<Row> {
  const limit = flags.limit ?? (terminal && !flags.csv ? ROWS_AT_ONCE : 0)
  return {
    columns: flags.columns === undefined ? null : fieldsNamed(flags.columns, fields, 'columns'),
    order: orderOf(flags, fields),
    limit: limit === 0 ? null : limit,
  }
}

/** Flags that say something of a table, of which `--watch` shows none. */
const OF_TABLES = ['by', 'columns', 'sort', 'limit'] as const

/** Checks the flags of watching; `null` when nobody asked for it. */
export function watchRequest(flags: DirtyFlagValues): WatchRequest | null {
  if (!flags.watch && flags.interval === undefined) {
    if (flags.count !== undefined) throw new UsageError('--count goes with --watch alone')
    return null
  }
  for (const flag of OF_TABLES) {
    if (flags[flag] !== undefined) throw new UsageError(`--${flag} does not go with --watch`, 'it shows no table')
  }
  const intervalMs = flags.interval ?? USUAL_INTERVAL_MS
  if (intervalMs < SHORTEST_INTERVAL_MS) {
    throw new UsageError('--interval is too short', `at least ${SHORTEST_INTERVAL_MS}ms`)
  }
  return { intervalMs, count: flags.count ?? null }
}
