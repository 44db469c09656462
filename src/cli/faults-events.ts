import { similarNames } from '../model/similar.ts'
import { displayText } from '../output/sanitise.ts'
import type { PerfTool } from '../runners/perf-tool.ts'
import { knownEvents, type ProbedEvents, probeEvents } from '../runners/probe-events.ts'
import { UsageError } from './usage-error.ts'

/** Tries the events that were asked for before anything runs: one that perf does not know is a slip of the finger. */
export async function checkEvents(perf: PerfTool, events: readonly string[]): Promise<ProbedEvents> {
  const probed = await probeEvents(perf, events)
  const unknown = probed.refused.find(({ failure }) => failure.cause === 'unknown-event')
  if (unknown === undefined) return probed
  const { event } = unknown
  const near = similarNames(event, await knownEvents(perf, event))
  const hint = near.length === 0 ? 'see `perf list`' : `did you mean ${near.map(displayText).join(', ')}?`
  throw new UsageError(`this perf (${perf.version}) knows no event ${shown(event)} on this machine`, hint)
}

function shown(event: string): string {
  return displayText(Buffer.from(event).toString('latin1'))
}
