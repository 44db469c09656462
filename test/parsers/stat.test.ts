import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStat } from '../../src/parsers/stat.ts'
import { altered, byteString, bytes, expectAnswerOrParseError, fixture } from './support.ts'
import { weirdCommands } from './weird-commands.ts'

const JAVA = 'proc/java/stat'

describe('parseStat', () => {
  it('reads a process', () => {
    expect(parseStat(fixture(JAVA))).toMatchObject({
      pid: 15044,
      comm: 'java',
      state: 'S',
      ppid: 15043,
      pgrp: 15043,
      session: 2277,
      ttyNr: 0,
      tpgid: -1,
      kernelThread: false,
      minflt: 30037,
      cminflt: 0,
      majflt: 8,
      cmajflt: 0,
      utime: 126,
      stime: 12,
      cutime: 0,
      cstime: 0,
      priority: 20,
      nice: 0,
      numThreads: 20,
      startTime: 475_298,
      vsize: 9_198_211_072,
      rssPages: 36_397,
      rssLimit: 'unlimited',
      exitSignal: 17,
      exitCode: 0,
      other: [],
    })
  })

  it('shows the addresses to a reader with ptrace access', () => {
    expect(parseStat(fixture(JAVA))).toMatchObject({
      addressAccess: 'shown',
      startCode: 94_791_038_480_384,
      endCode: 94_791_038_481_269,
      startStack: 140_724_151_793_696,
      startBrk: 94_792_031_592_448,
      envEnd: 140_724_151_799_786,
    })
  })

  it('says "unknown" for the addresses that the kernel hides from others', () => {
    expect(parseStat(fixture('proc/unprivileged/stat'))).toMatchObject({
      addressAccess: 'hidden',
      startCode: null,
      endCode: null,
      startStack: null,
      startBrk: null,
      exitCode: null,
      rssPages: 393,
    })
  })

  it('knows a kernel thread by its flag', () => {
    expect(parseStat(fixture('proc/kernel-thread/stat'))).toMatchObject({
      comm: 'kthreadd',
      kernelThread: true,
      addressAccess: 'none',
      startCode: null,
      vsize: 0,
    })
  })

  it('reads a zombie, whose exit status is in the file', () => {
    expect(parseStat(fixture('proc/zombie/stat'))).toMatchObject({
      state: 'Z',
      addressAccess: 'none',
      startBrk: null,
      exitCode: 3 << 8,
    })
    expect(parseStat(fixture('proc/dead-leader/stat'))).toMatchObject({ state: 'Z', numThreads: 2, rssPages: 0 })
  })

  it('reads a 32-bit process', () => {
    expect(parseStat(fixture('proc/ia32/stat'))).toMatchObject({ vsize: 253_952, startCode: 0x0804_9000 })
  })

  it.each(weirdCommands())('finds the end of the command name $comm', ({ comm, pid, stat }) => {
    expect(parseStat(bytes(stat))).toMatchObject({ pid, comm, state: 'S', startTime: expect.any(Number) })
  })

  it('tolerates an old kernel with fewer fields and a later one with more', () => {
    const upToRss = '1 (init) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9 10 11\n'
    expect(parseStat(bytes(upToRss))).toMatchObject({
      rssPages: 11,
      rssLimit: null,
      addressAccess: 'none',
      exitSignal: null,
      guestTime: null,
      startBrk: null,
      exitCode: null,
    })
    expect(parseStat(altered(JAVA, '1799786 0\n', '1799786 0 7 x\n')).other).toEqual(['7', 'x'])
  })

  it('keeps a resident-set limit exact', () => {
    const limited = altered(JAVA, '18446744073709551615', '18446744073709551614')
    expect(parseStat(limited).rssLimit).toBe(18_446_744_073_709_551_614n)
  })

  it.each([
    ['an empty file', ''],
    ['no command name', '15044 java S 1\n'],
    ['only the command name', '15044 (java)\n'],
    ['nothing after the state', '15044 (java) S\n'],
    ['no state letter', '15044 (java) 7 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 9 10 11\n'],
    ['a negative fault count', '15044 (java) S 1 1 1 0 -1 0 -1 2 3 4 5 6 7 8 20 0 1 0 9 10 11\n'],
    ['a word for a number', '15044 (java) S 1 1 1 0 -1 0 one 2 3 4 5 6 7 8 20 0 1 0 9 10 11\n'],
    ['a count beyond exactness', '1 (a) S 1 1 1 0 -1 0 9007199254740993 2 3 4 5 6 7 8 20 0 1 0 9 10 11\n'],
    ['a bad limit', '15044 (java) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 9 10 11 -1\n'],
    ['a cut last number', '15044 (java) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 9 10 11'],
    ['no pid', '(java) S 1\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseStat(bytes(text))).toThrow(/^stat, line 1: expected /)
  })

  it('reads back whatever the kernel may print', () => {
    const count = fc.maxSafeNat()
    fc.assert(
      fc.property(
        byteString({ max: 63 }),
        fc.nat(),
        fc.array(count, { minLength: 16, maxLength: 16 }),
        (comm, pid, counts) => {
          const text = `${pid} (${comm}) R 1 2 3 -34 -1 2129984 ${counts.slice(0, 8).join(' ')} -2 -20 4 0 ${counts.slice(8, 11).join(' ')}\n`
          const [minflt, cminflt, majflt, cmajflt, utime, stime, cutime, cstime, startTime, vsize, rssPages] = counts
          expect(parseStat(bytes(text))).toMatchObject({
            ...{ pid, comm, ttyNr: -34, priority: -2, nice: -20, kernelThread: true },
            ...{ minflt, cminflt, majflt, cmajflt, utime, stime, cutime, cstime, startTime, vsize, rssPages },
          })
        },
      ),
    )
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseStat, fixture(JAVA))
  })
})
