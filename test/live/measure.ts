import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureRun } from '../../src/cli/measure-run.ts'
import type { MeasuredRun, MetricName } from '../../src/model/measured-run.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { cleanEnvironment } from '../../src/runners/measure/environment.ts'
import type { MeasureOptions } from '../../src/runners/measure/measure-program.ts'
import { ROOT } from '../e2e/mmapctl.ts'
import { compiled } from './compile.ts'

export const MIB = 2 ** 20
export const KIB = 1024

/** How a program is run unless a test says otherwise: alike everywhere, and quiet. */
export function options(argv: readonly string[], given: Partial<MeasureOptions> = {}): MeasureOptions {
  return {
    argv: argv as [string, ...string[]],
    env: cleanEnvironment(process.env),
    cwd: ROOT,
    stdin: 'nothing',
    stdout: 'discard',
    stderr: 'discard',
    randomisation: 'off',
    expected: null,
    method: 'ptrace',
    lingerMs: 200,
    graceMs: 500,
    timeoutMs: 20_000,
    dtlbMisses: false,
    ...given,
  }
}

/** Measures the workload that does what its arguments say. */
export function acts(words: readonly string[], given: Partial<MeasureOptions> = {}): Promise<MeasuredRun> {
  return measureRun(options([compiled('measure', 'acts'), ...words], given))
}

/** A metric's value; fails when there is none. */
export function metric(run: MeasuredRun, name: MetricName): number {
  const measured = run.metrics[name]
  if (measured.value === null) throw new Error(`${name}: ${measured.why}`)
  return measured.value
}

/** What a program has said of itself. */
export interface Said {
  readonly vmHwm: number
  readonly minflt: number
  readonly majflt: number
}

/** Reads what `say:PATH` has written. */
export function said(directory: string, name = 'said'): Said {
  const text = readFileSync(join(directory, name), 'latin1')
  const [status = '', counts = ''] = text.split(/^(?=minflt:)/m)
  const { vmHwm } = parseStatus(Buffer.from(status, 'latin1'))
  if (vmHwm === null) throw new Error('no VmHWM')
  const count = (key: string): number => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(counts)?.[1])
  return { vmHwm, minflt: count('minflt'), majflt: count('majflt') }
}

/** A group of the snapshot with most anonymous memory, in whole MiB. */
export function groupMib(run: MeasuredRun, key: string): number {
  const found = run.anonPeak?.groups.find((group) => group.key === key)
  return Math.round((found?.rss ?? 0) / MIB)
}
