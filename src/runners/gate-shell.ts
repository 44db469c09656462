import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { isText, textOf } from './exact-bytes.ts'
import type { Inherited } from './inherited.ts'
import { plainShell, SHELL_NAME } from './plain-shell.ts'

/** A command line that waits for a line on a descriptor and then becomes the program. */
export interface GateCommand {
  readonly file: string
  readonly args: readonly string[]
}

/** A shell and its flags. */
type Shell = readonly [string, ...string[]]
/** Hands on names that are none of a shell's, and functions; `-p` keeps it from reading BASH_ENV. */
const BASHES: readonly Shell[] = ['/bin/bash', '/usr/bin/bash'].map((path) => [path, '-p'])
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
  const { ignored, openFiles, variables } = inherited
  // By number: not every shell has every name.
  const signals = ignored.map((name) => constants.signals[name]).join(' ')
  const { shell, faithful } = shellFor(env)
  const { texts, restored } = exactArguments(argv)
  const wait = [
    restored,
    openFiles === null ? '' : `ulimit -S -n ${openFiles}; `,
    signals === '' ? '' : `trap '' ${signals}; `,
    `printf . >&${descriptor}; IFS= read -r mmapctl_gate <&${descriptor} || exit 125; `,
  ].join('')
  const [file, ...flags] = shell
  const close = `${descriptor}>&-`
  // To `env` a program called a=b would be a variable.
  if (faithful || argv[0].includes('=')) {
    const script = `${wait}${exactValues(variables)}${becoming(shell, env)} "$@" ${close}`
    return { file, args: [...flags, '-c', script, 'sh', ...texts] }
  }
  const set = Object.entries(env).map(([name, value]) => quoted(`${name}=${value ?? ''}`))
  return { file, args: [...flags, '-c', `${wait}exec env -i ${set.join(' ')} "$@" ${close}`, 'sh', ...texts] }
}

/** The program and its arguments as Node can hand them on, and what the shell does to have them to the byte. */
function exactArguments(argv: readonly string[]): { readonly texts: readonly string[]; readonly restored: string } {
  const texts = argv.map(textOf)
  if (argv.every(isText)) return { texts, restored: '' }
  const odd = argv.flatMap((word, index) => (isText(word) ? [] : [assigned(`mmapctl_${index}`, word)]))
  const words = argv.map((word, index) => (isText(word) ? `"\${${index + 1}}"` : `"$mmapctl_${index}"`))
  return { texts, restored: `${odd.join('')}set -- ${words.join(' ')}; ` }
}

/** Puts back values that are no text. Only a shell's own names can have them. */
function exactValues(variables: ReadonlyMap<string, string>): string {
  const odd = [...variables].filter(([name]) => SHELL_NAME.test(name))
  return odd.map(([name, value]) => `${assigned(name, value)}export ${name}; `).join('')
}

/** Sets a variable to any bytes; what stands behind them keeps line feeds at the end. */
function assigned(name: string, bytes: string): string {
  const escaped = [...bytes].map((byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `${name}=$(printf '${escaped.join('')}.'); ${name}=\${${name}%.}; `
}

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

function choose(env: NodeJS.ProcessEnv): Choice {
  const plain = plainShell()
  if (plain !== undefined && Object.keys(env).every((name) => SHELL_NAME.test(name))) {
    return { shell: [plain], faithful: true }
  }
  const usual: Shell = [plain ?? '/bin/sh']
  const faithful = [...BASHES, usual].find((shell) => handsOn(shell, env))
  return { shell: faithful ?? usual, faithful: faithful !== undefined }
}

/** Tries whether what a shell becomes has exactly this environment. */
function handsOn(shell: Shell, env: NodeJS.ProcessEnv): boolean {
  const [file, ...flags] = shell
  const { stdout } = spawnSync(file, [...flags, '-c', `${becoming(shell, env)} env -0`], {
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

/**
 * `exec`, with the variables put back that shells set by themselves: they put a PWD right that is not the working
 * directory, and bash changes `_` with every command and exports a SHLVL, unless that is an array.
 */
function becoming(shell: Shell, env: NodeJS.ProcessEnv): string {
  const directories = ['PWD', 'OLDPWD'].map((name) => {
    const value = env[name]
    return value === undefined ? `unset ${name}; ` : `export ${name}=${quoted(value)}; `
  })
  const level = BASHES.includes(shell) && env['SHLVL'] === undefined ? 'unset SHLVL; declare -a SHLVL; ' : ''
  const last = env['_'] === undefined ? '' : `_=${quoted(env['_'])} `
  return `${directories.join('')}${level}${last}exec`
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}
