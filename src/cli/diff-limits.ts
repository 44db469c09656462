import { type DiffLimit, LIMIT_SUBJECTS, type LimitAmount, type LimitSubject } from '../analysis/diff/limit.ts'
import { similarNames } from '../model/similar.ts'
import { BYTES_FORMS, parseBytes } from '../model/units.ts'
import { UsageError } from './usage-error.ts'

const FORM = /^\s*([A-Za-z]+)\s*>\s*(\+?)\s*(.+?)\s*$/
/** What people say for the figure's own name. */
const ALIASES: Readonly<Record<string, LimitSubject>> = { anon: 'anonymous', vma: 'mappings', vmas: 'mappings' }
const EXAMPLES = "'anon > +10%', 'rss > +5MiB', 'mappings > 2x', 'pss > 256MiB'"

/** Reads a `--fail-on`: a figure, `>`, and what it may be (`256MiB`) or gain (`+5MiB`, `+10%`, `2x`). */
export function parseDiffLimit(text: string): DiffLimit {
  const [, word, plus, amount] = FORM.exec(text) ?? []
  if (word === undefined || amount === undefined) {
    throw new UsageError(`--fail-on does not take "${text}"`, `write it as one of ${EXAMPLES}`)
  }
  const subject = subjectOf(word)
  return { text: text.trim(), subject, amount: amountOf(text, subject, plus === '+', amount) }
}

function subjectOf(word: string): LimitSubject {
  const name = word.toLowerCase()
  const found = ALIASES[name] ?? LIMIT_SUBJECTS.find((each) => each === name)
  if (found !== undefined) return found
  const near = similarNames(name, LIMIT_SUBJECTS)
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `figures are ${LIMIT_SUBJECTS.join(', ')}`
  throw new UsageError(`--fail-on knows no figure "${word}"`, hint)
}

function amountOf(text: string, subject: LimitSubject, growth: boolean, amount: string): LimitAmount {
  const share = /^(\d{1,6}(?:\.\d{1,6})?)\s?%$/.exec(amount)?.[1]
  if (share !== undefined && growth) return { kind: 'share', value: Number(share) / 100 }
  const factor = /^(\d{1,6}(?:\.\d{1,6})?)x$/.exec(amount)?.[1]
  if (factor !== undefined && !growth) return { kind: 'factor', value: Number(factor) }
  const value = subject === 'mappings' ? countOf(amount) : parseBytes(amount)
  if (value !== null) return { kind: growth ? 'growth' : 'value', value }
  const forms = subject === 'mappings' ? 'a count' : `a size (${BYTES_FORMS})`
  throw new UsageError(`--fail-on does not take "${text}"`, `behind > stands ${forms}, with + for growth, +10% or 2x`)
}

function countOf(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}
