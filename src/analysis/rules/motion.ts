import type { MotionSample } from '../../collectors/process-motion.ts'
import type { MappingTable } from '../../model/mapping-table.ts'

/** How a process changed over a short while. */
export interface Motion {
  readonly seconds: number
  /** Faults a second. */
  readonly minorFaults: number
  readonly majorFaults: number
  /** Bytes that were resident at the beginning and at the end. */
  readonly resident: readonly [number, number]
  /** Bytes a second that it made dirty, and that it gave to write(2); `NaN` where that may not be read. */
  readonly dirtied: number
  readonly written: number
  /** What became of the mappings from each look to the next; empty where they may not be read. */
  readonly churn: readonly Churn[]
}

/** Mappings that came or went between two looks. */
export interface Churn {
  readonly seconds: number
  /** How many there were at the first. */
  readonly mappings: number
  /** Of those, how many were not there any more. */
  readonly gone: number
  /** Those that were new. */
  readonly born: number
}

/** What several looks at one process come to; `null` when it ended, or there were not two of them. */
export function motionOf(samples: readonly (MotionSample | null)[], pageSize: number): Motion | null {
  const looks = samples.filter((each) => each !== null)
  const [first, last] = [looks[0], looks.at(-1)]
  if (first === undefined || last === undefined || looks.length < samples.length) return null
  const seconds = (last.at - first.at) / 1000
  if (seconds <= 0 || last.startTime !== first.startTime) return null
  const churn = looks.slice(1).flatMap((after, index): Churn[] => {
    const before = looks[index]
    if (before === undefined || before.mappings === null || after.mappings === null) return []
    return [{ seconds: (after.at - before.at) / 1000, ...changesOf(before.mappings, after.mappings) }]
  })
  return {
    seconds,
    minorFaults: (last.minorFaults - first.minorFaults) / seconds,
    majorFaults: (last.majorFaults - first.majorFaults) / seconds,
    dirtied: rateOf(first.dirtied, last.dirtied, seconds),
    written: rateOf(first.written, last.written, seconds),
    resident: [first.resident * pageSize, last.resident * pageSize],
    churn,
  }
}

function rateOf(before: number | null, after: number | null, seconds: number): number {
  return before === null || after === null ? Number.NaN : (after - before) / seconds
}

/** Mappings are in address order, so one walk over both finds what only one has. */
function changesOf(before: MappingTable, after: MappingTable): Omit<Churn, 'seconds'> {
  let [old, now, gone, born] = [0, 0, 0, 0]
  while (old < before.length || now < after.length) {
    const [a, b] = [before.start[old] as number, after.start[now] as number]
    if (now >= after.length || (old < before.length && a < b)) {
      gone++
      old++
    } else if (old >= before.length || b < a) {
      born++
      now++
    } else {
      const same = before.end[old] === after.end[now] && before.perms[old] === after.perms[now]
      if (!same) gone++
      if (!same) born++
      old++
      now++
    }
  }
  return { mappings: before.length, gone, born }
}
