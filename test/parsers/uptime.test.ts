import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUptime } from '../../src/parsers/uptime.ts'
import { bytes, expectAnswerOrParseError } from './support.ts'

describe('parseUptime', () => {
  it('reads seconds up and idle', () => {
    expect(parseUptime(bytes('1341.02 2522.33\n'))).toEqual({ upSeconds: 1341.02, idleSeconds: 2522.33 })
  })

  it('reads back whatever the kernel may print', () => {
    const hundredths = fc.nat()
    const format = (value: number): string => (value / 100).toFixed(2)
    fc.assert(
      fc.property(hundredths, hundredths, (up, idle) => {
        expect(parseUptime(bytes(`${format(up)} ${format(idle)}\n`))).toEqual({
          upSeconds: up / 100,
          idleSeconds: idle / 100,
        })
      }),
    )
  })

  it.each(['', '1341.02 2522.33', '1341.02\n', '1341 2522\n', '-1.00 2.00\n', '1.00 2.00 3.00\n', 'a b\n'])(
    'refuses %j',
    (text) => {
      expect(() => parseUptime(bytes(text))).toThrow(/^uptime, line 1: expected /)
    },
  )

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseUptime, bytes('1341.02 2522.33\n'))
  })
})
