import { describe, expect, it } from 'vitest'
import { samplesOf } from '../../../src/analysis/gate/samples.ts'
import type { GateMetric } from '../../../src/model/gate/metrics.ts'
import { gateRun } from '../../helpers/gate-runs.ts'

const MIB = 1024 ** 2

describe('anonymous memory at the peak of several runs', () => {
  /** Runs of a peak of 100 MiB: how much was resident, and how much of that anonymous, when they were looked at. */
  function values(metric: GateMetric, ...looks: readonly (readonly [rss: number, anon: number])[]): readonly number[] {
    const runs = looks.map(([rss, anon]) =>
      gateRun({ groups: { heap: rss * MIB }, metrics: { 'peak-rss': 100 * MIB, anon: anon * MIB } }),
    )
    return samplesOf(runs, metric).spread?.values.map((value) => value / MIB) ?? []
  }

  it('leaves out what was seen by a look that missed the peak', () => {
    expect(values('anon', [99, 80], [60, 50], [98, 81], [100, 80])).toEqual([80, 81, 80])
  })

  it('keeps what such a look has seen to be as much: it was no less at the peak', () => {
    expect(values('anon', [99, 80], [60, 120], [98, 81], [100, 80])).toEqual([80, 120, 81, 80])
  })

  it('keeps all where most looks missed it', () => {
    expect(values('anon', [50, 40], [60, 50], [98, 81])).toEqual([40, 50, 81])
  })

  it('leaves out nothing of what the kernel keeps the peak of', () => {
    expect(values('peak-rss', [99, 80], [60, 50], [98, 81], [100, 80])).toEqual([100, 100, 100, 100])
  })
})
