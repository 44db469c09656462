import { describe, expect, it } from 'vitest'
import { cpuNumbers } from '../../src/parsers/cpu-list.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { parseStackPointer } from '../../src/parsers/syscall.ts'
import { bytes, expectAnswerOrParseError } from './support.ts'

const WAITING = '0 0x3 0x7f221b5f8000 0x20000 0x7f221b68ab60 0xffffffff 0x0 0x7ffd2f3e83d8 0x7f221b7732ad\n'

describe('parseStackPointer', () => {
  it('reads it of a thread in a system call, and of one that was interrupted', () => {
    expect(parseStackPointer(bytes(WAITING))).toBe(0x7ffd2f3e83d8)
    expect(parseStackPointer(bytes('-1 0x7ffd2f3e83d8 0x7f221b7732ad\n'))).toBe(0x7ffd2f3e83d8)
  })

  it('has none of a thread that runs', () => {
    expect(parseStackPointer(bytes('running\n'))).toBeNull()
  })

  it('refuses anything else', () => {
    expect(() => parseStackPointer(bytes('0 0x1\n'))).toThrow(ParseError)
    expectAnswerOrParseError(parseStackPointer, bytes(WAITING))
  })
})

describe('cpuNumbers', () => {
  it('names each CPU of a list', () => {
    expect(cpuNumbers('0-2,5')).toEqual([0, 1, 2, 5])
    expect(cpuNumbers('7')).toEqual([7])
    expect(cpuNumbers('')).toEqual([])
    expect(cpuNumbers('0-')).toBeNull()
  })
})
