import type { Attribution, FaultMapping, Hotspot, LeadingSpot, ProgramRef } from '../model/fault-attribution.ts'
import type { Comparison, FaultSubject } from '../model/fault-comparison.ts'
import type { Figure, RunFigures, RunReport } from '../model/fault-figures.ts'
import type { FaultRun } from '../model/faults.ts'
import type { FaultsReport } from '../model/faults-report.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { adviceText } from './faults-advice.ts'
import { noteText } from './faults-notes.ts'
import { reasonText } from './faults-reasons.ts'
import { jsonName, nameJson, rawName } from './json.ts'
import type { Tool } from './maps-json.ts'
import { perfFailureText } from './perf-failure-text.ts'

/**
 * Writes the report as one JSON document. Names that are not UTF-8 have their odd bytes spelled `\xNN`, and all their bytes
 * in a key with `Hex` behind it.
 */
export function writeFaultsJson(report: FaultsReport, tool: Tool, write: (text: string) => void): void {
  write(`${JSON.stringify(faultsJson(report, tool))}\n`)
}

/** The document: the report with names as text and every reason in words too. */
function faultsJson(report: FaultsReport, tool: Tool): object {
  const { schema, target, host, backend, comparison, attribution, rates, advice, notes, provenance } = report
  return {
    schema,
    tool,
    target: target === null ? null : { pid: target.pid, ...nameJson('comm', target.comm) },
    host,
    backend: { ...backend, failure: failureJson(backend.failure) },
    ...subjectJson(report),
    comparison: comparison === null ? null : comparisonJson(comparison),
    attribution: attribution === null ? null : attributionJson(attribution),
    rates,
    advice: advice.map((each) => ({
      ...each,
      ...('mapping' in each ? { mapping: mappingJson(each.mapping) } : {}),
      ...('program' in each ? { program: programJson(each.program) } : {}),
      text: adviceText(each),
    })),
    notes: notes.map((note) => ({ code: note.code, text: noteText(note) })),
    provenance: provenance.map((each) => ({ ...each, source: jsonName(each.source) })),
  }
}

function subjectJson({ command, runs, figures, repeat }: FaultSubject): object {
  return {
    ...commandJson(command),
    ...figuresJson(figures, runs[0]?.run.failure ?? null),
    repeat,
    runs: runs.map(runJson),
  }
}

/** Of arguments that are not UTF-8, the bytes stand at the same place in `commandHex`. */
function commandJson(command: readonly string[]): object {
  const raw = command.map(rawName)
  return { command: command.map(jsonName), ...(raw.some((hex) => hex !== null) ? { commandHex: raw } : {}) }
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
  hostEvents,
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
    hostEvents,
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
    programs: attribution.programs.map(({ comm, ...share }) => ({ ...nameJson('comm', comm), ...share })),
    busiest: Object.fromEntries(
      Object.entries(attribution.busiest).map(([what, each]) => [
        what,
        each === null ? null : { ...each, ...programJson(each) },
      ]),
    ),
  }
}

function hotspotJson({ key, mapping, site, thread, ...figures }: Hotspot): object {
  return {
    ...nameJson('key', key),
    ...figures,
    mapping: mapping === null ? null : mappingJson(mapping),
    site: site === null ? null : { ...codeJson(site), faults: site.faults },
    thread: { pid: thread.pid, tid: thread.tid, ...nameJson('comm', thread.comm), faults: thread.faults },
  }
}

function leadingJson({ name, program, mapping, symbol, dso, ...figures }: LeadingSpot): object {
  return {
    ...figures,
    program: programJson(program),
    ...nullableName('name', name),
    ...codeJson({ symbol, dso }),
    mapping: mapping === null ? null : mappingJson(mapping),
  }
}

function codeJson({ symbol, dso }: { readonly symbol: string | null; readonly dso: string | null }): object {
  return { ...nullableName('symbol', symbol), ...nullableName('dso', dso) }
}

function nullableName(key: string, name: string | null): object {
  return name === null ? { [key]: null } : nameJson(key, name)
}

function mappingJson({ pid, comm, name, ...mapping }: FaultMapping): object {
  return { ...programJson({ pid, comm }), ...mapping, ...nameJson('name', name) }
}

function programJson({ pid, comm }: ProgramRef): object {
  return { pid, ...nameJson('comm', comm) }
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
