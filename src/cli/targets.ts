import type { TargetQuery } from '../collectors/targets.ts'
import { factsOf, isCaptureName } from './subject.ts'
import { UsageError } from './usage-error.ts'

/** The flags that choose processes, as parsed. */
export interface TargetFlags {
  readonly pgrep?: string | undefined
  readonly cgroup?: string | undefined
  readonly children: boolean
  readonly all: boolean
  readonly procfs?: string | undefined
  readonly sysfs?: string | undefined
}

/** Linux gives out PIDs below 2^22 (PID_MAX_LIMIT). */
const LARGEST_PID = 2 ** 22

/** As `targetQuery`, for commands that without a TARGET report on the host: `null` when none is given. */
export function optionalTargetQuery(words: readonly string[], flags: TargetFlags): TargetQuery | null {
  if (words.length > 0 || flags.pgrep !== undefined || flags.cgroup !== undefined) return targetQuery(words, flags)
  for (const flag of ['children', 'all'] as const) {
    if (flags[flag]) throw new UsageError(`--${flag} needs a TARGET`, 'give a PID, self, a process name or --pgrep')
  }
  return null
}

/** Checks the TARGETs and flags of a command line. */
export function targetQuery(words: readonly string[], flags: TargetFlags): TargetQuery {
  for (const word of words) checkWord(word)
  for (const flag of ['pgrep', 'cgroup'] as const) {
    if (flags[flag] === '') throw new UsageError(`--${flag} is empty`, 'it would mean every process')
  }
  if (words.length === 0 && flags.pgrep === undefined && flags.cgroup === undefined) {
    throw new UsageError('no TARGET', 'give a PID, self, a process name, --pgrep or --cgroup')
  }
  return {
    words,
    pgrep: flags.pgrep === undefined ? null : regex(flags.pgrep),
    cgroup: flags.cgroup ?? null,
    children: flags.children,
    all: flags.all,
    captures: words.filter((word) => !word.includes('/') && isCaptureName(`./${word}`)),
  }
}

/** Whether a command line may mean several processes; decides the form of the JSON, not what happened to match. */
export function meansSeveral(query: TargetQuery): boolean {
  return query.words.length > 1 || query.children || query.all || query.cgroup !== null
}

function checkWord(word: string): void {
  if (/^-?\d+$/.test(word) && (Number(word) < 1 || Number(word) > LARGEST_PID)) {
    throw new UsageError(`${word} is not a process ID`, `process IDs are 1 to ${LARGEST_PID}`)
  }
  if (word === '') throw new UsageError('an empty TARGET', 'give a PID, self or a process name')
  if (word.includes('/')) {
    throw new UsageError(
      `"${word}" is no TARGET: ${whatIs(word)}`,
      'give a PID, self, a process name without its directory, or a capture',
    )
  }
}

function whatIs(path: string): string {
  const facts = factsOf(path)
  if (facts === undefined) return 'there is no such file to be seen'
  return facts.isDirectory() ? 'it is a directory' : 'it is a file, but no capture'
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch {
    throw new UsageError(`--pgrep does not take "${text}"`, 'it is not a regular expression')
  }
}
