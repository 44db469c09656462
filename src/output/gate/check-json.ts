import { GATE_METRICS } from '../../model/gate/metrics.ts'
import type { CheckReport, MetricResult, ProgramFailure, ScenarioResult } from '../../model/gate/report.ts'
import { jsonName, schemaName } from '../json.ts'
import type { Tool } from '../maps-json.ts'
import { lastWords, programFailureText } from './failure.ts'
import { faultPlaces } from './places.ts'
import { adviceText, reasonText } from './reasons.ts'

/** The report as one JSON document: everything that any other form shows, sizes in bytes. */
export function checkJson(report: CheckReport, exit: number, tool: Tool): string {
  const { config, day, seconds, lenient, interrupted, scenarios } = report
  const document = {
    schema: schemaName('check', 1),
    tool,
    exit,
    config,
    day,
    seconds,
    noVerdictPasses: lenient,
    interrupted,
    scenarios: scenarios.map((result) => scenarioJson(result, report)),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function scenarioJson(result: ScenarioResult, report: CheckReport): object {
  const { name, line, command, verdict, runs, warmup, fidelity, seconds, requests } = result
  return {
    name,
    line,
    command,
    verdict,
    reasons: result.reasons.map((reason) => ({ ...reason, ...reasonText(reason, result, report) })),
    failure: result.failure === null ? null : failureJson(result.failure),
    failedSide: result.failedSide,
    runs,
    warmup,
    fidelity,
    seconds,
    requests,
    reference: result.reference,
    environment: result.environment,
    differences: result.differences,
    metrics: result.metrics.map(metricJson),
    groupLimits: result.groups,
    growth: result.growth,
    places: result.places,
    faultPlaces: faultPlaces(result),
    advice: result.advice === null ? null : { ...result.advice, text: adviceText(result) },
    notes: result.notes.map(jsonName),
  }
}

function metricJson({ why, ...result }: MetricResult): object {
  const { metric, verdict, ...rest } = result
  return { metric, unit: GATE_METRICS[metric].unit, verdict, ...rest, unavailable: why }
}

function failureJson(failure: ProgramFailure): object {
  const stderr = lastWords(failure)
  const message = programFailureText(failure)
  switch (failure.code) {
    case 'ended':
      return { code: failure.code, message, end: failure.end, expected: failure.expected, stderr }
    case 'server':
      return { code: failure.code, message, server: failure.failure, stderr }
    case 'not-started':
      return { code: failure.code, message, reason: failure.reason, program: failure.program }
  }
}
