import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BlockWriter, OutputError } from './io.ts'

/**
 * Writes a whole file or none: into a file beside it first, which then takes its name. What is no regular file
 * (`/dev/null`, a pipe) is written to as it is.
 */
export function writeFileAtomically(path: string, body: (write: (text: string | Buffer) => void) => void): void {
  const direct = statSync(path, { throwIfNoEntry: false })?.isFile() === false
  const target = direct ? path : join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    const descriptor = openSync(target, direct ? 'w' : 'wx', 0o666)
    try {
      const writer = new BlockWriter(descriptor)
      body((text) => writer.write(text))
      writer.flush()
      if (!direct) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (!direct) renameSync(target, path)
  } catch (error) {
    if (!direct) rmSync(target, { force: true })
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new OutputError((error as Error).message)
  }
}
