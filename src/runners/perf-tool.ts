import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
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

/** Something called perf that did not run as perf: absent, or a distribution's wrapper without its perf. */
export interface PerfCandidate {
  readonly path: string
  /** What it said; empty when it is not there. */
  readonly said: string
}

export interface PerfSearch {
  readonly tool: PerfTool | null
  readonly rejected: readonly PerfCandidate[]
}

const VERSION = /^perf version (\S+)/m
const PATIENCE_MS = 5000
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
  const rejected: PerfCandidate[] = []
  const first = findProgram('perf', env['PATH'])
  for (const path of [...(first.found ? [first.path] : []), ...kernelTools()]) {
    const said = await versionOf(path, env)
    const version = VERSION.exec(said)?.[1]
    if (version !== undefined) return { tool: toolOf(path, version, env), rejected }
    rejected.push({ path, said })
  }
  return { tool: null, rejected }
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

function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { env, timeout: PATIENCE_MS, encoding: 'utf8' }, (_error, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.trim())
    })
  })
}
