import { describe, expect, it } from 'vitest'
import { splitEventList } from '../../src/parsers/perf-event-list.ts'

describe('a list of events', () => {
  it.each([
    ['cycles', ['cycles']],
    ['cycles,instructions:u', ['cycles', 'instructions:u']],
    [' cycles , ,instructions,', ['cycles', 'instructions']],
    ['cpu/event=0xe,umask=1/,cycles', ['cpu/event=0xe,umask=1/', 'cycles']],
    ['cpu/a,b/u,{cycles,cpu/c,d/}:S,cs', ['cpu/a,b/u', '{cycles,cpu/c,d/}:S', 'cs']],
    ['intel_pt//,sched:sched_switch', ['intel_pt//', 'sched:sched_switch']],
    ['', []],
    [',', []],
  ])('%j', (list, events) => {
    expect(splitEventList(list)).toEqual(events)
  })
})
