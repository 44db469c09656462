import { type FaultsInput, faultsReport } from '../../src/analysis/faults/report.ts'
import type { RunReport } from '../../src/model/fault-figures.ts'
import type { FaultRun } from '../../src/model/faults.ts'
import type { FaultsReport } from '../../src/model/faults-report.ts'
import { faultRun, INTEL } from './fault-runs.ts'

/** A report on one run without perf, but for what is given. */
export function reportOf(runs: readonly FaultRun[], given: Partial<FaultsInput> = {}): FaultsReport {
  return faultsReport({
    host: INTEL,
    backend: 'auto',
    target: null,
    command: ['./touch', '1000'],
    runs,
    repeated: false,
    other: null,
    attribution: null,
    costs: null,
    dropped: null,
    provenance: [],
    ...given,
  })
}

/** The figures of one run. */
export function figuresOf(run: FaultRun): RunReport {
  const [report] = reportOf([run], { host: run.host }).runs
  if (report === undefined) throw new Error('no run')
  return report
}

/** Runs whose faults, as the kernel counts them, are given. */
export function runsOf(faults: readonly number[], given: Partial<FaultRun> = {}): readonly FaultRun[] {
  return faults.map((minor) =>
    faultRun([], { kernel: { minor, major: 0, source: '/proc/self/stat', includes: 'reaped tree' }, ...given }),
  )
}
