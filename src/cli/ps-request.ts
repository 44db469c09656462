import type { PsQuestion } from '../analysis/ps/report.ts'
import type { FactSource } from '../collectors/process-facts.ts'
import type { Output } from './io.ts'
import type { Form } from './maps-request.ts'
import { chooseColumns } from './ps-columns.ts'
import type { PsFlagValues } from './ps-flags.ts'

/** A `ps` command line, checked. */
export interface PsRequest {
  readonly form: Form
  readonly question: PsQuestion
  /** The files that answer it, besides status. */
  readonly wanted: ReadonlySet<FactSource>
  readonly maxStallMs: number
  /** Columns were asked for by name, so that none may be left out. */
  readonly named: boolean
}

/** Lines of a screen that are no rows: head, total, notes, where the RAM is, what it cost, the prompt. */
const OTHER_LINES = 19
const FEWEST_ROWS = 8
const USUAL_ROWS = 20

/** Checks a command line. `whole` says that it asks for all processes. */
export function psRequest(flags: PsFlagValues, stdout: Output, whole: boolean): PsRequest {
  const form = flags.json ? 'json' : flags.ndjson ? 'ndjson' : flags.csv ? 'csv' : 'text'
  const grouping = flags['group-by'] ?? null
  const { columns, sort, basic, reverse, limit } = flags
  const chosen = chooseColumns({ columns, sort, basic, grouping, text: form === 'text' })
  return {
    form,
    wanted: chosen.wanted,
    maxStallMs: flags['max-stall'],
    named: columns !== undefined,
    question: {
      fields: chosen.fields,
      groupColumns: chosen.groupColumns,
      by: chosen.by,
      grouping,
      reverse,
      limit: limit === undefined ? screenful(form, stdout) : limit === 0 ? null : limit,
      whole,
    },
  }
}

/** On a terminal a list that scrolls away answers nothing; elsewhere nothing is left out unless it is asked for. */
function screenful(form: Form, { isTerminal, rows }: Output): number | null {
  if (form !== 'text' || !isTerminal) return null
  return rows == null ? USUAL_ROWS : Math.max(FEWEST_ROWS, rows - OTHER_LINES)
}
