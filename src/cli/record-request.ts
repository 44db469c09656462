import * as Flags from '@oclif/core/flags'
import type { RecordField, RecordOrder } from '../analysis/records.ts'
import { similarNames } from '../model/similar.ts'
import { listFlag, outputFlags } from './flags.ts'
import { UsageError } from './usage-error.ts'

const { json, bytes, header, wide, color, quiet } = outputFlags

/** How a report that is no listing of mappings is written. */
export const reportFlags = {
  json,
  csv: Flags.boolean({
    helpGroup: 'OUTPUT',
    description: 'comma-separated values, the table alone',
    exclusive: ['json'],
  }),
  bytes,
  header,
  wide,
  color,
  quiet,
}

/** How the table of a report is chosen and sorted. */
export const recordFlags = {
  columns: listFlag({ char: 'o', helpValue: 'LIST', helpGroup: 'VIEW', description: 'columns, in this order' }),
  sort: Flags.string({
    char: 's',
    helpValue: 'COLUMN',
    helpGroup: 'VIEW',
    description: 'sort by a column; figures largest first',
  }),
  reverse: Flags.boolean({ char: 'r', helpGroup: 'VIEW', description: 'the other way round' }),
  limit: Flags.integer({
    char: 'n',
    min: 0,
    helpValue: 'N',
    helpGroup: 'VIEW',
    description: 'at most N rows; 0 for all',
  }),
}

/** Finds the fields of these names, each once. Throws a usage error with a guess at a mistyped one. */
export function fieldsNamed<Field extends { readonly name: string }>(
  names: readonly string[],
  fields: readonly Field[],
  flag: string,
): readonly Field[] {
  return [...new Set(names.map((name) => fieldNamed(name, fields, flag)))]
}

/** The order that --sort and --reverse ask for; `null` without --sort. */
export function orderOf<Row>(
  flags: { readonly sort?: string | undefined; readonly reverse: boolean },
  fields: readonly RecordField<Row>[],
): RecordOrder<Row> | null {
  return flags.sort === undefined ? null : { by: fieldNamed(flags.sort, fields, 'sort'), reverse: flags.reverse }
}

function fieldNamed<Field extends { readonly name: string }>(
  name: string,
  fields: readonly Field[],
  flag: string,
): Field {
  const wanted = name.trim().toLowerCase()
  const found = fields.find((field) => field.name.toLowerCase() === wanted)
  if (found !== undefined) return found
  const names = fields.map((field) => field.name)
  const near = similarNames(wanted, names)
  throw new UsageError(
    `--${flag} does not take "${name}"`,
    near.length > 0 ? `did you mean ${near.join(', ')}?` : `columns are ${names.join(', ')}`,
  )
}
