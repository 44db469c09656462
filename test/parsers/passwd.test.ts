import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePasswd } from '../../src/parsers/passwd.ts'
import { bytes } from './support.ts'

describe('parsePasswd', () => {
  it('names user ids', () => {
    const names = parsePasswd(bytes('root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann,,,:/home/ann:/bin/zsh\n'))
    expect([...names]).toEqual([
      [0, 'root'],
      [1000, 'ann'],
    ])
  })

  it('takes the first name of an id, as getpwuid does', () => {
    expect(parsePasswd(bytes('root:x:0:0::/:\ntoor:x:0:0::/:\n')).get(0)).toBe('root')
  })

  it('skips what is no entry, for people edit this file', () => {
    const text =
      '\n# a:x:1:\n+::::::\n-bob:x:2:2:::\n+nis:x:3:3:::\nshort:x\nword:x:four:4:::\nbig:x:4294967296:1:::\n:x:5:5:::\nlast:x:6:6::/:'
    expect([...parsePasswd(bytes(text))]).toEqual([[6, 'last']])
  })

  it('keeps names that are not UTF-8', () => {
    expect(parsePasswd(bytes('\xe9ve:x:7:7::/:\n')).get(7)).toBe('\xe9ve')
  })

  it('always answers', () => {
    fc.assert(fc.property(fc.uint8Array(), (input) => parsePasswd(input) instanceof Map))
  })
})
