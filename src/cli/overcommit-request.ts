import { OWNER_FIELDS, type Owner } from '../analysis/overcommit/owners.ts'
import type { OwnershipQuestion } from '../analysis/overcommit/ownership.ts'
import type { CommitMode } from '../analysis/overcommit/policy.ts'
import type { PromiseQuestion } from '../analysis/overcommit/process-report.ts'
import { PROMISE_FIELDS, type Promised } from '../analysis/overcommit/promises.ts'
import type { RecordField } from '../analysis/records.ts'
import { fieldsNamed, orderOf } from './record-request.ts'
import { UsageError } from './usage-error.ts'

/** The flags of `overcommit`, as parsed. */
export interface OvercommitFlagValues {
  readonly 'what-if'?: '0' | '1' | '2' | undefined
  readonly interval?: number | undefined
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly reverse: boolean
  readonly limit?: number | undefined
  readonly basic: boolean
  readonly 'max-stall': number
  readonly json: boolean
  readonly csv: boolean
}

/** What is asked whichever the subject. */
interface CommonRequest {
  readonly form: 'text' | 'json' | 'csv'
  /** Milliseconds between two samples; `null` for one sample. */
  readonly intervalMs: number | null
  readonly basic: boolean
  readonly maxStallMs: number
}

/** A command line without a TARGET. */
export interface HostRequest extends CommonRequest {
  readonly question: OwnershipQuestion
  readonly columns: readonly RecordField<Owner>[] | null
}

/** A command line with TARGETs. */
export interface ProcessRequest extends CommonRequest {
  readonly question: PromiseQuestion
  readonly columns: readonly RecordField<Promised>[] | null
}

/** Rows that people are shown without --limit: the rest is a dump. */
const OWNERS_SHOWN = 20
const PROMISES_SHOWN = 10
/** Less apart two samples show chance alone. */
const SHORTEST_INTERVAL_MS = 10

/** Checks a command line without a TARGET. */
export function hostRequest(flags: OvercommitFlagValues): HostRequest {
  return {
    ...common(flags),
    question: { order: orderOf(flags, OWNER_FIELDS), limit: limitOf(flags, OWNERS_SHOWN), whatIf: modeOf(flags) },
    columns: flags.columns === undefined ? null : fieldsNamed(flags.columns, OWNER_FIELDS, 'columns'),
  }
}

/** Checks a command line with TARGETs. */
export function processRequest(flags: OvercommitFlagValues): ProcessRequest {
  return {
    ...common(flags),
    question: { order: orderOf(flags, PROMISE_FIELDS), limit: limitOf(flags, PROMISES_SHOWN), whatIf: modeOf(flags) },
    columns: flags.columns === undefined ? null : fieldsNamed(flags.columns, PROMISE_FIELDS, 'columns'),
  }
}

function common(flags: OvercommitFlagValues): CommonRequest {
  const { json, csv, columns, interval } = flags
  if (json && columns !== undefined) throw new UsageError('--columns does not go with --json')
  if (flags.reverse && flags.sort === undefined) throw new UsageError('--reverse needs --sort')
  if (csv && flags['what-if'] !== undefined) throw new UsageError('--what-if does not go with --csv')
  if (interval !== undefined && interval < SHORTEST_INTERVAL_MS) {
    throw new UsageError('--interval is too short', `at least ${SHORTEST_INTERVAL_MS}ms`)
  }
  return {
    form: json ? 'json' : csv ? 'csv' : 'text',
    intervalMs: interval ?? null,
    basic: flags.basic,
    maxStallMs: flags['max-stall'],
  }
}

function limitOf(flags: OvercommitFlagValues, shown: number): number | null {
  if (flags.limit !== undefined) return flags.limit === 0 ? null : flags.limit
  return flags.json || flags.csv ? null : shown
}

function modeOf(flags: OvercommitFlagValues): CommitMode | null {
  const word = flags['what-if']
  return word === undefined ? null : (Number(word) as CommitMode)
}
