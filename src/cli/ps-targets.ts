import type { PsReport } from '../analysis/ps/report.ts'
import { isHidden } from '../collectors/process.ts'
import type { NoFacts } from '../collectors/process-facts.ts'
import type { ProcessSurvey } from '../collectors/process-survey.ts'
import { commOf, listPids, parentOf } from '../collectors/processes.ts'
import { resolveTargets, type TargetQuery } from '../collectors/targets.ts'
import { userId, userNames } from '../collectors/users.ts'
import { type Failure, FailureError } from '../model/failure.ts'
import { similarNames } from '../model/similar.ts'
import { displayText } from '../output/sanitise.ts'
import type { Trees } from '../sources/trees.ts'
import { UsageError } from './usage-error.ts'

/** Which processes a list is of. */
export interface PsSelection {
  readonly pids: readonly number[]
  /** Those that were asked for by number, each of which deserves an answer of its own. */
  readonly named: readonly number[]
  /** Set when `self` was asked for: which process that turned out to be. */
  readonly self: number | null
  /** Effective user that all must have; `null` for any. */
  readonly uid: number | null
}

/** Finds the processes. Throws a failure when none can match. */
export function selectProcesses(trees: Trees, query: TargetQuery | null, user: string | undefined): PsSelection {
  const uid = user === undefined ? null : userId(trees, user)
  if (user !== undefined && uid === null) throw noSuchUser(trees, user)
  if (query === null) return { pids: listPids(trees), named: [], self: null, uid }
  // A list is what is wanted, so a name means all that it fits.
  const { pids, self } = resolveTargets(trees, { ...query, all: true })
  const numbers = query.words.filter((word) => /^\d+$/.test(word)).map(Number)
  return { pids, named: self === null ? numbers : [...numbers, self], self, uid }
}

/** The processes asked for by number that there is no answer on, or only a part of one. Throws when there are no others. */
export function failuresOf(
  trees: Trees,
  survey: ProcessSurvey,
  { named }: PsSelection,
  user: string | undefined,
): readonly FailureError[] {
  const { processes, missing } = survey.list
  const failures = named.flatMap((pid) => {
    const reason = missing.get(pid)
    const failure = reason === undefined ? null : absence(trees, pid, reason)
    return failure === null ? [] : [new FailureError(failure)]
  })
  if (processes.length === 0 && failures.length === 0) throw user === undefined ? nothing() : noProcessOf(user)
  return failures
}

/** Processes asked for by number that do not let their pages be walked. */
export function refusalsOf(trees: Trees, report: PsReport, { named }: PsSelection): readonly FailureError[] {
  const reader = { root: trees.asRoot, captured: trees.capture !== null }
  return report.gaps.denied
    .filter((row) => named.includes(row.pid))
    .map(
      ({ pid, status, user }) =>
        new FailureError({ code: 'no-permission', process: { pid, comm: status.name }, user, ...reader }),
    )
}

function absence(trees: Trees, pid: number, reason: NoFacts): Failure | null {
  const process = { pid, comm: commOf(trees, pid) ?? '' }
  switch (reason) {
    case 'kernel-thread':
      return { code: 'kernel-thread', process }
    case 'zombie':
      return { code: 'zombie', process, parent: parentOf(trees, pid) ?? 0 }
    case 'hidden':
      return { code: 'hidden-process', pid }
    case 'vanished':
      return trees.own && isHidden(pid) ? { code: 'hidden-process', pid } : { code: 'no-such-process', pid }
    case 'other-user':
      return null
  }
}

/** A name that nobody has is a slip of the finger, and no list without rows. */
function noSuchUser(trees: Trees, user: string): UsageError {
  const names = [...userNames(trees).values()]
  if (names.length === 0) return new UsageError('--user takes a number here: the names of users cannot be read')
  const near = similarNames(Buffer.from(user).toString('latin1'), names)
  const hint = near.length === 0 ? 'a number will do as well' : `did you mean ${near.map(displayText).join(', ')}?`
  return new UsageError(`/etc/passwd has no user "${user}"`, hint)
}

function noProcessOf(user: string): FailureError {
  return new FailureError({ code: 'no-match', what: `--user ${user}` })
}

function nothing(): FailureError {
  return new FailureError({ code: 'no-match', what: 'any more: all have ended meanwhile' })
}
