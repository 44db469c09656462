import { measuredRun } from '../analysis/gate/measured.ts'
import { collectHost } from '../collectors/host.ts'
import { parseSnapshot } from '../collectors/measured-memory.ts'
import type { Measured, MeasuredRun } from '../model/measured-run.ts'
import type { RawMeasurement } from '../model/raw-measurement.ts'
import { perfFailureText } from '../output/perf-failure-text.ts'
import { displayText } from '../output/sanitise.ts'
import { HelperLost } from '../runners/measure/helper-process.ts'
import { type MeasureOptions, measureProgram } from '../runners/measure/measure-program.ts'
import type { RungRefusal } from '../runners/measure/rung.ts'
import { liveTrees } from '../sources/trees.ts'
import { checkProgram } from './check-program.ts'
import { EXIT } from './exit.ts'
import { ExitError } from './exit-error.ts'

/**
 * Runs a program once and measures it.
 *
 * Throws an `ExitError` when there is no such program, or when it cannot be watched in any way that is allowed. How the
 * program ends is part of the answer.
 */
export async function measureRun(options: MeasureOptions): Promise<MeasuredRun> {
  const [name] = options.argv
  checkProgram(Buffer.from(name).toString('latin1'), options.env, options.cwd)
  return assembleRun(await measured(measureProgram(options)), options.cwd)
}

/** What was measured, or the end of the command when nothing could be. */
export async function measured<Raw>(measuring: Promise<Raw | RungRefusal>): Promise<Raw> {
  try {
    const raw = await measuring
    if (!isRefusal(raw)) return raw
    throw notMeasured(raw.refused)
  } catch (error) {
    if (error instanceof HelperLost) throw notMeasured(`the process that watches it ended: ${error.message}`)
    throw error
  }
}

function isRefusal<Raw>(raw: Raw | RungRefusal): raw is RungRefusal {
  return typeof raw === 'object' && raw !== null && 'refused' in raw
}

function notMeasured(why: string): ExitError {
  return new ExitError(EXIT.noAnswer, 'not-measured', `the program cannot be measured: ${displayText(why)}`)
}

/** Makes figures of what was seen. */
export function assembleRun(raw: RawMeasurement, cwd: string): MeasuredRun {
  const { peak, ownPeak } = raw.tree
  return measuredRun({
    raw,
    peak: peak === null ? null : parseSnapshot(peak),
    ownPeak: ownPeak === null ? null : parseSnapshot(ownPeak),
    dtlbMisses: tlbMisses(raw.dtlbMisses),
    surroundings: surroundingsOf(cwd),
  })
}

/** What names of groups depend on. */
export function surroundingsOf(cwd: string): { readonly cwd: string; readonly pageSize: number } {
  const { pageSize } = collectHost(liveTrees())
  return { cwd: Buffer.from(cwd).toString('latin1'), pageSize }
}

function tlbMisses(answer: RawMeasurement['dtlbMisses']): Measured {
  if (answer === null) return { value: null, why: 'it was not asked for' }
  if ('value' in answer) return { value: answer.value, fidelity: 'exact' }
  return { value: null, why: perfFailureText(answer.failure).message }
}
