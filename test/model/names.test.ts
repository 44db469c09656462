import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFieldName } from '../../src/model/field-names.ts'
import { KIND_NAMES, kindAt, kindIndex } from '../../src/model/kinds.ts'
import { NamePool } from '../../src/model/name-pool.ts'
import { permsText } from '../../src/model/perms.ts'
import { similarNames } from '../../src/model/similar.ts'
import { flagMeaning } from '../../src/model/vm-flags.ts'
import { byteString, bytes } from '../parsers/support.ts'

describe('names of fields in JSON', () => {
  it.each([
    ['Rss', 'rss'],
    ['Shared_Dirty', 'sharedDirty'],
    ['AnonHugePages', 'anonHugePages'],
    ['KernelPageSize', 'kernelPageSize'],
    ['MMUPageSize', 'mmuPageSize'],
    ['THPeligible', 'thpEligible'],
    ['ProtectionKey', 'protectionKey'],
    ['ShmemPmdMapped', 'shmemPmdMapped'],
    ['SwapPss', 'swapPss'],
    ['VmHWM', 'vmHwm'],
    ['KSM', 'ksm'],
    ['Committed_AS', 'committedAs'],
    ['Pss_Anon', 'pssAnon'],
    ['Brand_New_Field2', 'brandNewField2'],
  ])('%s is %s', (kernel, json) => {
    expect(jsonFieldName(kernel)).toBe(json)
  })

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('is text even for a field called %s', (key) => {
    expect(typeof jsonFieldName(key)).toBe('string')
  })
})

describe('kinds', () => {
  it('are stored by their place in the report', () => {
    expect(KIND_NAMES.map((kind) => kindAt(kindIndex(kind)))).toEqual([...KIND_NAMES])
    expect(new Set(KIND_NAMES).size).toBe(KIND_NAMES.length)
  })
})

describe('permissions', () => {
  it('are the kernel’s four characters', () => {
    expect([0, 1, 2, 4, 8, 15].map(permsText)).toEqual(['---p', 'r--p', '-w-p', '--xp', '---s', 'rwxs'])
  })
})

describe('VmFlags', () => {
  it('have a meaning, or none for codes of later kernels', () => {
    expect(flagMeaning('lo')).toBe('locked in memory')
    expect(flagMeaning('zz')).toBeNull()
    expect(flagMeaning('??')).toBeNull()
  })
})

describe('a pool of names', () => {
  it('gives equal names one id, and each name back byte for byte', () => {
    fc.assert(
      fc.property(fc.array(byteString()), (names) => {
        const pool = new NamePool()
        const ids = names.map((name) => pool.intern(name))
        expect(ids.map((id) => pool.get(id))).toEqual(names)
        expect(new Set(ids).size).toBe(new Set(names).size)
        expect(pool.size).toBe(new Set([...names, '']).size)
      }),
    )
  })

  it('finds a name in bytes without making a string', () => {
    fc.assert(
      fc.property(byteString(), byteString(), byteString(), (name, other, rest) => {
        const pool = new NamePool()
        const id = pool.intern(name)
        expect(pool.matchEnd(id, bytes(`<${name}${rest}`), 1)).toBe(name.length + 1)
        expect(pool.matchEnd(id, bytes(`<${other}`), 1)).toBe(other.startsWith(name) ? name.length + 1 : -1)
      }),
    )
  })
})

describe('similar names', () => {
  const known = ['address', 'rss', 'pss', 'uss', 'referenced', 'anonymous', '']

  it.each([
    ['adress', ['address']],
    ['RSS', ['rss', 'pss', 'uss']],
    ['anon', ['anonymous']],
    ['refernced', ['referenced']],
    ['qqqqqq', []],
    ['', []],
  ])('to %j are %j', (name, similar) => {
    expect(similarNames(name, known)).toEqual(similar)
  })

  it('are at most three, nearest first', () => {
    expect(similarNames('node', ['node1', 'nodes', 'node', 'node22', 'a node'])).toEqual(['node', 'node1', 'nodes'])
  })
})
