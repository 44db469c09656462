import { describe, expect, it } from 'vitest'
import type { RawPerf } from '../../src/model/faults.ts'
import type { PerfFailure } from '../../src/model/perf-failure.ts'
import { parseRun } from '../../src/parsers/perf-run.ts'
import { rawRun } from '../helpers/fault-runs.ts'
import { bytes } from './support.ts'

function perf(text: string | null, more: Partial<RawPerf> = {}): RawPerf {
  return {
    version: '6.1.192',
    statFile: text === null ? null : bytes(text),
    stderr: '',
    exit: { code: 0, signal: null },
    requested: ['page-faults', 'dTLB-loads'],
    ...more,
  }
}

describe('one run of perf', () => {
  it('has the counters that perf printed', () => {
    const run = parseRun(
      rawRun({
        perf: perf('# started on Sat\n\n51;;page-faults;1;100.00;;\n<not supported>;;dTLB-loads;0;100.00;;\n'),
      }),
    )
    expect(run.failure).toBe(null)
    expect(run.perfVersion).toBe('6.1.192')
    expect(run.counters.map(({ event, value }) => [event, value])).toEqual([
      ['page-faults', 51],
      ['dTLB-loads', null],
    ])
    expect(run.counters[0]).not.toHaveProperty('interval')
  })

  it('knows an event that was asked for and never told of', () => {
    const run = parseRun(
      rawRun({ perf: perf('51;;page-faults:u;1;100.00;;\n', { requested: ['page-faults', 'cycles'] }) }),
    )
    expect(run.counters[1]).toMatchObject({ event: 'cycles', value: null, state: 'not-counted', reason: 'not-counted' })
    expect(run.counters).toHaveLength(2)
  })

  it('knows an event that was left out, because perf would have refused all for it', () => {
    const failure = (cause: PerfFailure['cause']): PerfFailure => ({
      cause,
      event: null,
      detail: null,
      paranoid: null,
      packages: [],
    })
    const refused = [
      { event: 'sched:sched_switch', failure: failure('tracefs') },
      { event: '{cs:k,faults}:S', failure: failure('paranoid') },
    ]
    const run = parseRun(
      rawRun({ perf: perf('51;;page-faults;1;100.00;;\n', { requested: ['page-faults'], refused }) }),
    )
    expect(run.counters.map(({ event, value, reason }) => [event, value, reason])).toEqual([
      ['page-faults', 51, null],
      ['sched:sched_switch', null, 'tracefs'],
      ['cs', null, 'refused'],
      ['faults', null, 'refused'],
    ])
  })

  it('misses no event of a group that perf tells one by one', () => {
    const requested = ['page-faults', '{cycles,cpu/event=1,umask=2/}']
    const told = '51;;page-faults;1;100.00;;\n5;;cycles;1;100.00;;\n6;;cpu/event=1,umask=2/;1;100.00;;\n'
    expect(parseRun(rawRun({ perf: perf(told, { requested }) })).counters).toHaveLength(3)
  })

  it('has a reason when perf was not started', () => {
    expect(parseRun(rawRun({})).failure?.cause).toBe('not-wanted')
    const absent = { cause: 'not-installed', event: null, detail: null, paranoid: null, packages: [] } as const
    expect(parseRun(rawRun({ perfAbsent: absent })).failure).toBe(absent)
  })

  it('has a reason when perf gave no counters', () => {
    const refused = perf(null, {
      stderr: 'No permission to enable page-faults event.\n',
      exit: { code: 255, signal: null },
    })
    expect(parseRun(rawRun({ perf: refused })).failure?.cause).toBe('forbidden')
    expect(parseRun(rawRun({ perf: perf('# started\n\n') })).failure?.cause).toBe('no-output')
  })

  it('takes software events that are not supported for a system without perf events', () => {
    const run = parseRun(rawRun({ perf: perf('<not supported>;;page-faults;0;100.00;;\n') }))
    expect(run.failure?.cause).toBe('no-perf-events')
    expect(run.counters).toEqual([])
  })

  it('has what the host counted meanwhile', () => {
    const events = (before: string, after: string): unknown =>
      parseRun(rawRun({ vmstat: { before: bytes(before), after: bytes(after) } })).hostEvents
    expect(
      events(
        'nr_free_pages 9\npswpin 4949\nthp_fault_alloc 8089\n',
        'nr_free_pages 8\npswpin 4950\nthp_fault_alloc 8089\n',
      ),
    ).toEqual({ pswpin: 1, thpFaultAlloc: 0 })
    // A counter that one of them lacks, or that went back, is unknown, not 0.
    expect(events('pswpin 5\nnr_x 1\n', 'pswpin 4\nswap_ra_hit 3\n')).toEqual({})
    expect(events('what', 'pswpin 4\n')).toBe(null)
    expect(parseRun(rawRun({})).hostEvents).toBe(null)
  })

  it('does not fail over a text it cannot read', () => {
    const run = parseRun(rawRun({ perf: perf('what is this\n') }))
    expect(run.failure?.cause).toBe('other')
    expect(run.failure?.detail).toContain('what is this')
  })
})
