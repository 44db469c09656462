import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect } from 'vitest'
import { ParseError } from '../../src/parsers/parse-error.ts'

const FIXTURES = new URL('../fixtures/', import.meta.url)

/** The bytes of a file below test/fixtures. */
export function fixture(path: string): Uint8Array {
  return readFileSync(new URL(path, FIXTURES))
}

/** Latin1 text as bytes: the inverse of what the parsers do. */
export function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** The text of a fixture with one part of it exchanged. */
export function altered(path: string, from: string, to: string): Uint8Array {
  const text = Buffer.from(fixture(path)).toString('latin1')
  expect(text).toContain(from)
  return bytes(text.replace(from, () => to))
}

/** Any byte string without the given characters, as latin1. */
export function byteString(options: { readonly without?: string; readonly min?: number; readonly max?: number } = {}) {
  const { without = '', min = 0, max = 20 } = options
  const unit = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code))
  return fc.string({ unit: unit.filter((char) => !without.includes(char)), minLength: min, maxLength: max })
}

/**
 * Whatever the bytes, the parser answers or throws a `ParseError`; an answer holds no `NaN` and no `undefined`.
 *
 * Tried on arbitrary bytes, on every way to cut the valid text short, and on the valid text with a few bytes changed.
 */
export function expectAnswerOrParseError(parse: (bytes: Uint8Array) => unknown, valid: Uint8Array): void {
  const attempt = (input: Uint8Array): void => {
    try {
      expectNoHoles(parse(input))
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
    }
  }
  for (let length = 0; length <= valid.length; length += Math.ceil(valid.length / 400))
    attempt(valid.subarray(0, length))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt))
  const change = fc.tuple(fc.nat({ max: Math.max(0, valid.length - 1) }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const mutated = Uint8Array.from(valid)
      for (const [at, byte] of changes) mutated[at] = byte
      attempt(mutated)
    }),
  )
}

function expectNoHoles(value: unknown): void {
  if (value === undefined || Number.isNaN(value)) throw new Error(`a hole in the answer: ${value}`)
  if (value instanceof Map) for (const pair of value) expectNoHoles(pair)
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) expectNoHoles(part)
}
