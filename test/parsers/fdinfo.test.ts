import { describe, expect, it } from 'vitest'
import { opensForWriting, parseFdInfo } from '../../src/parsers/fdinfo.ts'
import { bytes, expectAnswerOrParseError } from './support.ts'

const FILE = 'pos:\t4096\nflags:\t0100002\nmnt_id:\t27\nino:\t1311\n'
/** As fs/eventpoll.c prints it: a line for every watched file, all of the same key. */
const EPOLL = 'pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t1039\ntfd:  5 events: 1\ntfd:  6 events: 1\n'

describe('parseFdInfo', () => {
  it('reads how a file was opened, and on which mount', () => {
    expect(parseFdInfo(bytes(FILE))).toEqual({ flags: 0o100002, mountId: 27 })
    expect(parseFdInfo(bytes(EPOLL))).toEqual({ flags: 0o2000002, mountId: 15 })
    expect(parseFdInfo(bytes('pos:\t0\nflags:\t00\n'))).toEqual({ flags: 0, mountId: null })
  })

  it.each([
    ['0100000', false],
    ['0100001', true],
    ['0102002', true],
    ['010000000', false],
  ])('flags %s are of a file open for writing: %s', (flags, writes) => {
    expect(opensForWriting(parseFdInfo(bytes(`pos:\t0\nflags:\t${flags}\n`)))).toBe(writes)
  })

  it('refuses what has no flags', () => {
    expect(() => parseFdInfo(bytes('pos:\t0\n'))).toThrow('fdinfo, line 2: expected flags in octal')
    expect(() => parseFdInfo(bytes('pos:\t0\nflags:\t9\n'))).toThrow('flags in octal')
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseFdInfo, bytes(EPOLL))
  })
})
