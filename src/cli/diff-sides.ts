import type { Grouping } from '../analysis/groups.ts'
import { type MapsReport, mapsReport, WHOLE } from '../analysis/maps-report.ts'
import { collectHost } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import { resolveTargets } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import type { DiffSide } from '../output/diff-text.ts'
import { ParseError } from '../parsers/parse-error.ts'
import { badCapture } from './bad-capture.ts'
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
  { trees, words, file }: Subject,
  flags: TargetFlags,
  options: SideOptions,
): DiffSubject {
  if (words.length > 1) throw new UsageError(`${word} holds ${words.length} processes`, 'diff compares one with one')
  const host = collectHost(trees)
  const { pids } = resolveTargets(trees, targetQuery(words, flags))
  const [pid] = pids
  if (pid === undefined) throw new FailureError({ code: 'no-match', what: word })
  const maxStallMs = stallLimit(trees, options.maxStallMs)
  const depth = { basic: options.basic, pages: true, maxStallMs, wanted: 'all' as const, pageSize: host.pageSize }
  const memory = collectProcess(trees, host, pid, depth)
  if (memory.space === null) {
    const process = { pid, comm: memory.stat.comm }
    throw new FailureError({ code: 'no-permission', process, user: memory.user, root: trees.asRoot })
  }
  const report = mapsReport(memory, host, { ...WHOLE, grouping: options.grouping }, trees.ledger.take())
  return { report, side: { at: trees.capture?.createdAt ?? null, ago: null, file } }
}
