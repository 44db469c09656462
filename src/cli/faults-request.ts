import type { FaultGrouping } from '../model/fault-attribution.ts'
import type { Backend } from '../model/faults-report.ts'
import { DURATION_FORMS } from '../model/units.ts'
import { splitEventList } from '../parsers/perf-event-list.ts'
import { SEPARATOR } from './faults-flags.ts'
import { UsageError } from './usage-error.ts'

/** The flags of `faults`, as parsed. */
export interface FaultsFlagValues {
  readonly pid?: string | undefined
  readonly duration?: number | undefined
  readonly compare: boolean
  readonly repeat?: number | undefined
  readonly warmup?: number | undefined
  readonly cold: boolean
  readonly by?: FaultGrouping | undefined
  readonly limit: number
  readonly period?: number | undefined
  readonly folded?: string | undefined
  readonly backend: Backend
  readonly events?: readonly string[] | undefined
}

/** A program and its arguments, binary strings. */
export type Argv = readonly [string, ...string[]]

/** What to record, and what to make of it. */
export interface RecordRequest {
  readonly by: FaultGrouping
  /** Hot spots at most; `null` for all. */
  readonly limit: number | null
  /** Every so many faults; `null` leaves it to us. */
  readonly period: number | null
  /** Where the stacks go. */
  readonly folded: string | null
}

/** A `faults` command line, checked. */
export interface FaultsRequest {
  readonly target: string | null
  readonly durationMs: number | null
  /** None with a target; two to compare. */
  readonly programs: readonly Argv[]
  readonly runs: number
  readonly warmups: number
  /** Several runs were asked for, so that they are put together. */
  readonly repeated: boolean
  readonly cold: boolean
  readonly record: RecordRequest | null
  readonly backend: Backend
  readonly events: readonly string[]
}

const USUAL_RUNS = 5

/** Checks a command line; `words` is what stands behind `--`, binary strings, or `null` without one. */
export function faultsRequest(flags: FaultsFlagValues, words: readonly string[] | null): FaultsRequest {
  const programs = programsOf(flags, words)
  const by = flags.by ?? (flags.folded === undefined ? null : 'symbol')
  if (by !== null && flags.backend === 'proc') throw new UsageError('--by needs perf, which --backend proc leaves out')
  if (flags.folded !== undefined && (flags.repeat !== undefined || flags.compare)) {
    throw new UsageError('--folded records one run', 'leave out --repeat and --compare')
  }
  if (flags.duration !== undefined && flags.duration <= 0) {
    throw new UsageError('--duration of nothing measures nothing', `write it as one of ${DURATION_FORMS}`)
  }
  return {
    target: flags.pid ?? null,
    durationMs: flags.duration ?? null,
    programs,
    runs: flags.repeat ?? (flags.compare ? USUAL_RUNS : 1),
    warmups: flags.warmup ?? (flags.compare ? 1 : 0),
    repeated: flags.repeat !== undefined || flags.compare,
    cold: flags.cold,
    record: by === null ? null : recordOf(flags, by),
    backend: flags.backend,
    events: eventsOf(flags),
  }
}

function eventsOf({ events, backend }: FaultsFlagValues): readonly string[] {
  if (events === undefined) return []
  const names = splitEventList(events.join(','))
  if (names.length === 0 || names.some((event) => event.startsWith('-'))) {
    throw new UsageError('--events takes names of events', 'see `perf list`')
  }
  if (backend === 'proc') throw new UsageError('--events needs perf, which --backend proc leaves out')
  return names
}

function recordOf({ limit, period, folded }: FaultsFlagValues, by: FaultGrouping): RecordRequest {
  return { by, limit: limit === 0 ? null : limit, period: period ?? null, folded: folded ?? null }
}

function programsOf(flags: FaultsFlagValues, words: readonly string[] | null): readonly Argv[] {
  if (flags.pid !== undefined) {
    if (words !== null) throw new UsageError('--pid and a program', 'give one of them')
    return []
  }
  if (words === null) throw new UsageError('no program', 'put it behind --, as in faults -- ./program, or give --pid')
  if (!flags.compare) return [argvOf(words, 'no program behind --')]
  const at = words.indexOf(SEPARATOR)
  const wanted = `write -- OLD ARGS ${SEPARATOR} NEW ARGS`
  if (at < 0 || words.indexOf(SEPARATOR, at + 1) >= 0) {
    throw new UsageError(`--compare takes two programs with one ${SEPARATOR} between them`, wanted)
  }
  return [words.slice(0, at), words.slice(at + 1)].map((each) => argvOf(each, `a program is missing: ${wanted}`))
}

function argvOf(words: readonly string[], missing: string): Argv {
  const [program, ...args] = words
  if (program === undefined || program === '') throw new UsageError(missing)
  return [program, ...args]
}
