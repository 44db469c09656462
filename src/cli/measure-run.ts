import { measuredRun } from '../analysis/gate/measured.ts'
import { collectHost } from '../collectors/host.ts'
import { parseSnapshot } from '../collectors/measured-memory.ts'
import type { Measured, MeasuredRun } from '../model/measured-run.ts'
import type { RawMeasurement } from '../model/raw-measurement.ts'
import { perfFailureText } from '../output/perf-failure-text.ts'
import { type MeasureOptions, measureProgram } from '../runners/measure/measure-program.ts'
import { liveTrees } from '../sources/trees.ts'

/** Why a program could not be measured at all, in plain words. */
export class NotMeasured extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'NotMeasured'
  }
}

/** Runs a program once and measures it. Throws `NotMeasured` when it cannot be watched in any way that is allowed. */
export async function measureRun(options: MeasureOptions): Promise<MeasuredRun> {
  const raw = await measureProgram(options)
  if ('refused' in raw) throw new NotMeasured(raw.refused)
  const { peak, ownPeak } = raw.tree
  const { pageSize } = collectHost(liveTrees())
  return measuredRun({
    raw,
    peak: peak === null ? null : parseSnapshot(peak),
    ownPeak: ownPeak === null ? null : parseSnapshot(ownPeak),
    dtlbMisses: tlbMisses(raw.dtlbMisses),
    surroundings: { cwd: Buffer.from(options.cwd).toString('latin1'), pageSize },
  })
}

function tlbMisses(answer: RawMeasurement['dtlbMisses']): Measured {
  if (answer === null) return { value: null, why: 'it was not asked for' }
  if ('value' in answer) return { value: answer.value, fidelity: 'exact' }
  return { value: null, why: perfFailureText(answer.failure).message }
}
