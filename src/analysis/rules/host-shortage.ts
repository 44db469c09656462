import type { HostView } from '../overcommit/host-report.ts'
import { unusedPromises } from '../overcommit/policy.ts'
import { RISK_RULES } from '../overcommit/risk-rules.ts'

/** Promised and not used, of what is left: from there on whose it is matters. */
export const MANY_PROMISES = 0.75

/** What is promised and not used, in bytes and as a part of what is left; `NaN` is unknown. */
export function latentPromises({ supply, readings }: HostView): { readonly bytes: number; readonly share: number } {
  const bytes = unusedPromises(readings.sample.meminfo)
  return { bytes, share: bytes / supply }
}

/** The cause of findings on many promises that hardly anybody will claim. */
export const STACKS = 'stacks of threads'

/** Whether so much is promised that whose it is matters, and nothing but the OOM killer refuses it. */
export function areManyPromises(view: HostView): boolean {
  return view.readings.settings.mode !== 2 && latentPromises(view).share > MANY_PROMISES
}

/** PSI full avg10 from which a host is on its way to the OOM killer. */
const STALLED = RISK_RULES.pressure.high
/** Per cent of RAM and swap. */
const LITTLE = RISK_RULES['memory-left'].high
/** With more left, tasks wait for the memory of a cgroup with a limit, or for swap, and the host's OOM killer is far. */
const SCARCE = RISK_RULES['memory-left'].elevated

/** Whether the OOM killer of the host is near. */
export function isShort({ supplyPercent, readings }: HostView): boolean {
  const full = readings.sample.pressure?.full?.avg10
  const stalled = full !== undefined && full >= STALLED
  return supplyPercent < (stalled ? SCARCE : LITTLE)
}
