import type { CommitSettings } from '../../collectors/commit-host.ts'
import { allowedIn2, type CommitMode, type CommitPolicy } from './policy.ts'

/** A process that another mode would treat otherwise. */
export interface Affected {
  readonly pid: number
  readonly comm: string
  /** Bytes that it would ask for at once. */
  readonly bytes: number
}

/** A process as the question needs it; bytes, `NaN` is unknown. */
export interface WhatIfProcess {
  readonly pid: number
  readonly comm: string
  readonly charge: number
  readonly noReserve: number
  readonly largest: number
  readonly size: number
  readonly admin: boolean
}

/** What would be otherwise under another mode; bytes. */
export type WhatIf =
  | {
      readonly mode: 2
      /** CommitLimit less what is kept for root. */
      readonly limit: number
      readonly committed: number
      /** limit − committed: what may still be promised; below 0 every request would fail. */
      readonly headroom: number
      /** MAP_NORESERVE memory, writable: the flag has no effect in mode 2, so a restarted program is charged for it. */
      readonly noReserve: number
      /** What would be committed once all of it has been mapped anew. */
      readonly afterRestart: number
      /** Processes whose fork would be refused: a child is charged all of its parent's charge again. Largest first. */
      readonly forksRefused: readonly Affected[]
      /** The least vm.overcommit_ratio that would hold `afterRestart` beside what is kept for root; `NaN` when unknown. */
      readonly ratioNeeded: number
    }
  | {
      readonly mode: 0
      /** The largest request that would be granted. */
      readonly largestRequest: number
      /** Processes that hold a larger single mapping, which they would not get again. Largest first. */
      readonly requestsRefused: readonly Affected[]
    }
  | { readonly mode: 1 }

/** Works out what another mode would mean for these processes. */
export function whatIf(
  mode: CommitMode,
  policy: CommitPolicy,
  settings: CommitSettings,
  processes: readonly WhatIfProcess[],
): WhatIf {
  if (mode === 1) return { mode }
  if (mode === 0) {
    const { largestRequest } = policy
    // A request of exactly so much is granted.
    const refused = affected(
      processes,
      (each) => each.largest,
      () => largestRequest + 1,
    )
    return { mode, largestRequest, requestsRefused: refused }
  }
  const limit = policy.limit - (settings.adminReserve ?? 0)
  const noReserve = processes.reduce((sum, each) => sum + (Number.isNaN(each.noReserve) ? 0 : each.noReserve), 0)
  const afterRestart = policy.committed + noReserve
  const { ram, hugetlb, swap } = policy.parts
  return {
    mode,
    limit,
    committed: policy.committed,
    headroom: limit - policy.committed,
    noReserve,
    afterRestart,
    forksRefused: affected(
      processes,
      (each) => each.charge,
      (each) => allowedIn2(policy.limit, settings, each) - policy.committed,
    ),
    ratioNeeded: Math.max(0, Math.ceil(((afterRestart + (settings.adminReserve ?? 0) - swap) / (ram - hugetlb)) * 100)),
  }
}

/** Processes whose request is larger than what there is for them. */
function affected(
  processes: readonly WhatIfProcess[],
  request: (process: WhatIfProcess) => number,
  available: (process: WhatIfProcess) => number,
): readonly Affected[] {
  return processes
    .filter((each) => request(each) > 0 && request(each) >= available(each))
    .map((each) => ({ pid: each.pid, comm: each.comm, bytes: request(each) }))
    .sort((a, b) => b.bytes - a.bytes)
}
