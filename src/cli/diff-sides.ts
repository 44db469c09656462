import type { Grouping } from '../analysis/groups.ts'
import { type MapsReport, mapsReport, WHOLE } from '../analysis/maps-report.ts'
import { collectHost } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import { resolveTargets } from '../collectors/targets.ts'
import type { CaptureTarget } from '../model/capture.ts'
import { FailureError } from '../model/failure.ts'
import type { DiffSide } from '../output/diff-text.ts'
import { displayText } from '../output/sanitise.ts'
import { ParseError } from '../parsers/parse-error.ts'
import { badCapture } from './bad-capture.ts'
import { noPermission } from './no-permission.ts'
import { openSubject, type Subject, stallLimit } from './subject.ts'
import { type TargetFlags, targetQuery } from './targets.ts'
import { UsageError } from './usage-error.ts'

/** How the sides of a diff are read. */
export interface SideOptions {
  readonly procfs?: string | undefined
  readonly basic: boolean
  readonly maxStallMs: number
  readonly grouping: Grouping
}

/** One side of a diff, read. */
export interface DiffSubject {
  readonly report: MapsReport
  readonly side: DiffSide
}

/** Reads what one word of the command line means: a capture of one process, or a process. */
export async function readSide(word: string, options: SideOptions): Promise<DiffSubject> {
  const flags = { children: false, all: false, procfs: options.procfs }
  const subject = await openSubject([word], flags)
  try {
    return readSubject(word, subject, flags, options)
  } catch (error) {
    if (subject.file !== null && error instanceof ParseError) throw badCapture(subject.file, error)
    throw error
  }
}

function readSubject(
  word: string,
  { trees, words, file, targets, chosen }: Subject,
  flags: TargetFlags,
  options: SideOptions,
): DiffSubject {
  if (words.length > 1 && !chosen) throw severalProcesses(word, targets)
  const host = collectHost(trees)
  const { pids } = resolveTargets(trees, targetQuery(words, flags))
  const [pid] = pids
  if (pid === undefined) throw new FailureError({ code: 'no-match', what: word })
  const maxStallMs = stallLimit(trees, options.maxStallMs)
  const depth = { basic: options.basic, pages: true, maxStallMs, wanted: 'all' as const, pageSize: host.pageSize }
  const memory = collectProcess(trees, host, pid, depth)
  if (memory.space === null) {
    throw noPermission(memory, trees)
  }
  const report = mapsReport(memory, host, { ...WHOLE, grouping: options.grouping }, trees.ledger.take())
  return { report, side: { at: trees.capture?.createdAt ?? null, ago: null, file } }
}

/** Processes that a message lists; `capture --show` has all. */
const MOST_LISTED = 12

function severalProcesses(file: string, targets: readonly CaptureTarget[]): UsageError {
  const listed = targets.slice(0, MOST_LISTED).map(({ pid, comm }) => `${pid} ${displayText(comm)}`)
  const more = targets.length - listed.length
  const all = more === 0 ? listed : [...listed, `${more} more`]
  const shown = displayText(Buffer.from(file).toString('latin1'))
  const holds = `${shown} holds ${targets.length} processes: ${all.join(', ')}`
  return new UsageError(holds, `diff compares one with one: choose it as in ${shown}:${targets[0]?.pid}`)
}
