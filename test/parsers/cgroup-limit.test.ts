import { describe, expect, it } from 'vitest'
import { parseCpuMax } from '../../src/parsers/cgroup-cpu.ts'
import { parseMemoryLimit } from '../../src/parsers/cgroup-limit.ts'
import { cpuCount } from '../../src/parsers/cpu-list.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'

describe('a memory limit', () => {
  it.each([
    ['419430400\n', 419_430_400],
    ['0\n', 0],
    ['max\n', Number.POSITIVE_INFINITY],
    ['9223372036854771712\n', Number.POSITIVE_INFINITY],
    ['9223372036854710272\n', Number.POSITIVE_INFINITY],
    ['18446744073709551615\n', Number.POSITIVE_INFINITY],
  ])('%j', (text, limit) => {
    expect(parseMemoryLimit(Buffer.from(text))).toBe(limit)
  })

  it.each(['', '-1\n', 'much\n', '1\n2\n'])('%j is none', (text) => {
    expect(() => parseMemoryLimit(Buffer.from(text))).toThrow(ParseError)
  })
})

describe('a list of CPUs', () => {
  it.each([
    ['0', 1],
    ['0-3', 4],
    ['0-1,4,8-9', 5],
  ])('%s', (list, count) => {
    expect(cpuCount(list)).toBe(count)
  })

  it.each(['', '3-1', '0,', 'all', '0-99999'])('%j is none', (list) => {
    expect(cpuCount(list)).toBe(null)
  })
})

describe('a quota of CPU time', () => {
  it.each([
    ['max 100000\n', Number.POSITIVE_INFINITY],
    ['150000 100000\n', 1.5],
    ['5000 20000\n', 0.25],
  ])('%j', (text, cpus) => {
    expect(parseCpuMax(Buffer.from(text))).toBe(cpus)
  })

  it.each(['', 'max\n', '100000\n', '1 0\n', 'much 1\n'])('%j is none', (text) => {
    expect(() => parseCpuMax(Buffer.from(text))).toThrow(ParseError)
  })
})
