import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** The command as it is packaged; `npm run build` makes what it loads. */
export const BIN = join(ROOT, 'bin/run.cjs')
export const NODE = process.execPath

/** A captured JVM, as a procfs. */
export const JAVA_PROCFS = 'test/fixtures/hosts/java/proc'
export const JAVA_PID = 15044

/** A PID that Linux may give out and never does before four million others. */
export const NOBODYS_PID = 4_194_303

/** What the tests themselves run in must not decide about colours, transpiling or certificates. */
const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', TERM: 'xterm' }

export interface Run {
  readonly status: number | undefined
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the packaged command. */
export function mmapctl(args: readonly string[], options: Options = {}): Promise<Run> {
  return run(NODE, [BIN, ...args], options)
}

/** Runs a shell line in which `mmapctl` is the packaged command. */
export function shell(line: string, options: Options = {}): Promise<Run> {
  const prelude = `mmapctl() { '${NODE}' '${BIN}' "$@"; }\n`
  return run('bash', ['-c', prelude + line], options)
}

/** Runs any program with the environment of these tests. */
export async function run(file: string, args: readonly string[], options: Options = {}): Promise<Run> {
  const result = await execa(file, [...args], {
    cwd: ROOT,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    timeout: 60_000,
    ...options,
    env: { ...ENV, ...options.env },
  })
  return {
    status: result.exitCode,
    signal: result.signal,
    stdout: String(result.stdout ?? ''),
    stderr: String(result.stderr ?? ''),
  }
}

/** A process that does nothing, and is gone with the test. */
export function sleeper(): { readonly pid: number; readonly child: ChildProcess } & Disposable {
  const child = spawn('sleep', ['300'], { stdio: 'ignore' })
  if (child.pid === undefined) throw new Error('sleep cannot be started')
  return { pid: child.pid, child, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** An empty folder, gone with the test. */
export function temporary(): { readonly path: string; entries(): string[] } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'mmapctl-test-'))
  return {
    path,
    entries: () => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort(),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Whether a program can be found. */
export function has(program: string): boolean {
  return ENV.PATH.split(':').some((directory) => existsSync(join(directory, program)))
}

/** Lines of a text, its last line feed not counted as one. */
export function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
