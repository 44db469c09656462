import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeWaitStatus } from '../../src/native/wait-status.ts'

describe('a wait status', () => {
  test.each([
    [0x0000, { what: 'exited', code: 0 }],
    [0xff00, { what: 'exited', code: 255 }],
    [0x000f, { what: 'killed', signal: 15, core: false }],
    [0x008b, { what: 'killed', signal: 11, core: true }],
    [0x137f, { what: 'stopped', signal: 19, event: 0 }],
    [0x6057f, { what: 'stopped', signal: 5, event: 6 }],
    [0x80137f, { what: 'stopped', signal: 19, event: 128 }],
    [0xffff, { what: 'continued' }],
  ])('%x', (status, expected) => {
    expect(decodeWaitStatus(status)).toEqual(expected)
  })

  test('gives back every exit status and every signal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 64 }), (code, signal) => {
        expect(decodeWaitStatus(code << 8)).toEqual({ what: 'exited', code })
        expect(decodeWaitStatus(signal)).toEqual({ what: 'killed', signal, core: false })
      }),
    )
  })
})
