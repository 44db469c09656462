import { plainShell, realPath, SHELL_NAME } from './plain-shell.ts'

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

/**
 * The shell that waits, and its arguments. Whatever the shell, the program gets exactly `env`.
 *
 * By way of env(1) where no shell hands it on: its image and faults are told apart from the program's by who traces. Who
 * counts faults from outside asks `gate-shell.ts`, which has other ways.
 */
export function gateCommand(
  argv: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  { wait, close, wrap = (script) => script }: GateScript,
  cwd = '.',
): GateCommand {
  const plain = plainShell()
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

/** A shell puts right a PWD that is not the working directory. */
function isHere(pwd: string | undefined, cwd: string): boolean {
  if (pwd === undefined) return true
  return pwd.startsWith('/') && realPath(pwd) === realPath(cwd)
}
