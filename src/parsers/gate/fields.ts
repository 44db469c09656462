import { similarNames } from '../../model/similar.ts'
import { DURATION_FORMS, parseDuration } from '../../model/units.ts'
import type { DocumentEntry, DocumentNode } from './document.ts'
import { ConfigProblem } from './problem.ts'

/** Reads the entries of a map one by one, and refuses those that nobody asked for. */
export class Fields {
  readonly line: number
  readonly #entries: readonly DocumentEntry[]
  readonly #what: string
  readonly #known = new Set<string>()

  /** @param what Names the map in messages: `scenario "parse"`. */
  constructor(node: DocumentNode, what: string) {
    if (node.kind !== 'map') throw new ConfigProblem(node.line, `${what} must be a map of keys and values`)
    this.line = node.line
    this.#entries = node.entries
    this.#what = what
  }

  /** Reads the value of a key; `null` when it is not there. */
  take<Value>(key: string, read: (entry: DocumentEntry) => Value): Value | null {
    this.#known.add(key)
    const entry = this.#entries.find((each) => each.key === key)
    return entry === undefined ? null : read(entry)
  }

  /** Refuses every key that was not read, with a guess at what was meant. */
  refuseOthers(): void {
    for (const { key, line } of this.#entries) {
      if (this.#known.has(key)) continue
      const near = similarNames(key, this.#known)
      const guess =
        near.length > 0 ? `did you mean ${near.join(', ')}?` : `keys here are ${[...this.#known].sort().join(', ')}`
      throw new ConfigProblem(line, `unknown key "${key}" in ${this.#what}`, guess)
    }
  }
}

/** Names a key in messages. */
function problem({ key, node }: DocumentEntry, expected: string): ConfigProblem {
  const found = node.kind === 'text' ? ` "${node.text}"` : node.kind === 'list' ? ' a list' : ' a map'
  return new ConfigProblem(node.line, `${key} does not take${found}`, `write ${expected}`)
}

export function text(entry: DocumentEntry): string {
  const written = someText(entry)
  if (entry.node.kind === 'text' && !entry.node.isText) throw problem(entry, 'a text, in quotes where it is a number')
  return written
}

function someText(entry: DocumentEntry): string {
  if (entry.node.kind !== 'text' || entry.node.text === '') throw problem(entry, 'a text')
  if (entry.node.text.includes('\0')) throw problem(entry, 'a text without NUL')
  return entry.node.text
}

/** A text, or a number or word that YAML would take for something else. */
export function anyText(entry: DocumentEntry): string {
  return entry.node.kind === 'text' && entry.node.text === '' && entry.node.quoted ? '' : someText(entry)
}

/** Why something is so, for people to read: not a number or a sign. */
export function reason(entry: DocumentEntry): string {
  const isReason = entry.node.kind === 'text' && entry.node.isText && /\p{L}/u.test(entry.node.text)
  if (!isReason) throw problem(entry, 'the reason in words')
  return text(entry)
}

export function texts(entry: DocumentEntry): readonly string[] {
  const { node, key } = entry
  if (node.kind !== 'list') throw problem(entry, 'a list, such as [a, b]')
  return node.items.map((item) => anyText({ key, line: item.line, node: item }))
}

export function entriesOf(entry: DocumentEntry, expected: string): readonly DocumentEntry[] {
  if (entry.node.kind !== 'map') throw problem(entry, expected)
  return entry.node.entries
}

export function oneOf<Word extends string>(words: readonly Word[]): (entry: DocumentEntry) => Word {
  return (entry) => {
    const found = words.find((word) => entry.node.kind === 'text' && entry.node.text === word)
    if (found === undefined) throw problem(entry, words.join(' or '))
    return found
  }
}

export function integer(least: number, most: number): (entry: DocumentEntry) => number {
  return (entry) => {
    const written = entry.node.kind === 'text' ? entry.node.text : ''
    const value = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN
    if (!(value >= least && value <= most))
      throw problem(entry, least === most ? String(least) : `a whole number from ${least} to ${most}`)
    return value
  }
}

export function flag(entry: DocumentEntry): boolean {
  return oneOf(['true', 'false'])(entry) === 'true'
}

export function duration(entry: DocumentEntry): number {
  const value = entry.node.kind === 'text' ? parseDuration(entry.node.text) : null
  if (value === null) throw problem(entry, `one of ${DURATION_FORMS}`)
  return Math.round(value)
}

/** A duration that is not 0. */
export function someTime(entry: DocumentEntry): number {
  const value = duration(entry)
  if (value === 0) throw problem(entry, 'more than no time')
  return value
}

/** A value with a grammar of its own. */
export function grammar<Value>(
  parse: (
    text: string,
  ) => { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly expected: string },
): (entry: DocumentEntry) => Value {
  return (entry) => {
    const found = entry.node.kind === 'text' ? parse(entry.node.text) : ({ ok: false, expected: 'a text' } as const)
    if (found.ok) return found.value
    throw problem(entry, `it as ${found.expected}`)
  }
}
