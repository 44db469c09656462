import yaml from 'yaml'
import { ConfigProblem } from './problem.ts'

/** A part of a document, with the line on which it begins. */
export type DocumentNode =
  | {
      readonly kind: 'text'
      readonly line: number
      readonly text: string
      readonly quoted: boolean
      /** Not what YAML takes for a number, a truth value or nothing. */
      readonly isText: boolean
    }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly DocumentNode[] }
  | { readonly kind: 'map'; readonly line: number; readonly entries: readonly DocumentEntry[] }

export interface DocumentEntry {
  readonly key: string
  readonly line: number
  readonly node: DocumentNode
}

const MOST_CHARACTERS = 1024 * 1024
const MOST_NODES = 20_000
const DEEPEST = 20

/**
 * Reads a YAML 1.2 document; JSON is one too. Values stay text as it was written, for `+64` is no number here.
 *
 * Throws `ConfigProblem` for what is no YAML, and for documents that unfold to something huge.
 */
export function parseDocument(text: string): DocumentNode {
  if (text.length > MOST_CHARACTERS) throw new ConfigProblem(1, 'is longer than 1 MiB')
  const lineCounter = new yaml.LineCounter()
  const document = yaml.parseDocument(text.replace(/^\ufeff/, ''), { lineCounter, prettyErrors: false, merge: false })
  const [error] = document.errors
  if (error !== undefined) {
    throw new ConfigProblem(lineCounter.linePos(error.pos[0]).line, firstLine(error.message))
  }
  return new Reader(document, lineCounter).read(document.contents, 0)
}

class Reader {
  readonly #document: yaml.Document
  readonly #lines: yaml.LineCounter
  #nodes = 0

  constructor(document: yaml.Document, lines: yaml.LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  read(given: unknown, depth: number): DocumentNode {
    const line = this.#lineOf(given)
    if (++this.#nodes > MOST_NODES || depth > DEEPEST)
      throw new ConfigProblem(line, 'unfolds to more than can be meant')
    if (yaml.isAlias(given)) return this.#alias(given, depth)
    if (yaml.isMap(given)) {
      const entries = given.items.map(({ key, value }) => ({
        key: yaml.isScalar(key) ? written(key) : '',
        line: this.#lineOf(key),
        node: value === null ? empty(this.#lineOf(key)) : this.read(value, depth + 1),
      }))
      return { kind: 'map', line, entries }
    }
    if (yaml.isSeq(given)) return { kind: 'list', line, items: given.items.map((item) => this.read(item, depth + 1)) }
    if (yaml.isScalar(given)) {
      const isText = typeof given.value === 'string'
      return { kind: 'text', line, text: written(given), quoted: isQuoted(given), isText }
    }
    return empty(line)
  }

  #alias(alias: yaml.Alias, depth: number): DocumentNode {
    const target = alias.resolve(this.#document)
    if (target === undefined) throw new ConfigProblem(this.#lineOf(alias), `*${alias.source} stands for nothing`)
    return this.read(target, depth + 1)
  }

  #lineOf(given: unknown): number {
    const range = yaml.isNode(given) ? given.range : null
    return range === null || range === undefined ? 1 : Math.max(1, this.#lines.linePos(range[0]).line)
  }
}

function empty(line: number): DocumentNode {
  return { kind: 'text', line, text: '', quoted: false, isText: false }
}

function isQuoted({ type }: yaml.Scalar): boolean {
  return type !== undefined && type !== yaml.Scalar.PLAIN
}

/** What stands there: of a plain scalar its characters, of a quoted one what they mean. */
function written(scalar: yaml.Scalar): string {
  if (isQuoted(scalar)) return String(scalar.value)
  return scalar.source ?? (scalar.value === null ? '' : String(scalar.value))
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}
