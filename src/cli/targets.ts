import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import type { TargetQuery } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import type { ParseError } from '../parsers/parse-error.ts'
import { capturedTrees, liveTrees, type Trees } from '../sources/trees.ts'
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
  }
}

/** Whether a command line may mean several processes; decides the form of the JSON, not what happened to match. */
export function meansSeveral(query: TargetQuery): boolean {
  return query.words.length > 1 || query.children || query.all || query.cgroup !== null
}

/** What a command reports on: the trees to read, and the TARGETs in them. */
export interface Subject {
  readonly trees: Trees
  readonly words: readonly string[]
  /** The capture's file; `null` for a live host. */
  readonly file: string | null
  /** Whether the processes were chosen by the user, and are not all of a capture. */
  readonly chosen: boolean
}

/**
 * Opens what the command line names: this host, another's mounted `/proc`, or a capture, whose file stands among the
 * TARGETs. The other TARGETs are then processes of the capture; without any, those that it was made of are meant.
 */
export async function openSubject(words: readonly string[], flags: TargetFlags): Promise<Subject> {
  const files = words.filter(isCaptureName)
  const [file] = files
  if (file === undefined) return { trees: openTrees(flags), words, file: null, chosen: true }
  if (files.length > 1) throw new UsageError('two captures', 'give one')
  if (flags.procfs !== undefined || flags.sysfs !== undefined) {
    throw new UsageError('a capture does not go with --procfs or --sysfs')
  }
  const { openCapture } = await import('../sources/capture-file.ts')
  const capture = await openCapture(file)
  const processes = words.filter((word) => word !== file)
  const chosen = processes.length > 0 || flags.pgrep !== undefined || flags.cgroup !== undefined
  return {
    trees: capturedTrees(capture),
    file,
    chosen,
    words: chosen ? processes : capture.info.targets.map((target) => String(target.pid)),
  }
}

/** A file in a capture that is not as the kernel prints it: the capture is to blame. */
export function badCapture(path: string, { file, message }: ParseError): FailureError {
  return new FailureError({
    code: 'bad-capture',
    path,
    what: `${file} in it is not as the kernel prints it: ${message}`,
  })
}

/** Captures are told by their ending, or by how they begin; a name of a process has no directory. */
export function isCaptureName(word: string): boolean {
  return word.endsWith('.mmapcap') || (word.includes('/') && isFile(word) && startsCompressed(word))
}

function isFile(path: string): boolean {
  return factsOf(path)?.isFile() === true
}

/** `undefined` also where a part of the path is a file, or may not be searched. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** Whether a file begins as a compressed one does; false when it cannot be read. */
export function startsCompressed(path: string): boolean {
  const first = firstBytes(path, GZIP.length)
  return first?.equals(GZIP) === true
}

function firstBytes(path: string, count: number): Buffer | null {
  try {
    const descriptor = openSync(path, 'r')
    try {
      const start = Buffer.alloc(count)
      return start.subarray(0, readSync(descriptor, start))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}

const GZIP = Buffer.from([0x1f, 0x8b])

/** The stall that reads may cause: a process that was captured waits for nobody. */
export function stallLimit(trees: Trees, maxStallMs: number): number {
  return trees.capture === null ? maxStallMs : Number.POSITIVE_INFINITY
}

/** Opens the trees that the flags name. */
export function openTrees(flags: TargetFlags): Trees {
  checkDirectory('procfs', flags.procfs)
  checkDirectory('sysfs', flags.sysfs)
  return liveTrees(flags.procfs, flags.sysfs)
}

function checkWord(word: string): void {
  if (/^-?\d+$/.test(word) && (Number(word) < 1 || Number(word) > LARGEST_PID)) {
    throw new UsageError(`${word} is not a process ID`, `process IDs are 1 to ${LARGEST_PID}`)
  }
  if (word === '') throw new UsageError('an empty TARGET', 'give a PID, self or a process name')
  if (word.includes('/')) {
    throw new UsageError(
      `"${word}" is no TARGET`,
      'give a PID, self, a process name without its directory, or a capture',
    )
  }
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch {
    throw new UsageError(`--pgrep does not take "${text}"`, 'it is not a regular expression')
  }
}

function checkDirectory(flag: string, directory: string | undefined): void {
  if (directory === undefined) return
  if (factsOf(directory)?.isDirectory() !== true) {
    throw new UsageError(`--${flag} ${directory}: no such directory`)
  }
}
