import type { RefusedEvent } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { parsePerfFailure } from '../parsers/perf-failure.ts'
import { runBounded } from './bounded.ts'
import type { PerfTool } from './perf-tool.ts'

/** Events taken apart into those that this perf opens here, and the others. */
export interface ProbedEvents {
  readonly accepted: readonly string[]
  readonly refused: readonly RefusedEvent[]
}

const PATIENCE_MS = 10_000
/** Always there, for perf from 6.15 on refuses a list of which nothing is supported. */
const SOFTWARE = 'page-faults'
const NOTHING = ['--', '/bin/sh', '-c', ':'] as const

/**
 * Tries events one by one on a program that does nothing, because perf refuses a whole list for one event that it does
 * not know or may not open. One that the machine does not support is opened, and then not counted.
 */
export async function probeEvents(perf: PerfTool, events: readonly string[]): Promise<ProbedEvents> {
  const together = await tryEvents(perf, events)
  if (together === null) return { accepted: events, refused: [] }
  // What does not answer to all of them will not answer to each.
  if (together.cause === 'no-answer')
    return { accepted: [], refused: events.map((event) => ({ event, failure: together })) }
  const accepted: string[] = []
  const refused: RefusedEvent[] = []
  for (const event of events) {
    const failure = events.length === 1 ? together : await tryEvents(perf, [event])
    if (failure === null) accepted.push(event)
    else refused.push({ event, failure })
  }
  return { accepted, refused }
}

async function tryEvents(perf: PerfTool, events: readonly string[]): Promise<PerfFailure | null> {
  const args = ['stat', '-x', ';', '-o', '/dev/null', '-e', [SOFTWARE, ...events].join(','), ...NOTHING]
  const { text, status, timedOut } = await runBounded(perf.path, args, { env: perf.env, patienceMs: PATIENCE_MS })
  if (status === 0) return null
  return parsePerfFailure(Buffer.from(text).toString('latin1'), { code: timedOut ? null : (status ?? 1), signal: null })
}

/** What perf can count of a machine's own, and the tracepoints of a subsystem: names as `-e` takes them. */
export async function knownEvents(perf: PerfTool, like: string): Promise<readonly string[]> {
  const subsystem = /^([\w-]+):/.exec(like)?.[1]
  const kinds = subsystem === undefined ? ['hw', 'sw', 'cache', 'pmu'] : [`${subsystem}:*`]
  const { text } = await runBounded(perf.path, ['list', ...kinds], { env: perf.env, patienceMs: PATIENCE_MS })
  const names = [...text.matchAll(/^ {2}(\S.*?) +\[/gm)].flatMap(([, found = '']) => found.split(' OR '))
  return [...new Set(names)]
}
