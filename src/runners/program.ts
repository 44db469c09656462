import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** Where a command line's program is, or why it cannot be executed: what a shell says with 127 and 126. */
export type Program =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly reason: 'not-found' | 'not-executable' | 'directory' }

/** What execvp(3) searches when there is no PATH. */
const USUAL_PATH = '/bin:/usr/bin'

/**
 * Looks a program up as execvp(3) does: a name with a slash is a path, any other is searched for in PATH. The name is a
 * binary string, the path that is found is text. Relative paths are from `cwd`.
 */
export function findProgram(name: string, path: string | undefined, cwd = '.'): Program {
  const bytes = Buffer.from(name, 'latin1')
  if (name.startsWith('/')) return judge(bytes)
  if (name.includes('/')) return judge(Buffer.concat([Buffer.from(`${cwd}/`), bytes]))
  let best: Program = { found: false, reason: 'not-found' }
  for (const directory of (path ?? USUAL_PATH).split(':')) {
    const candidate = judge(Buffer.concat([Buffer.from(`${resolve(cwd, directory)}/`), bytes]))
    if (candidate.found) return candidate
    if (candidate.reason === 'not-executable') best = candidate
  }
  return best
}

function judge(path: Buffer): Program {
  try {
    const facts = statSync(path)
    if (facts.isDirectory()) return { found: false, reason: 'directory' }
    accessSync(path, constants.X_OK)
    // For root access(2) says yes to any file with one x bit, and yes to none without.
    return { found: true, path: path.toString() }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { found: false, reason: code === 'EACCES' || code === 'EPERM' ? 'not-executable' : 'not-found' }
  }
}
