import { openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { systemErrorText } from '../model/errno.ts'
import { obstacleTo } from './report-output.ts'
import { UsageError } from './usage-error.ts'

/** Files that flags of `faults` name. */
export interface OutputFiles {
  readonly output?: string | undefined
  readonly folded?: string | undefined
  readonly stdout?: string | undefined
}

/** Refuses files that could not be written, before a program has run for nothing. */
export function checkOutputs({ output, folded, stdout }: OutputFiles): void {
  for (const [flag, path] of [['output', output] as const, ['folded', folded] as const]) {
    const obstacle = path === undefined ? null : obstacleTo(path)
    if (obstacle !== null) throw new UsageError(`--${flag} ${path} cannot be written: ${obstacle}`)
  }
  const files = [output, folded, stdout].flatMap((path) => (path === undefined ? [] : fileAt(path)))
  if (new Set(files).size < files.length) throw new UsageError('two outputs go to the same file')
}

/** Opens the file that becomes the program's stdout. */
export function openStdout(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new UsageError(`--stdout ${path} cannot be written: ${systemErrorText(error)}`)
  }
}

/** A name by which a file is the same as another; none for what is no regular file, or cannot become one. */
function fileAt(path: string): readonly string[] {
  try {
    const facts = statSync(path, { throwIfNoEntry: false })
    if (facts !== undefined) return facts.isFile() ? [`${facts.dev}:${facts.ino}`] : []
    return [join(realpathSync(dirname(resolve(path))), basename(path))]
  } catch {
    return []
  }
}
