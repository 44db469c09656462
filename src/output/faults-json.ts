import type { FaultRun } from '../model/faults.ts'
import type {
  Attribution,
  Comparison,
  FaultMapping,
  FaultSubject,
  FaultsReport,
  Figure,
  Hotspot,
  LeadingSpot,
  RunFigures,
  RunReport,
} from '../model/faults-report.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { adviceText } from './faults-advice.ts'
import { noteText } from './faults-notes.ts'
import { reasonText } from './faults-reasons.ts'
import { jsonName } from './json.ts'
import type { Tool } from './maps-json.ts'
import { perfFailureText } from './perf-failure-text.ts'

/** Writes the report as one JSON document. Names that are not UTF-8 have their odd bytes spelled `\xNN`. */
export function writeFaultsJson(report: FaultsReport, tool: Tool, write: (text: string) => void): void {
  write(`${JSON.stringify(faultsJson(report, tool))}\n`)
}

/** The document: the report with names as text and every reason in words too. */
function faultsJson(report: FaultsReport, tool: Tool): object {
  const { schema, target, host, backend, comparison, attribution, rates, advice, notes, provenance } = report
  return {
    schema,
    tool,
    target: target === null ? null : { pid: target.pid, comm: jsonName(target.comm) },
    host,
    backend: { ...backend, failure: failureJson(backend.failure) },
    ...subjectJson(report),
    comparison: comparison === null ? null : comparisonJson(comparison),
    attribution: attribution === null ? null : attributionJson(attribution),
    rates,
    advice: advice.map((each) => ({
      ...each,
      ...('mapping' in each ? { mapping: mappingJson(each.mapping) } : {}),
      text: adviceText(each),
    })),
    notes: notes.map((note) => ({ code: note.code, text: noteText(note) })),
    provenance: provenance.map((each) => ({ ...each, source: jsonName(each.source) })),
  }
}

function subjectJson({ command, runs, figures, repeat }: FaultSubject): object {
  return {
    command: command.map(jsonName),
    ...figuresJson(figures, runs[0]?.run.failure ?? null),
    repeat,
    runs: runs.map(runJson),
  }
}

function runJson({ run, counters, accounting, derived }: RunReport): object {
  return { ...runFactsJson(run), ...figuresJson({ counters, accounting, derived }, run.failure) }
}

function runFactsJson({
  pid,
  exit,
  wallMs,
  startedAt,
  warmup,
  perfVersion,
  failure,
  kernel,
  peakRssBytes,
}: FaultRun): object {
  return {
    pid,
    exit,
    wallMs,
    startedAt: new Date(startedAt).toISOString(),
    warmup,
    perf: perfVersion === null ? null : { version: perfVersion },
    failure: failureJson(failure),
    kernel,
    peakRssBytes,
  }
}

/** Every unknown figure gets its reason in words, in `unavailable`, beside the `null`. */
function figuresJson({ counters, accounting, derived }: RunFigures, failure: PerfFailure | null): object {
  const unavailable: Record<string, string> = {}
  const note = (name: string, figure: Figure): void => {
    if (figure.reason !== null) unavailable[name] = reasonText(figure.reason, failure)
  }
  for (const [event, counter] of Object.entries(counters)) note(event, counter)
  for (const [id, figure] of Object.entries(derived)) note(id, figure)
  const { total, minor, major, perf, kernel, preFaulted } = accounting
  const named = { total, minor, major, 'perf.all': perf.all, 'perf.user': perf.user, 'perf.kernel': perf.kernel }
  for (const [name, figure] of Object.entries(named)) note(`accounting.${name}`, figure)
  note('accounting.kernel', kernel)
  note('accounting.preFaulted', preFaulted)
  return { counters, accounting, derived, unavailable }
}

function comparisonJson({ after, rows, refusal, warnings }: Comparison): object {
  return {
    after: subjectJson(after),
    rows: Object.fromEntries(rows.map(({ metric, ...row }) => [metric, row])),
    refusal,
    warnings,
  }
}

function attributionJson(attribution: Attribution): object {
  return {
    ...attribution,
    hotspots: attribution.hotspots.map(hotspotJson),
    leading: attribution.leading.map(leadingJson),
  }
}

function hotspotJson(spot: Hotspot): object {
  return {
    ...spot,
    key: jsonName(spot.key),
    mapping: spot.mapping === null ? null : mappingJson(spot.mapping),
    site: spot.site === null ? null : { ...spot.site, ...codeJson(spot.site) },
    thread: { ...spot.thread, comm: jsonName(spot.thread.comm) },
  }
}

function leadingJson(spot: LeadingSpot): object {
  const name = spot.name === null ? null : jsonName(spot.name)
  return { ...spot, ...codeJson(spot), name, mapping: spot.mapping === null ? null : mappingJson(spot.mapping) }
}

function codeJson({ symbol, dso }: { readonly symbol: string | null; readonly dso: string | null }): object {
  return { symbol: symbol === null ? null : jsonName(symbol), dso: dso === null ? null : jsonName(dso) }
}

function mappingJson(mapping: FaultMapping): object {
  return { ...mapping, name: jsonName(mapping.name) }
}

function failureJson(failure: PerfFailure | null): object | null {
  if (failure === null) return null
  const { message, hint } = perfFailureText(failure)
  const { cause, event, detail, paranoid } = failure
  return {
    cause,
    event: event === null ? null : jsonName(event),
    detail: detail === null ? null : jsonName(detail),
    paranoid,
    message,
    hint,
  }
}
