import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import type { Inherited } from './inherited.ts'

/** A command line that waits for a line on a descriptor and then becomes the program. */
export interface GateCommand {
  readonly file: string
  readonly args: readonly string[]
}

/** Shells that change nothing in an environment of plain names. */
const PLAIN_SHELL = /\/(?:dash|busybox|ash)$/
const PLAIN_PATHS = ['/bin/sh', '/bin/dash', '/bin/ash']
/** Hands on names that are none of a shell's, and functions; `-p` keeps it from reading BASH_ENV. */
const BASHES = ['/bin/bash', '/usr/bin/bash']
const PATIENCE_MS = 5000

/**
 * The shell that waits, and what it does before it becomes the program. The program gets exactly `env`, and back what
 * Node took: its limit of open files, and signals to ignore.
 *
 * Where no shell here hands the environment on as it is, env(1) sets it; its own faults (some 75) then count.
 */
export function gateCommand(
  argv: readonly [string, ...string[]],
  { env, inherited, descriptor }: { env: NodeJS.ProcessEnv; inherited: Inherited; descriptor: number },
): GateCommand {
  const { ignored, openFiles } = inherited
  const signals = ignored.map((name) => name.slice('SIG'.length)).join(' ')
  const wait = [
    openFiles === null ? '' : `ulimit -S -n ${openFiles}; `,
    signals === '' ? '' : `trap '' ${signals}; `,
    `printf . >&${descriptor}; IFS= read -r mmapctl_gate <&${descriptor} || exit 125; `,
  ].join('')
  const { shell, faithful } = shellFor(env)
  const [file, ...flags] = shell
  const close = `${descriptor}>&-`
  // To `env` a program called a=b would be a variable.
  if (faithful || argv[0].includes('=')) {
    return { file, args: [...flags, '-c', `${wait}${restoring(env)}exec "$@" ${close}`, 'sh', ...argv] }
  }
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`)
  return { file, args: [...flags, '-c', `${wait}exec env -i "$@" ${close}`, 'sh', ...variables, ...argv] }
}

type Shell = readonly [string, ...string[]]
interface Choice {
  readonly shell: Shell
  /** Whether the program gets the environment as it is. */
  readonly faithful: boolean
}

const choices = new WeakMap<NodeJS.ProcessEnv, Choice>()

/** Asked once for an environment, since it may take trying. */
function shellFor(env: NodeJS.ProcessEnv): Choice {
  const known = choices.get(env) ?? choose(env)
  choices.set(env, known)
  return known
}

/** Names that every shell hands on; a variable called otherwise is dropped by some. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

function choose(env: NodeJS.ProcessEnv): Choice {
  const plain = PLAIN_PATHS.find((path) => PLAIN_SHELL.test(realPath(path)))
  if (plain !== undefined && Object.keys(env).every((name) => SHELL_NAME.test(name))) {
    return { shell: [plain], faithful: true }
  }
  const usual: Shell = [plain ?? '/bin/sh']
  const faithful = [...BASHES.map((path): Shell => [path, '-p']), usual].find((shell) => handsOn(shell, env))
  return { shell: faithful ?? usual, faithful: faithful !== undefined }
}

/** Tries whether what a shell becomes has exactly this environment. */
function handsOn([file, ...flags]: Shell, env: NodeJS.ProcessEnv): boolean {
  const { stdout } = spawnSync(file, [...flags, '-c', `${restoring(env)}exec env -0`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE_MS,
    encoding: 'utf8',
  })
  const wanted = Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}\0`)
  return sorted((stdout ?? '').split(/(?<=\0)/)) === sorted(wanted)
}

function sorted(entries: readonly string[]): string {
  return [...entries].sort().join('')
}

/** Shells set these by themselves and export them, and put a PWD right that is not the working directory. */
function restoring(env: NodeJS.ProcessEnv): string {
  return ['PWD', 'OLDPWD'].map((name) => (env[name] === undefined ? unset(name) : set(name, env[name]))).join('')
}

function unset(name: string): string {
  return `unset ${name}; `
}

function set(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", "'\\''")}'; `
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return ''
  }
}
