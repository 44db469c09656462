import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { CheckReport, MetricResult, ScenarioResult } from '../../model/gate/report.ts'
import { formatNoise } from './text.ts'

/** A metric of a scenario that was measured. */
interface Point {
  readonly scenario: string
  readonly metric: GateMetric
  readonly result: MetricResult
  readonly median: number
  readonly min: number
  readonly max: number
}

/** What github-action-benchmark takes as `customSmallerIsBetter`. */
export function ghaBenchmarkJson(report: CheckReport): string {
  const points = pointsOf(report).map(({ scenario, metric, result, median }) => ({
    name: `${scenario}: ${GATE_METRICS[metric].label}`,
    unit: GATE_METRICS[metric].unit === 'bytes' ? 'bytes' : 'count',
    value: median,
    range: result.now === null || result.now.sigma === 0 ? '±0 %' : formatNoise(metric, result.now),
    extra: `${result.now?.n ?? 0} runs, ${result.verdict}`,
  }))
  return `${JSON.stringify(points, null, 2)}\n`
}

/** Bencher Metric Format: measures by scenario. */
export function bencherJson(report: CheckReport): string {
  const scenarios = new Map<string, Map<string, object>>()
  for (const { scenario, metric, median, min, max } of pointsOf(report)) {
    const measures = scenarios.get(scenario) ?? new Map<string, object>()
    measures.set(metric.replace('.', '-'), { value: median, lower_value: min, upper_value: max })
    scenarios.set(scenario, measures)
  }
  const entries = [...scenarios].map(([scenario, measures]) => [scenario, Object.fromEntries(measures)] as const)
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

/** Figures that GitLab compares as texts: any other digit is a change to it. */
const FIGURES = 3

/**
 * GitLab's metrics report, in the text format of OpenMetrics. What did not change is told as the baseline has it, to the
 * byte, and anything else in three figures, so that a merge request is told of real changes alone.
 */
export function gitlabMetrics(report: CheckReport): string {
  const points = pointsOf(report)
  const metrics = [...new Set(points.map(({ metric }) => metric))]
  const lines = metrics.flatMap((metric) => {
    const unit = GATE_METRICS[metric].unit === 'bytes' ? '_bytes' : ''
    const name = `mmapctl_${metric.replace(/[^a-z]/g, '_')}${unit}`
    const samples = points
      .filter((point) => point.metric === metric)
      .map(({ scenario, result, median }) => `${name}{scenario="${label(scenario)}"} ${steadyValue(result, median)}`)
    return [`# TYPE ${name} gauge`, ...(unit === '' ? [] : [`# UNIT ${name} bytes`]), ...samples]
  })
  return `${[...lines, '# EOF'].join('\n')}\n`
}

function steadyValue({ verdict, before }: MetricResult, median: number): number {
  if (verdict === 'passed' && before !== null) return before.median
  return Number(median.toPrecision(FIGURES))
}

/** OpenMetrics escapes these three, and no others. */
function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Metrics that were asked for; of a scenario without limits the usual ones. */
function pointsOf({ scenarios }: CheckReport): readonly Point[] {
  return scenarios.flatMap((scenario) =>
    pointsOfScenario(scenario).map((result) => ({
      scenario: scenario.name,
      metric: result.metric,
      result,
      median: result.now?.median ?? Number.NaN,
      min: result.now?.min ?? Number.NaN,
      max: result.now?.max ?? Number.NaN,
    })),
  )
}

function pointsOfScenario({ metrics }: ScenarioResult): readonly MetricResult[] {
  const measured = metrics.filter(({ now }) => now !== null)
  const gated = measured.filter(({ verdict }) => verdict !== 'not-gated')
  return gated.length > 0 ? gated : measured.filter(({ metric }) => GATE_METRICS[metric].usual !== null)
}
