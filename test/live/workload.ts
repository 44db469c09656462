import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../workloads/', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.tmp/workloads/', import.meta.url))
const CFLAGS = ['-O1', '-g', '-Wall', '-Wextra', '-Werror', '-pthread']

/** A mapping that the workload says it made. */
export interface Region {
  label: string
  /** Page-aligned, and so exact. */
  start: number
  end: number
  /** What a correct classification calls it. */
  kind: string
  /** Space-separated words, see workload.h. */
  note: string
}

/** Something that this kernel, container or libc cannot make. */
export interface Skip {
  name: string
  reason: string
}

export interface WorkloadExit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface WorkloadOptions {
  /** Added to the environment. */
  env?: Record<string, string>
  /** A command that it is started by, as arguments of which it is the last ones; it must become the program itself. */
  through?: readonly string[]
  /** How long it may take until it is ready, and to end. */
  timeoutMs?: number
}

/** A running workload program that has said `ready`. */
export interface Workload {
  readonly pid: number
  /** Everything it printed before `ready`, line by line. */
  readonly lines: readonly string[]
  readonly regions: readonly Region[]
  readonly skips: readonly Skip[]
  /** Lines of the form `name<TAB>value`, in order: `child`, `zombie`, `tid`, `dir`, … */
  readonly facts: readonly { name: string; value: string }[]
  /** The region with that label; throws when there is none. */
  region(label: string): Region
  /** Sends one line and waits for the answer. */
  send(line: string): Promise<string>
  /** Resolves when the program has ended, for whatever reason. */
  readonly exited: Promise<WorkloadExit>
  /** Ends it by closing its stdin; throws when it does not end with status 0. May be called twice. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The names of all workload programs. */
export function workloadNames(): string[] {
  return readdirSync(SOURCES)
    .filter((file) => file.endsWith('.c'))
    .map((file) => file.slice(0, -'.c'.length))
    .sort()
}

/**
 * Compiles a workload and returns the path of the program.
 *
 * The cache is keyed by content, and a finished program is put in place without ever replacing another: test files
 * run side by side, and a running program whose file is replaced would show up as "(deleted)".
 */
export function buildWorkload(name: string, compiler = 'gcc'): string {
  const source = join(SOURCES, `${name}.c`)
  if (!existsSync(source)) throw new Error(`no workload ${name}; there are: ${workloadNames().join(', ')}`)

  const hash = createHash('sha256').update([compiler, ...CFLAGS, process.arch].join(' '))
  for (const file of [join(SOURCES, 'workload.h'), source]) hash.update(readFileSync(file))
  const directory = join(CACHE, hash.digest('hex').slice(0, 12))
  const program = join(directory, name)
  if (existsSync(program)) return program

  mkdirSync(directory, { recursive: true })
  const unfinished = join(directory, `.${name}.${process.pid}.${performance.now()}`)
  const run = spawnSync(compiler, [...CFLAGS, '-o', unfinished, source], { encoding: 'utf8' })
  if (run.error !== undefined) throw new Error(`${compiler} is needed to build workload ${name}: ${run.error.message}`)
  if (run.status !== 0) throw new Error(`${compiler} could not build workload ${name}:\n${run.stderr}`)
  try {
    linkSync(unfinished, program)
  } catch (error) {
    if (!existsSync(program)) throw error
  } finally {
    rmSync(unfinished, { force: true })
  }
  return program
}

/** Builds the workload if need be, starts it and waits until it is ready. */
export async function startWorkload(
  name: string,
  args: readonly string[] = [],
  options: WorkloadOptions = {},
): Promise<Workload> {
  const timeoutMs = options.timeoutMs ?? 20_000
  const title = [name, ...args].join(' ')
  const [command = '', ...rest] = [...(options.through ?? []), buildWorkload(name), ...args]
  const child = spawn(command, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    // A process group of its own, so that nothing it forked can be left behind.
    detached: true,
  })
  const exited = exitOf(child)
  const errors = collectStderr(child)
  const reader = new LineReader(child)

  const lines: string[] = []
  const untilReady = async (): Promise<void> => {
    for (;;) {
      const line = await reader.next()
      if (line === 'ready') return
      if (line === undefined) throw new Error(`workload ${title} never got ready: ${[...lines, errors()].join('\n')}`)
      lines.push(line)
    }
  }
  try {
    await within(untilReady(), timeoutMs, `workload ${title} is not ready after ${timeoutMs} ms`)
  } catch (error) {
    killGroup(child)
    await exited
    throw error
  }

  const { pid } = child
  if (pid === undefined) throw new Error(`workload ${title} has no PID`)
  const { regions, skips, facts } = parseLines(lines)

  const stop = async (): Promise<void> => {
    child.stdin?.end()
    try {
      const { code, signal } = await within(exited, timeoutMs, `workload ${title} does not end with its stdin`)
      if (code !== 0) throw new Error(`workload ${title} ended with ${signal ?? code}: ${errors()}`)
    } finally {
      killGroup(child)
    }
  }

  return {
    pid,
    lines,
    regions,
    skips,
    facts,
    exited,
    stop,
    region(label) {
      const found = regions.find((region) => region.label === label)
      if (found === undefined) throw new Error(`workload ${title} has no region ${label}: ${skipReason(skips, label)}`)
      return found
    },
    async send(line) {
      child.stdin?.write(`${line}\n`)
      const answer = await within(reader.next(), timeoutMs, `workload ${title} does not answer "${line}"`)
      if (answer === undefined) throw new Error(`workload ${title} ended instead of answering "${line}"`)
      return answer
    },
    [Symbol.asyncDispose]: stop,
  }
}

function skipReason(skips: readonly Skip[], name: string): string {
  return skips.find((skip) => skip.name === name)?.reason ?? 'it never had one'
}

function parseLines(lines: readonly string[]): {
  regions: Region[]
  skips: Skip[]
  facts: { name: string; value: string }[]
} {
  const regions: Region[] = []
  const skips: Skip[] = []
  const facts: { name: string; value: string }[] = []
  for (const line of lines) {
    const [first = '', second = '', third = '', kind, note = ''] = line.split('\t')
    if (first === 'skip') skips.push({ name: second, reason: third })
    else if (kind === undefined) facts.push({ name: first, value: second })
    else regions.push({ label: first, start: Number.parseInt(second, 16), end: Number.parseInt(third, 16), kind, note })
  }
  return { regions, skips, facts }
}

function exitOf(child: ChildProcess): Promise<WorkloadExit> {
  const exit = new Promise<WorkloadExit>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  // Whoever waits for it hears of the error; nobody waiting must not be an unhandled rejection.
  exit.catch(() => undefined)
  // A program that is gone already is no reason to fail while closing its stdin.
  child.stdin?.on('error', () => undefined)
  return exit
}

function collectStderr(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}

/** Nothing is left of a workload that did as it should; this is for those that did not. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // ESRCH: the whole group has ended.
  }
}

async function within<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** The lines of a program's stdout, one at a time; `undefined` at the end. */
class LineReader {
  private rest = ''
  private ended = false
  private readonly lines: string[] = []
  private wake: () => void = () => undefined

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8')
    child.stdout?.on('data', (chunk: string) => {
      const parts = (this.rest + chunk).split('\n')
      this.rest = parts.pop() ?? ''
      this.lines.push(...parts)
      this.wake()
    })
    const end = (): void => {
      this.ended = true
      this.wake()
    }
    child.stdout?.once('close', end)
    child.once('error', end)
  }

  async next(): Promise<string | undefined> {
    while (this.lines.length === 0) {
      if (this.ended) return undefined
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    return this.lines.shift()
  }
}
