import type { RawRun } from '../model/faults.ts'
import type { RecordPlan } from '../runners/record.ts'
import { RecordBudget, type RecordedDetail } from '../runners/record-budget.ts'
import type { RecordRequest } from './faults-request.ts'

/** What a recording is planned by. */
interface Circumstances {
  readonly uid: number
  /** A directory of our own. */
  readonly directory: string
  /** An earlier run of the same program; `null` without one. */
  readonly earlier: RawRun | null
}

/** How to record: with the period that was asked for, or that an earlier run allows; else with one within bounds. */
export function recordPlan(request: RecordRequest, { uid, directory, earlier }: Circumstances): RecordPlan {
  const detail = detailOf(request, uid)
  const period = request.period ?? (earlier === null ? null : periodAfter(earlier, detail))
  return { ...detail, period: period ?? 1, bounded: period === null, directory }
}

function detailOf({ by, folded }: RecordRequest, uid: number): RecordedDetail {
  // Error codes cost as much again as the recording itself.
  return { stacks: folded !== null, errorCodes: uid === 0 && by === 'kind' && folded === null }
}

function periodAfter({ kernel, wallMs }: RawRun, detail: RecordedDetail): number | null {
  return kernel === null ? null : new RecordBudget(detail).periodFor(kernel.minor + kernel.major, wallMs)
}
