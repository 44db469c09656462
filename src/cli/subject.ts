import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import type { CaptureTarget } from '../model/capture.ts'
import { liveTrees, type Trees } from '../sources/trees.ts'
import type { TargetFlags } from './targets.ts'
import { UsageError } from './usage-error.ts'

/** What a command reports on: the trees to read, and the TARGETs in them. */
export interface Subject {
  readonly trees: Trees
  readonly words: readonly string[]
  /** The capture's file; `null` for a live host. */
  readonly file: string | null
  /** Whether the processes were chosen by the user, and are not all of a capture. */
  readonly chosen: boolean
  /** What the capture is of; empty for a live host. */
  readonly targets: readonly CaptureTarget[]
}

/**
 * Opens what the command line names: this host, another's mounted `/proc`, or a capture, whose file stands among the
 * TARGETs. The other TARGETs are then processes of the capture, as is one behind a colon (`FILE:1234`); without any, those
 * that it was made of are meant.
 */
export async function openSubject(words: readonly string[], flags: TargetFlags): Promise<Subject> {
  const files = words.filter(isCaptureName)
  const [named] = files
  if (named === undefined) return { trees: openTrees(flags), words, file: null, chosen: true, targets: [] }
  if (files.length > 1) throw new UsageError('two captures', 'give one')
  if (flags.procfs !== undefined || flags.sysfs !== undefined) {
    throw new UsageError('a capture does not go with --procfs or --sysfs')
  }
  const [{ openCapture }, { capturedTrees }] = await Promise.all([
    import('../sources/capture-file.ts'),
    import('../sources/captured-trees.ts'),
  ])
  const { file, process } = captureName(named)
  const capture = await openCapture(file)
  const processes = words.flatMap((word) => (word === named ? (process ?? []) : word))
  const chosen = processes.length > 0 || flags.pgrep !== undefined || flags.cgroup !== undefined
  return {
    trees: capturedTrees(capture),
    file,
    chosen,
    words: chosen ? processes : capture.info.targets.map((target) => String(target.pid)),
    targets: capture.info.targets,
  }
}

/** Whether a word names a capture, or a process in one. */
export function isCaptureName(word: string): boolean {
  return isCaptureFile(captureName(word).file)
}

/** A file, and what stands behind a colon after it where that makes it a capture: a PID or name. */
function captureName(word: string): { readonly file: string; readonly process: string | null } {
  const [, file, process] = /^(.+):([^/:]+)$/s.exec(word) ?? []
  if (file === undefined || process === undefined || isCaptureFile(word) || !isCaptureFile(file)) {
    return { file: word, process: null }
  }
  return { file, process }
}

/** Captures are told by their ending, or by how they begin; a name of a process has no directory. */
function isCaptureFile(word: string): boolean {
  return word.endsWith('.mmapcap') || (word.includes('/') && isFile(word) && startsCompressed(word))
}

function isFile(path: string): boolean {
  return factsOf(path)?.isFile() === true
}

/** What a path leads to; `undefined` also where a part of the path is a file, or may not be searched. */
export function factsOf(path: string): Stats | undefined {
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

function checkDirectory(flag: string, directory: string | undefined): void {
  if (directory === undefined) return
  if (factsOf(directory)?.isDirectory() !== true) {
    throw new UsageError(`--${flag} ${directory}: no such directory`)
  }
}
