import { describe, expect, it } from 'vitest'
import { type Recording, recordedScenario, updateScenario } from '../../../src/analysis/gate/update.ts'
import type { BaselineScenario } from '../../../src/model/gate/baseline.ts'
import type { GateRun } from '../../../src/model/gate/measurer.ts'
import { ENVIRONMENT, gateRun, gateScenario, USUAL_GROUPS } from '../../helpers/gate-runs.ts'

const KIB = 1024
const MIB = KIB ** 2

function recorded(runs: readonly GateRun[], parts: Partial<Recording> = {}): BaselineScenario {
  return recordedScenario({
    command: './parser large.json',
    runs,
    environment: ENVIRONMENT,
    day: '2026-03-14',
    commit: '4f1c2ab',
    reason: null,
    tool: 'mmapctl 0.1.0',
    keyText: (key) => key,
    ...parts,
  })
}

const runs = (parts = {}): GateRun[] => Array.from({ length: 10 }, () => gateRun(parts))
const BEFORE = recorded(runs())
const LATER = { day: '2026-09-20', commit: 'aaaaaaa', reason: 'bigger table' }

function update(fresh: BaselineScenario, force = false) {
  return updateScenario(BEFORE, fresh, gateScenario(), force)
}

describe('a first recording', () => {
  it('keeps every run from the smallest to the largest, and what it began with', () => {
    const values = [3, 1, 2, 10, 5].map((each) => 40 * MIB + each * KIB)
    const fresh = recorded(values.map((value) => gateRun({ metrics: { 'peak-rss': value } })))
    const { scenario, replaced, same } = updateScenario(null, fresh, gateScenario(), false)
    expect(replaced).toBe('first')
    expect(same).toBe(false)
    expect(scenario.metrics.get('peak-rss')).toEqual({
      runs: [...values].sort((a, b) => a - b),
      first: 40 * MIB + 3 * KIB,
      since: '2026-03-14',
    })
    expect(scenario.metrics.has('dtlb-misses')).toBe(false)
    expect(scenario.groups.get('[heap]')?.median).toBe(15 * MIB)
  })
})

describe('an update', () => {
  it('in which nothing moved leaves the scenario as it is, to the letter', () => {
    const noise = { metrics: { 'peak-rss': 46 * MIB + 200 * KIB, 'minor-faults': 7230 } }
    const { scenario, same, changes } = update(recorded(runs(noise), LATER))
    expect(same).toBe(true)
    expect(scenario).toBe(BEFORE)
    expect(changes).toEqual([])
  })

  it('rewrites the metrics that moved and no other, and remembers when each began', () => {
    const grown = {
      metrics: { 'peak-rss': 50 * MIB, 'minor-faults': 7230 },
      groups: { ...USUAL_GROUPS, '[heap]': 19 * MIB },
    }
    const { scenario, changes, groupsChanged, same } = update(recorded(runs(grown), LATER))
    expect(same).toBe(false)
    expect(changes).toEqual([{ metric: 'peak-rss', before: 46 * MIB, now: 50 * MIB }])
    expect(groupsChanged).toBe(1)
    expect(scenario).toMatchObject({ recorded: '2026-09-20', commit: 'aaaaaaa', reason: 'bigger table' })
    expect(scenario.metrics.get('peak-rss')).toMatchObject({ first: 46 * MIB, since: '2026-03-14' })
    expect(scenario.metrics.get('minor-faults')).toBe(BEFORE.metrics.get('minor-faults'))
    expect(scenario.groups.get('blob.bin')).toBe(BEFORE.groups.get('blob.bin'))
  })

  it('heeds the limit that the scenario has', () => {
    const fresh = recorded(runs({ metrics: { 'peak-rss': 50 * MIB } }), LATER)
    const wide = gateScenario({ limits: new Map([['peak-rss', { value: { share: 0.1, amount: null }, line: 3 }]]) })
    expect(updateScenario(BEFORE, fresh, wide, false).same).toBe(true)
  })

  it('lets a group come and go', () => {
    const { '[heap]': _heap, ...others } = USUAL_GROUPS
    const { scenario, groupsChanged } = update(recorded(runs({ groups: { ...others, 'libnew.so': 4 * KIB } }), LATER))
    expect(groupsChanged).toBe(2)
    expect([...scenario.groups.keys()].sort()).toEqual(['anonymous < 1 MiB', 'blob.bin', 'libc.so.6', 'libnew.so'])
  })

  it.each([
    ['environment', { environment: { ...ENVIRONMENT, kernel: '6.11' } }],
    ['command', { command: './parser other.json' }],
  ] as const)('of another %s replaces everything, and begins anew', (what, parts) => {
    const { scenario, replaced } = update(recorded(runs(), { ...LATER, ...parts }))
    expect(replaced).toBe(what)
    expect(scenario.metrics.get('peak-rss')).toMatchObject({ first: 46 * MIB, since: '2026-09-20' })
  })

  it('of runs that were only polled replaces what was exact', () => {
    expect(update(recorded(runs({ fidelity: 'polled' }), LATER)).replaced).toBe('fidelity')
  })

  it('that is forced rewrites all runs, and still remembers when they began', () => {
    const { scenario, same, replaced } = update(recorded(runs({ metrics: { 'peak-rss': 46.1 * MIB } }), LATER), true)
    expect({ same, replaced }).toEqual({ same: false, replaced: 'forced' })
    expect(scenario.metrics.get('peak-rss')).toMatchObject({ first: 46 * MIB, since: '2026-03-14' })
    expect(scenario.metrics.get('peak-rss')?.runs[0]).toBe(46.1 * MIB)
  })

  it('drops what can no longer be measured', () => {
    const { scenario, changes } = update(recorded(runs({ metrics: { 'page-tables': 'not there' } }), LATER))
    expect(scenario.metrics.has('page-tables')).toBe(false)
    expect(changes).toEqual([{ metric: 'page-tables', before: 132 * KIB, now: null }])
  })
})
