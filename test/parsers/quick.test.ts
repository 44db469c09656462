import { existsSync, readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { parseQuickRollup, WALK_KEYS } from '../../src/parsers/quick-rollup.ts'
import { quickSizes } from '../../src/parsers/quick-sizes.ts'
import { parseQuickStatus } from '../../src/parsers/quick-status.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { bytes, fixture } from './support.ts'
import { weirdCommands } from './weird-commands.ts'

const KB = 1024

function having(file: string): string[] {
  const folders = readdirSync(new URL('../fixtures/proc/', import.meta.url))
  return folders
    .map((folder) => `proc/${folder}/${file}`)
    .filter((path) => existsSync(new URL(`../fixtures/${path}`, import.meta.url)))
}

const STATUSES = [...having('status'), 'synthetic/status-linux-4.4.txt']
const ROLLUPS = [...having('smaps_rollup'), 'synthetic/smaps_rollup-linux-4.14.txt']

/** What the full parser says, in the form of the quick one. */
function wholeStatus(input: Uint8Array): object {
  const { name, state, ppid, uid, threads, kthread, ...rest } = parseStatus(input)
  const quick = parseQuickStatus(input)
  const keys = Object.keys(quick.sizes) as (keyof typeof quick.sizes)[]
  const sizes = Object.fromEntries(keys.map((key) => [key, rest[key] ?? Number.NaN]))
  return { sizes, name, state, ppid, uid: uid?.effective, threads, kthread }
}

function wholeRollup(input: Uint8Array): object {
  const rollup = parseSmapsRollup(input)
  const keys = Object.keys(WALK_KEYS) as (keyof typeof WALK_KEYS)[]
  return Object.fromEntries(keys.map((key) => [key, rollup[key] ?? Number.NaN]))
}

describe('the quick parsers say what the full ones say', () => {
  it.each(STATUSES)('of %s', (path) => {
    expect(parseQuickStatus(fixture(path))).toEqual(wholeStatus(fixture(path)))
  })

  it.each(ROLLUPS)('of %s', (path) => {
    expect(parseQuickRollup(fixture(path))).toEqual(wholeRollup(fixture(path)))
  })

  it('of names that hold line feeds, backslashes, keys and any byte', () => {
    const java = Buffer.from(fixture('proc/java/status')).toString('latin1')
    for (const { comm, nameLine } of weirdCommands()) {
      const input = bytes(java.replace('Name:\tjava', () => nameLine))
      expect(parseQuickStatus(input)).toEqual(wholeStatus(input))
      expect(parseQuickStatus(input).name).toBe(comm)
    }
    for (const name of ['VmRSS:\t  7 kB', 'Uid:\t9\t9\t9', 'State:\tZ', 'Kthread:\t1', '\\nPPid:\t1']) {
      const input = bytes(java.replace('Name:\tjava', `Name:\t${name}`))
      expect(parseQuickStatus(input)).toEqual(wholeStatus(input))
    }
  })

  it('of changed bytes: the same, or one of them does not take the file', () => {
    const agree = (path: string, quick: (input: Uint8Array) => object, whole: (input: Uint8Array) => object): void => {
      const valid = fixture(path)
      const change = fc.tuple(fc.nat({ max: valid.length - 1 }), fc.integer({ min: 0, max: 255 }))
      fc.assert(
        fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
          const input = Uint8Array.from(valid)
          for (const [at, byte] of changes) input[at] = byte
          const answers = [quick, whole].map((parse) => answerOf(() => parse(input)))
          if (!answers.includes('refused')) expect(answers[0]).toEqual(answers[1])
        }),
        { numRuns: 500 },
      )
    }
    agree('proc/java/status', parseQuickStatus, wholeStatus)
    agree('proc/thp/smaps_rollup', parseQuickRollup, wholeRollup)
  })

  it('of files cut anywhere: nothing', () => {
    for (const [path, parse] of [
      ['proc/java/status', parseQuickStatus],
      ['proc/java/smaps_rollup', parseQuickRollup],
    ] as const) {
      const valid = fixture(path)
      for (let length = 0; length < valid.length; length += 7) {
        const cut = valid.subarray(0, length)
        if (cut.at(-1) !== 0x0a) expect(() => parse(cut)).toThrow(ParseError)
      }
    }
  })
})

function answerOf(attempt: () => object): object | 'refused' {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof ParseError) return 'refused'
    throw error
  }
}

describe('quickSizes', () => {
  const pick = quickSizes('file', { one: 'One', two: 'Two', three: 'Three' })

  it('finds keys in any order, and not inside of other keys or values', () => {
    expect(pick('Three: 3 kB\nNotOne: 9 kB\nTwo:\t   2 kB\nOne: 1 kB\n')).toEqual({
      one: KB,
      two: 2 * KB,
      three: 3 * KB,
    })
    expect(pick('Name:\tOne: 5 kB\nTwo: 0 kB\n')).toEqual({ one: Number.NaN, two: 0, three: Number.NaN })
  })

  it.each([
    'One: 12\n',
    'One: kB\n',
    'One: -1 kB\n',
    'One: 1 kB more\n',
    'One: 99999999999999999999 kB\n',
    'One: 1 kB',
  ])('refuses %j', (text) => {
    expect(() => pick(text)).toThrow(ParseError)
  })
})
