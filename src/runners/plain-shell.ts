import { realpathSync } from 'node:fs'

/** Shells that change nothing in an environment of plain names; bash adds and counts variables of its own. */
const PLAIN_SHELL = /\/(?:dash|busybox|ash)$/
const PATHS = ['/bin/sh', '/bin/dash', '/bin/ash']
/** Names that every shell hands on; a variable called otherwise is dropped by some. */
export const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A shell that hands an environment of plain names on as it is; `undefined` where there is none. */
export function plainShell(): string | undefined {
  return PATHS.find((path) => PLAIN_SHELL.test(realPath(path)))
}

/** Where a path leads; empty where to nothing. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return ''
  }
}
