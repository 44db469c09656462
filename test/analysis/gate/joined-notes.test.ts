import { describe, expect, it } from 'vitest'
import { joinedNotes } from '../../../src/analysis/gate/joined-notes.ts'

describe('notes of several runs', () => {
  it('are told once, with the ranges of their numbers', () => {
    const note = (before: number, all: number): readonly string[] => [
      `${before} of the ${all} minor faults are those of sh`,
    ]
    expect(joinedNotes([note(940, 1000), note(951, 1000), note(938, 1000)])).toEqual([
      '938 to 951 of the 1000 minor faults are those of sh',
    ])
  })

  it('say in how many runs they were true', () => {
    expect(joinedNotes([['late'], [], ['late'], []])).toEqual(['in 2 of 4 runs: late'])
    expect(joinedNotes([['once', 'once']])).toEqual(['once'])
  })

  it('of different names stay apart: their numbers are no numbers', () => {
    expect(joinedNotes([['worker1 went on'], ['worker2 went on']])).toEqual([
      'in 1 of 2 runs: worker1 went on',
      'in 1 of 2 runs: worker2 went on',
    ])
    expect(joinedNotes([])).toEqual([])
  })
})
