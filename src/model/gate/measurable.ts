import { GATE_METRICS, type GateMetric } from './metrics.ts'
import type { ServerPlan } from './scenario.ts'

/** What a scenario would need for a metric, and has not; `null` when it can be measured. */
export function lackOf(metric: GateMetric, server: ServerPlan | null): 'serve' | 'drive' | 'warmup-drive' | null {
  if (!GATE_METRICS[metric].server) return null
  if (server === null) return 'serve'
  const [moment] = metric.split('.')
  if (moment !== 'ready' && server.drive === null) return 'drive'
  return (moment === 'growth' || moment === 'warm') && server.warmupDrive === null ? 'warmup-drive' : null
}
