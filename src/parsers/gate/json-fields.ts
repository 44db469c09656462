import { ConfigProblem } from './problem.ts'

/** A value of a JSON document, and where it stands: `scenarios.parse.metrics`. */
export interface Located {
  readonly value: unknown
  readonly path: string
}

const LONGEST = 60

/** Reads JSON. Throws `ConfigProblem` with the line for what is none. */
export function parseJson(source: string): Located {
  const conflict = source.split('\n').findIndex((line) => /^(?:<{7}|>{7}) /.test(line))
  if (conflict >= 0) throw new ConfigProblem(conflict + 1, 'has an unresolved conflict of git')
  try {
    return { value: JSON.parse(source), path: '' }
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1]
    const line = at === undefined ? null : source.slice(0, Number(at)).split('\n').length
    throw new ConfigProblem(line, 'is no JSON')
  }
}

/** The entries of an object. */
export function entries(given: Located): readonly (readonly [key: string, entry: Located])[] {
  const { value, path } = given
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(given, 'an object')
  return Object.entries(value).map(([key, each]) => [key, { value: each, path: path === '' ? key : `${path}.${key}` }])
}

/** An entry that must be there. */
export function entry(given: Located, key: string): Located {
  const found = entries(given).find(([name]) => name === key)?.[1]
  if (found === undefined) throw refused(given, `an object with "${key}"`)
  return found
}

/** An entry that may be missing or `null`. */
export function optional<Value>(given: Located, key: string, read: (entry: Located) => Value): Value | null {
  const found = entries(given).find(([name]) => name === key)?.[1]
  return found === undefined || found.value === null ? null : read(found)
}

export function text(given: Located): string {
  if (typeof given.value !== 'string') throw refused(given, 'a text')
  return given.value
}

export function oneOf<Word extends string>(words: readonly Word[]): (given: Located) => Word {
  return (given) => {
    const found = words.find((word) => word === given.value)
    if (found === undefined) throw refused(given, words.map((word) => `"${word}"`).join(' or '))
    return found
  }
}

/** A figure. Medians of an even number of runs may lie between two. */
export function figure(given: Located): number {
  const { value } = given
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw refused(given, 'a number')
  }
  return value
}

export function count(given: Located): number {
  const value = figure(given)
  if (!Number.isInteger(value) || value < 0) throw refused(given, 'a whole number')
  return value
}

export function figures(given: Located): readonly number[] {
  if (!Array.isArray(given.value) || given.value.length === 0) throw refused(given, 'a list of numbers')
  return given.value.map((value: unknown, index) => figure({ value, path: `${given.path}[${index}]` }))
}

/** A day, `2026-09-20`. */
export function day(given: Located): string {
  if (typeof given.value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(given.value)) throw refused(given, 'a day')
  return given.value
}

/** Says what a value is and what it should be. */
export function refused({ value, path }: Located, expected: string): ConfigProblem {
  const found = JSON.stringify(value) ?? 'nothing'
  const shown = found.length > LONGEST ? `${found.slice(0, LONGEST)}…` : found
  return new ConfigProblem(null, `${path === '' ? 'the document' : path} is ${shown}, not ${expected}`)
}
