import { realpathSync } from 'node:fs'

/** A shell's script that waits and then becomes the program, in parts. */
export interface GateScript {
  /** Says that it is there, and waits. */
  readonly wait: string
  /** Closes what the program must not have, as redirections. */
  readonly close: string
  /** Around all of it, where it is not the shell itself that becomes the program. */
  readonly wrap?: (script: string) => string
}

/** What to start instead of the program. */
export interface GateCommand {
  readonly shell: string
  readonly args: readonly string[]
  /** How often its process becomes another image before that of the program is there: 1, or 2 by way of env(1). */
  readonly images: number
}

/** Names that every shell hands on; a variable called otherwise is dropped by some. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Shells that change nothing in an environment of such names; bash adds and counts variables of its own. */
const PLAIN_SHELL = /\/(?:dash|busybox|ash)$/
const SHELLS = ['/bin/sh', '/bin/dash', '/bin/ash']

/** The shell that waits, and its arguments. Whatever the shell, the program gets exactly `env`. */
export function gateCommand(
  argv: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  { wait, close, wrap = (script) => script }: GateScript,
  cwd = '.',
): GateCommand {
  const plain = SHELLS.find((shell) => PLAIN_SHELL.test(realPath(shell)))
  const shell = plain ?? '/bin/sh'
  const names = Object.keys(env)
  const kept = plain !== undefined && names.every((name) => SHELL_NAME.test(name)) && isHere(env['PWD'], cwd)
  // To `env` a program called a=b would be a variable.
  if (kept || argv[0].includes('=')) {
    return { shell, args: ['-c', wrap(`${unsetting(env)}${wait} exec "$@" ${close}`), 'sh', ...argv], images: 1 }
  }
  const variables = names.map((name) => `${name}=${env[name] ?? ''}`)
  const script = wrap(`${wait} exec env -i "$@" ${close}`)
  return { shell, args: ['-c', script, 'sh', ...variables, ...argv], images: 2 }
}

/** Shells set these by themselves, and export them. */
function unsetting(env: NodeJS.ProcessEnv): string {
  const added = ['PWD', 'OLDPWD'].filter((name) => env[name] === undefined)
  return added.length === 0 ? '' : `unset ${added.join(' ')}; `
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return ''
  }
}

/** A shell puts right a PWD that is not the working directory. */
function isHere(pwd: string | undefined, cwd: string): boolean {
  if (pwd === undefined) return true
  return pwd.startsWith('/') && realPath(pwd) === realPath(cwd)
}
