import { describe, expect, it } from 'vitest'
import { parseSysvShm } from '../../src/parsers/sysvipc-shm.ts'
import { altered, bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseSysvShm', () => {
  it('reads every segment, sizes in bytes as asked for', () => {
    expect(parseSysvShm(fixture('system/sysvipc-shm'))).toEqual([
      {
        key: 783227826,
        shmid: 327717,
        mode: 0o644,
        size: 1_048_577,
        creator: 18203,
        attached: 0,
        uid: 0,
        rss: 0,
        swap: 0,
      },
      { key: 280407378, shmid: 327718, mode: 0o600, size: 56, creator: 18204, attached: 0, uid: 0, rss: 0, swap: 0 },
    ])
  })

  it('reads keys above 2^31, which the kernel prints as negative', () => {
    const [segment] = parseSysvShm(altered('system/sysvipc-shm', ' 783227826', '-783227826'))
    expect(segment?.key).toBe(-783227826)
  })

  it('does without columns that a kernel has not', () => {
    const text = Buffer.from(fixture('system/sysvipc-shm')).toString('latin1')
    const older = text.replace(/^(.*time(?= +rss)).*$/m, '$1').replaceAll(/( 1795246193).*$/gm, '$1')
    expect(parseSysvShm(bytes(older)).map(({ size, rss, swap }) => [size, rss, swap])).toEqual([
      [1_048_577, null, null],
      [56, null, null],
    ])
  })

  it('is empty where there is none', () => {
    const [header] = Buffer.from(fixture('system/sysvipc-shm')).toString('latin1').split('\n')
    expect(parseSysvShm(bytes(`${header}\n`))).toEqual([])
  })

  it.each([
    ['an empty file', ''],
    ['a row without its end', 'key shmid\n1\n'],
    ['a row cut short', 'key shmid\n1 2'],
  ])('refuses %s', (_, text) => {
    expect(() => parseSysvShm(bytes(text))).toThrow(/^sysvipc\/shm, line \d+: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseSysvShm, fixture('system/sysvipc-shm'))
  })
})
