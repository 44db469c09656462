import type { Attribution } from '../../model/fault-attribution.ts'
import type { FaultSubject } from '../../model/fault-comparison.ts'
import type { RunReport } from '../../model/fault-figures.ts'
import type { CacheDrop } from '../../model/fault-notes.ts'
import type { FaultHost, FaultRun } from '../../model/faults.ts'
import { type Backend, FAULTS_SCHEMA, type FaultProvenance, type FaultsReport } from '../../model/faults-report.ts'
import { accountingOf } from './accounting.ts'
import { adviceOf } from './advice.ts'
import { compare } from './compare.ts'
import { countersOf } from './counters.ts'
import { ASSUMED_COSTS, derivedOf, type FaultCosts } from './derived.ts'
import { repeatOf, typicalRun } from './metrics.ts'
import { notesOf } from './notes.ts'
import { ratesOf } from './rates.ts'

/** All that was measured. */
export interface FaultsInput {
  readonly host: FaultHost
  /** What was asked for with `--backend`. */
  readonly backend: Backend
  /** The process that was attached to; `null` when a program was run. */
  readonly target: FaultsReport['target']
  readonly command: readonly string[]
  /** At least one; warm-ups first. */
  readonly runs: readonly FaultRun[]
  /** `--repeat` was given, so that the runs are put together. */
  readonly repeated: boolean
  /** The second program of `--compare`. */
  readonly other: { readonly command: readonly string[]; readonly runs: readonly FaultRun[] } | null
  readonly attribution: Attribution | null
  /** What one fault costs, where it was measured. */
  readonly costs: FaultCosts | null
  /** What `--cold` did. */
  readonly dropped: CacheDrop | null
  readonly provenance: readonly FaultProvenance[]
}

/** Makes the report of all that was measured. */
export function faultsReport(input: FaultsInput): FaultsReport {
  const { host, backend: asked, target, other, attribution, dropped, provenance } = input
  const basis = { costs: input.costs ?? ASSUMED_COSTS, alone: attribution === null || attribution.processes < 2 }
  const subject = subjectOf(input.command, input.runs, input.repeated || other !== null, basis)
  const after = other === null ? null : subjectOf(other.command, other.runs, true, basis)
  const { run } = typicalOf(subject)
  const report = {
    schema: FAULTS_SCHEMA,
    ...subject,
    target,
    host,
    backend: {
      asked,
      used: run.counters.length > 0 ? ('perf' as const) : ('proc' as const),
      perfVersion: run.perfVersion,
      failure: run.failure,
    },
    comparison: after === null ? null : compare(subject, after),
    attribution,
    rates: ratesOf(run.samples),
    // Of two programs side by side, what to do about one of them is not the question.
    advice: after === null ? adviceOf(subject.figures, attribution, { host, events: run.hostEvents }) : [],
    provenance,
  } satisfies Omit<FaultsReport, 'notes'>
  const notes = notesOf(report)
  return { ...report, notes: dropped === null ? notes : [...notes, { code: 'dropped-cache', drop: dropped }] }
}

/** What derived figures rest on beside the run itself. */
interface Basis {
  readonly costs: FaultCosts
  /** No descendants are known of. */
  readonly alone: boolean
}

/** One program's runs with all that follows from them. */
function subjectOf(
  command: readonly string[],
  runs: readonly FaultRun[],
  repeated: boolean,
  basis: Basis,
): FaultSubject {
  const reports = runs.map((run) => runReport(run, basis))
  const typical = typicalRun(reports)
  if (typical === null) throw new RangeError('a report needs at least one run')
  const { counters, accounting, derived } = typical
  return {
    command,
    runs: reports,
    figures: { counters, accounting, derived },
    repeat: repeated ? repeatOf(reports) : null,
  }
}

function runReport(run: FaultRun, { costs, alone }: Basis): RunReport {
  const counters = countersOf(run)
  const accounting = accountingOf(run, counters)
  return { run, counters, accounting, derived: derivedOf(run, counters, accounting, costs, alone) }
}

function typicalOf({ runs }: FaultSubject): RunReport {
  return typicalRun(runs) as RunReport
}
