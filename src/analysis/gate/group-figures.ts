import type { BaselineGroup } from '../../model/gate/baseline.ts'
import type { GateRun } from '../../model/gate/measurer.ts'
import type { Growth, GrowthRow, MemoryPlaces } from '../../model/gate/report.ts'
import type { MappingGroup, TreeSnapshot } from '../../model/measured-run.ts'
import { median, spreadOf } from '../statistics.ts'
import { nearPeaks } from './near-peaks.ts'

/** The groups of several runs, by their key as text. */
export interface GroupFigures {
  readonly groups: ReadonlyMap<string, BaselineGroup>
  /** Groups that a baseline left out for their number; none of its own when it was measured just now. */
  readonly leftOut: number
}

/** Beyond so many groups a baseline keeps the largest alone. */
export const MOST_GROUPS = 200

/** Which snapshot of a run is looked at: at its peak, or of a server after its load. */
export function snapshotOf(run: GateRun): TreeSnapshot | null {
  return run.server === null ? run.peak : run.server.after
}

/**
 * Puts the groups of several runs together; `null` when a run has no snapshot.
 *
 * @param keyText The text of a key, which is a binary string.
 * @param at Which snapshot of a run is looked at.
 */
export function groupFigures(
  runs: readonly GateRun[],
  keyText: (key: string) => string,
  at: (run: GateRun) => TreeSnapshot | null = snapshotOf,
): GroupFigures | null {
  const seen = at === snapshotOf ? nearPeaks(runs) : runs
  const snapshots = seen.map(at)
  const byKey = new Map<string, MappingGroup[]>()
  for (const snapshot of snapshots) {
    if (snapshot === null) return null
    for (const group of snapshot.groups) {
      const key = keyText(group.key)
      byKey.set(key, [...(byKey.get(key) ?? []), group])
    }
  }
  const groups = new Map<string, BaselineGroup>()
  for (const [key, of] of byKey) groups.set(key, figuresOf(of, seen.length))
  return runs.length === 0 ? null : { groups, leftOut: 0 }
}

/** The largest groups alone, for a file that people read. */
export function largestGroups({ groups }: GroupFigures): GroupFigures {
  const bySize = [...groups].sort(([, one], [, other]) => other.max - one.max)
  return {
    groups: new Map(bySize.slice(0, MOST_GROUPS)),
    leftOut: Math.max(0, groups.size - MOST_GROUPS),
  }
}

/** Where the memory is: every group, the largest first. */
export function placesOf(
  { groups }: GroupFigures,
  when: Pick<MemoryPlaces, 'at' | 'moment' | 'processes'>,
): MemoryPlaces {
  const rows = Array.from(groups, ([key, { median: resident, anon, mappings }]) => ({ key, resident, anon, mappings }))
  rows.sort((one, other) => other.resident - one.resident || other.anon - one.anon || (one.key < other.key ? -1 : 1))
  return { rows, resident: rows.reduce((sum, row) => sum + row.resident, 0), ...when }
}

/** Where the difference is: every group, from the largest growth to the largest loss. */
export function growthOf(before: GroupFigures, now: GroupFigures, when: Pick<Growth, 'at' | 'moment'>): Growth {
  const keys = new Set([...before.groups.keys(), ...now.groups.keys()])
  const rows = [...keys].map((key) => growthRow(key, before, now))
  rows.sort((one, other) => other.delta - one.delta || other.now - one.now || (one.key < other.key ? -1 : 1))
  const sum = (side: 'before' | 'now'): number => rows.reduce((total, row) => total + row[side], 0)
  return { rows, total: { before: sum('before'), now: sum('now'), delta: sum('now') - sum('before') }, ...when }
}

function growthRow(key: string, before: GroupFigures, now: GroupFigures): GrowthRow {
  const was = before.groups.get(key)
  const is = now.groups.get(key)
  const range = was === undefined ? 0 : was.max - was.min
  const delta = (is?.median ?? 0) - (was?.median ?? 0)
  return {
    key,
    before: was?.median ?? 0,
    now: is?.median ?? 0,
    delta,
    range,
    anon: { before: was?.anon ?? 0, now: is?.anon ?? 0 },
    mappings: { before: was?.mappings ?? 0, now: is?.mappings ?? 0 },
    change: changeOf({ was, is, delta, range, unsure: before.leftOut > 0 && (is?.median ?? 0) <= smallest(before) }),
  }
}

function changeOf(row: {
  readonly was: BaselineGroup | undefined
  readonly is: BaselineGroup | undefined
  readonly delta: number
  readonly range: number
  readonly unsure: boolean
}): GrowthRow['change'] {
  const { was, is, delta, range, unsure } = row
  if (was === undefined) return unsure ? 'within-noise' : 'new'
  if (is === undefined) return 'gone'
  if (delta === 0) return 'same'
  if (Math.abs(delta) <= range) return 'within-noise'
  return delta > 0 ? 'grew' : 'shrank'
}

function smallest({ groups }: GroupFigures): number {
  return Math.min(...[...groups.values()].map((group) => group.max))
}

/** A run in which the group is missing has 0 of it. */
function figuresOf(seen: readonly MappingGroup[], runs: number): BaselineGroup {
  const of = (figure: (group: MappingGroup) => number): readonly number[] => [
    ...seen.map(figure),
    ...Array<number>(Math.max(0, runs - seen.length)).fill(0),
  ]
  const sizes = spreadOf(of((group) => group.rss))
  return {
    median: sizes?.median ?? 0,
    min: sizes?.min ?? 0,
    max: sizes?.max ?? 0,
    anon: median(of((group) => group.anon)),
    mappings: median(of((group) => group.mappings)),
  }
}
