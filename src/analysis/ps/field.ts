import type { FactSource, ProcessFacts } from '../../collectors/process-facts.ts'
import type { RecordField, RecordUnit } from '../records.ts'

/**
 * What adding a figure up over several processes means: `exact` sums are true; in `bound` ones shared pages count once
 * for each process, so that the truth is at most that; others mean nothing.
 */
export type SumMeaning = 'exact' | 'bound' | 'none'

/** A column of a list of processes. */
export interface PsField extends RecordField<ProcessFacts> {
  /** Its name in JSON. */
  readonly json: string
  /** The file it comes from. */
  readonly source: FactSource | 'status'
  readonly sum: SumMeaning
  /** A figure that it is never above; puts a process in order whose own is unknown. */
  readonly bound: ((row: ProcessFacts) => number) | null
}

/** Makes a column that is typed as it is named in JSON, in lower case. */
export function psColumn(
  json: string,
  unit: RecordUnit,
  source: PsField['source'],
  meaning: string,
  value: PsField['value'],
  more: Partial<PsField> = {},
): PsField {
  return { name: json.toLowerCase(), json, unit, source, meaning, value, sum: 'none', bound: null, ...more }
}
