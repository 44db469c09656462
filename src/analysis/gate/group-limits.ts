import type { BaselineGroup } from '../../model/gate/baseline.ts'
import type { GroupLimit } from '../../model/gate/limit.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import type { GroupResult } from '../../model/gate/report.ts'
import type { Placed } from '../../model/gate/scenario.ts'
import type { Asked } from './asked.ts'
import { type GroupFigures, snapshotOf } from './group-figures.ts'
import { joinedNotes } from './joined-notes.ts'
import type { ReferenceFigures } from './reference.ts'

/** Judges the limits of groups. */
export function groupResults(
  now: GroupFigures | null,
  reference: ReferenceFigures | null,
  asked: Asked,
): readonly GroupResult[] {
  return [...asked.groups].map(([pattern, limit]) => groupResult(pattern, limit, now, reference?.groups ?? null, asked))
}

/** What limits of groups did not see: the mappings of processes that were not there at the peak. */
export function unseenByGroups(runs: readonly GateRun[], { groups }: Asked): readonly string[] {
  if (groups.size === 0) return []
  const missed = runs.map((run) => {
    const absent = run.processes.length - (snapshotOf(run)?.processes ?? run.processes.length)
    return absent > 0
      ? [`${absent} of ${run.processes.length} processes were not there when groups were looked at`]
      : []
  })
  return joinedNotes(missed)
}

function groupResult(
  pattern: string,
  { value: limit, line }: Placed<GroupLimit>,
  now: GroupFigures | null,
  before: GroupFigures | null,
  asked: Asked,
): GroupResult {
  const fits = asked.fitsGroup(pattern)
  const is = now === null ? null : sumOf(now, fits)
  const was = before === null ? null : sumOf(before, fits)
  const keys = is?.keys ?? []
  const base = { pattern, limit, line, keys, now: is?.median ?? null, before: was?.median ?? null, threshold: null }
  if (is === null) return { ...base, verdict: 'not-measured' }
  if (limit.kind === 'most') {
    // Nothing allowed means that it may not be mapped, even without a page.
    const exceeded = limit.bytes === 0 ? is.keys.length > 0 : is.median > limit.bytes
    return { ...base, threshold: limit.bytes, verdict: exceeded ? 'failed' : 'passed' }
  }
  if (was === null) return { ...base, verdict: 'no-baseline' }
  const { share, amount } = limit.limit
  // Groups are kept without their runs: the range of the baseline is the noise, and runs may not overlap.
  const threshold = Math.max((share ?? 0) * was.median, amount ?? 0, was.max - was.min)
  const exceeded = is.median - was.median > threshold && is.min > was.max
  return { ...base, threshold, verdict: exceeded ? 'failed' : 'passed' }
}

/** Bytes of all groups that fit. */
interface GroupSum {
  readonly keys: readonly string[]
  readonly median: number
  readonly min: number
  readonly max: number
}

function sumOf({ groups }: GroupFigures, fits: (key: string) => boolean): GroupSum {
  const fitting = [...groups].filter(([key]) => fits(key))
  const sum = (figure: (group: BaselineGroup) => number): number =>
    fitting.reduce((total, [, group]) => total + figure(group), 0)
  return {
    keys: fitting.map(([key]) => key).sort(),
    median: sum((group) => group.median),
    min: sum((group) => group.min),
    max: sum((group) => group.max),
  }
}
