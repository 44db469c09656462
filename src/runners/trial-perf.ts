import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PerfFailure } from '../model/perf-failure.ts'
import { parsePerfFailure } from '../parsers/perf-failure.ts'
import { parsePerfStat } from '../parsers/perf-stat.ts'
import type { PerfRefusal } from './attach.ts'
import { runBounded } from './bounded.ts'
import type { PerfTool } from './perf-tool.ts'
import { attachRecord, printRecording } from './record.ts'

const PATIENCE_MS = 10_000
const NOTHING = ['--', '/bin/sh', '-c', ':'] as const
/** In every list, since perf from 6.15 on refuses one of which nothing is supported. */
const SOFTWARE = 'page-faults'

/** Events that were counted on a program that does nothing, and those that this machine does not have. */
export interface CountedEvents {
  readonly counted: readonly string[]
  readonly unsupported: readonly string[]
}

/** Counts events on a program that does nothing. */
export async function tryCounting(
  perf: PerfTool,
  events: readonly string[],
  directory: string,
): Promise<CountedEvents | PerfFailure> {
  const file = join(directory, 'stat')
  const list = [...new Set([SOFTWARE, ...events])]
  const args = ['stat', '-x', ';', '-o', file, ...list.flatMap((event) => ['-e', event]), ...NOTHING]
  const { text, status, timedOut } = await runBounded(perf.path, args, { env: perf.env, patienceMs: PATIENCE_MS })
  if (status !== 0) return failureOf({ status: timedOut ? null : (status ?? 1), stderr: text })
  const rows = parsePerfStat(readFileSync(file))
  const counted = list.filter((_, index) => rows[index]?.value != null)
  const asked = (event: string): boolean => events.includes(event)
  return { counted: counted.filter(asked), unsupported: events.filter((event) => !counted.includes(event)) }
}

/** What a recording of a process's faults held. */
export interface TrialRecording {
  readonly samples: number
  /** What the processor said of each fault was recorded too. */
  readonly errorCodes: boolean
}

/** Records faults of a process, every one with its address, while it does something; then reads the recording. */
export async function tryRecording(
  perf: PerfTool,
  pid: number,
  directory: string,
  during: () => Promise<void>,
): Promise<TrialRecording | PerfFailure> {
  const plan = { period: 1, bounded: false, stacks: false, errorCodes: true, directory }
  const session = await attachRecord(perf, pid, plan)
  if (!('finish' in session)) return failureOf(session)
  await session.begin()
  await during()
  await session.pause()
  const outcome = await session.finish()
  if (!('file' in outcome)) return failureOf(outcome)
  let text = ''
  const printed = await printRecording(perf, outcome.file, session, (piece) => {
    text += Buffer.from(piece).toString('latin1')
  })
  if (printed.status !== 0) return failureOf(printed)
  const samples = text.match(/^.*(?:minor|major|page)-faults.*$/gm)?.length ?? 0
  return { samples, errorCodes: session.errorCodes }
}

function failureOf({ status, stderr }: PerfRefusal): PerfFailure {
  return parsePerfFailure(Buffer.from(stderr).toString('latin1'), { code: status, signal: null })
}
