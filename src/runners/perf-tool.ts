import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PerfFailure } from '../model/perf-failure.ts'
import { parsePerfFailure } from '../parsers/perf-failure.ts'
import { runBounded, type Said } from './bounded.ts'
import { findProgram } from './program.ts'

/** A perf that runs. */
export interface PerfTool {
  readonly path: string
  /** As it says: `6.1.187`. */
  readonly version: string
  /** Whether `--control` is there: 5.10 and later. */
  readonly control: boolean
  /** Whether `--no-bpf-event` is there: 5.1 and later. */
  readonly noBpfEvent: boolean
  /** Whether `--data-page-size` is there: 5.11 and later. */
  readonly pageSizes: boolean
  /** The environment to run it in: plain numbers, nobody's configuration. */
  readonly env: NodeJS.ProcessEnv
}

/** A perf, or why there is none. */
export type PerfSearch =
  | { readonly tool: PerfTool; readonly failure: null }
  | { readonly tool: null; readonly failure: PerfFailure }

/** Something called perf that did not run as perf, and what it did instead. */
interface Rejected {
  readonly path: string
  readonly said: Said
}

const VERSION = /^perf version (\S+)/m
const PATIENCE_MS = 10_000
/** The status that shells have for what cannot be executed. */
const NOT_RUN = 126
/** Where Ubuntu keeps the perf of each kernel; any of them works on any kernel. */
const TOOLS = '/usr/lib/linux-tools'

const searches = new Map<string, Promise<PerfSearch>>()

/** Finds a usable perf: that of PATH first, then those which distributions keep elsewhere. Asked once per PATH. */
export function findPerf(env: NodeJS.ProcessEnv): Promise<PerfSearch> {
  const key = env['PATH'] ?? ''
  const known = searches.get(key) ?? search(env)
  searches.set(key, known)
  return known
}

async function search(env: NodeJS.ProcessEnv): Promise<PerfSearch> {
  const rejected: Rejected[] = []
  const first = findProgram('perf', env['PATH'])
  for (const path of [...(first.found ? [first.path] : []), ...kernelTools()]) {
    const said = await runBounded(path, ['--version'], { env, patienceMs: PATIENCE_MS })
    const version = VERSION.exec(said.text)?.[1]
    if (version !== undefined) return { tool: toolOf(path, version, env), failure: null }
    rejected.push({ path, said })
  }
  return { tool: null, failure: failureOf(rejected[0]) }
}

/** Why the first of them, the one that the user would run, is of no use. */
function failureOf(rejected: Rejected | undefined): PerfFailure {
  const bare = { event: null, paranoid: null, packages: [] }
  if (rejected === undefined) return { ...bare, cause: 'not-installed', detail: null }
  const path = Buffer.from(rejected.path).toString('latin1')
  const { text, status, timedOut } = rejected.said
  if (timedOut) return { ...bare, cause: 'no-answer', detail: path }
  const failure = parsePerfFailure(Buffer.from(text).toString('latin1'), { code: status ?? NOT_RUN, signal: null })
  if (failure.cause === 'wrapper') return failure
  const [line = ''] = Buffer.from(text).toString('latin1').split('\n')
  return { ...bare, cause: 'not-perf', detail: `${path} ${line === '' ? 'says nothing' : `says "${line}"`}` }
}

function toolOf(path: string, version: string, env: NodeJS.ProcessEnv): PerfTool {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  const since = (wanted: number, lesser: number): boolean => major > wanted || (major === wanted && minor >= lesser)
  const { LANGUAGE: _language, LC_NUMERIC: _numeric, ...rest } = env
  return {
    path,
    version,
    control: since(5, 10),
    noBpfEvent: since(5, 1),
    pageSizes: since(5, 11),
    env: { ...rest, LC_ALL: 'C', PERF_CONFIG: '/dev/null' },
  }
}

/** Newest first. Distributions of other families put no version into the path. */
function kernelTools(): string[] {
  try {
    return readdirSync(TOOLS)
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(TOOLS, name, 'perf'))
  } catch {
    return []
  }
}
