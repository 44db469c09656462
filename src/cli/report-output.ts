import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errnoText, systemErrorText } from '../model/errno.ts'
import { displayText } from '../output/sanitise.ts'
import { BlockWriter, OutputError } from './io.ts'

/** Only its owner may read a capture: it has what only its maker may read, and command lines. */
export const PRIVATE = 0o600

/**
 * Writes a whole file or none: into a file beside it first, which then takes its name. What is no regular file
 * (`/dev/null`, a pipe) is written to as it is. `mode` is what umask may take from: `PRIVATE` for what tells of others.
 */
export function writeFileAtomically(
  path: string,
  body: (write: (text: string | Buffer) => void) => void,
  mode = 0o666,
): void {
  const { direct, target } = placeOf(path)
  try {
    const descriptor = openSync(target, direct ? 'w' : 'wx', mode)
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
    const why = error instanceof OutputError ? error.message : systemErrorText(error)
    if (!(error instanceof OutputError) && (error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new OutputError(`${displayText(Buffer.from(path).toString('latin1'))}: ${why}`)
  }
}

/** Where the bytes of a report go at first: beside its file, or to what is no regular file itself. */
function placeOf(path: string): { readonly direct: boolean; readonly target: string } {
  const direct = statSync(path, { throwIfNoEntry: false })?.isFile() === false
  return { direct, target: direct ? path : join(dirname(path), `.${basename(path)}.${process.pid}`) }
}

/**
 * Why `writeFileAtomically` could not write a file; `null` when it could. Asked before anything is read or run for the
 * file's sake; leaves nothing behind.
 */
export function obstacleTo(path: string): string | null {
  try {
    const { direct, target } = placeOf(path)
    if (direct) {
      if (statSync(path).isDirectory()) return errnoText('EISDIR')
      accessSync(path, constants.W_OK)
      return null
    }
    if (path.endsWith('/')) return errnoText('ENOTDIR')
    if (isAnothersInSticky(path)) return 'it is another user’s, in a directory where only its owner may replace it'
    closeSync(openSync(target, 'wx', 0o666))
    rmSync(target, { force: true })
    return null
  } catch (error) {
    const { syscall, code = '' } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    if (code === 'ENOENT' && existsSync(dirname(path))) return 'no files can be made there'
    return OBSTACLES[code] ?? systemErrorText(error)
  }
}

/** What stands in the way, where the system's own words speak of a file that is not the user's. */
const OBSTACLES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead round in a circle',
}

const STICKY = 0o1000

/** In a directory like /tmp a file cannot take the name of somebody else's (fs/namei.c check_sticky). */
function isAnothersInSticky(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false })
  const directory = statSync(dirname(path))
  const user = process.geteuid?.() ?? 0
  const owners = [file?.uid ?? user, directory.uid]
  return user !== 0 && (directory.mode & STICKY) !== 0 && !owners.includes(user)
}
