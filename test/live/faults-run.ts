import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Options } from 'execa'
import { BIN, mmapctl, NODE, type Run, temporary } from '../e2e/mmapctl.ts'
import { compiled } from './compile.ts'

/** Compiles a program of test/workloads/faults and returns its path. */
export function faultProgram(name: string): string {
  return compiled('faults', name)
}

/** A figure of the report. */
interface Figure {
  readonly value: number | null
  readonly reason?: string | null
}

/** As much of the JSON report as tests look at. */
export interface FaultsJson {
  readonly schema: string
  readonly counters: Readonly<Record<string, Figure & { readonly modifiers: string; readonly source: string }>>
  readonly accounting: {
    readonly total: Figure
    readonly minor: Figure
    readonly major: Figure
    readonly perf: { readonly all: Figure; readonly user: Figure; readonly kernel: Figure }
    readonly kernel: Figure
    readonly differences: readonly { readonly id: string; readonly faults: number }[]
    readonly preFaulted: Figure
  }
  readonly derived: Readonly<Record<string, Figure>>
  readonly backend: {
    readonly used: string
    readonly perfVersion: string | null
    readonly failure: { readonly cause: string } | null
  }
  readonly runs: readonly {
    readonly wallMs: number
    readonly peakRssBytes: number | null
    readonly exit: { readonly code: number | null; readonly signal: string | null }
    readonly hostEvents: Readonly<Record<string, number>> | null
  }[]
  readonly advice: readonly { readonly code: string; readonly text: string }[]
  readonly notes: readonly { readonly code: string; readonly text: string }[]
  readonly attribution: {
    readonly samples: number
    readonly faults: number
    readonly lost: number
    readonly unreadLines: number
    readonly pageSizes: boolean
    readonly programs: readonly { readonly comm: string; readonly executed: number; readonly processes: number }[]
    readonly period: number
    readonly kinds: Readonly<Record<string, number>>
    readonly hotspots: readonly {
      readonly key: string
      readonly faults: number
      readonly kinds: Readonly<Record<string, number>>
      readonly mapping: { readonly name: string } | null
    }[]
  } | null
  readonly comparison: { readonly rows: Readonly<Record<string, { readonly verdict: string }>> } | null
  readonly repeat: { readonly runs: number; readonly metrics: Readonly<Record<string, { readonly n: number }>> } | null
  readonly rates: { readonly samples: readonly unknown[] } | null
}

/** A run of `mmapctl faults --json` with its report. */
export interface FaultsRun extends Run {
  readonly report: FaultsJson
}

/** Runs `mmapctl faults FLAGS -- ARGV`, the report into a file. */
export async function faults(
  flags: readonly string[],
  argv: readonly string[],
  options: Options = {},
): Promise<FaultsRun> {
  using folder = temporary()
  const file = join(folder.path, 'report.json')
  const program = argv.length === 0 ? [] : ['--', ...argv]
  const run = await mmapctl(['faults', '--json', '--output', file, ...flags, ...program], options)
  if (!existsSync(file)) throw new Error(`no report: ${run.stderr}`)
  return { ...run, report: JSON.parse(readFileSync(file, 'utf8')) as FaultsJson }
}

/** Starts the packaged command and leaves it running, in a process group of its own. */
export function startFaults(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess & { readonly pid: number } {
  const child = spawn(NODE, [BIN, 'faults', ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env })
  if (child.pid === undefined) throw new Error('mmapctl cannot be started')
  return child as ChildProcess & { readonly pid: number }
}

/** The rest of a child's stderr, and how it ended. */
export async function endOf(child: ChildProcess): Promise<{ readonly status: number | null; readonly stderr: string }> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdout?.resume()
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code))
  })
  return { status, stderr }
}

/** Resolves once a child has printed a text. */
export function printed(child: ChildProcess, wanted: string): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (text.includes(wanted)) resolve()
    })
    child.once('exit', () => reject(new Error(`it never printed ${wanted}`)))
  })
}
