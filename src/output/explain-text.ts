import type { RuleText } from '../analysis/rules/rule.ts'
import { TOPIC_KINDS, type Topic } from '../reference/topic.ts'
import type { Palette } from './palette.ts'
import { wrapText } from './wrap.ts'

/** How explanations are written. */
export interface ExplainStyle {
  readonly palette: Palette
  /** Columns of the terminal; `null` when lines may be as long as they are. */
  readonly width: number | null
}

type Write = (text: string) => void

/** Widest text that is comfortable to read. */
const COMFORTABLE = 100

/** Explains a topic: what it is, how to read it, where it is shown. */
export function writeTopic(topic: Topic, style: ExplainStyle, write: Write): void {
  const since = topic.since === null ? '' : `, since Linux ${topic.since}`
  write(`${style.palette.strong(topic.id)} (${topic.kind}${since})\n\n`)
  paragraph(topic.what, style, write)
  if (topic.reading !== '') paragraph(topic.reading, style, write)
  labelled('shown by', topic.shownBy, style, write)
  labelled('more', topic.reference, style, write)
}

/** Explains a rule of `doctor`. */
export function writeRule(rule: RuleText, style: ExplainStyle, write: Write): void {
  write(`${style.palette.strong(rule.id)} (rule of doctor, usually ${rule.severity})\n\n`)
  paragraph(`${rule.title}. ${rule.what}`, style, write)
  labelled('why', rule.why, style, write)
  labelled('do', rule.remedy, style, write)
  labelled('false alarm', rule.falseAlarms, style, write)
  labelled('more', rule.references.join(', '), style, write)
}

/** Lists all topics by kind, then the rules. */
export function writeIndex(
  topics: readonly Topic[],
  rules: readonly RuleText[],
  style: ExplainStyle,
  write: Write,
): void {
  for (const [kind] of TOPIC_KINDS) {
    const ids = topics.filter((topic) => topic.kind === kind).map(({ id }) => id)
    if (ids.length > 0) group(kind, ids, style, write)
  }
  group(
    'rule of doctor',
    rules.map(({ id }) => id),
    style,
    write,
  )
}

function group(title: string, ids: readonly string[], style: ExplainStyle, write: Write): void {
  write(`${style.palette.strong(title)}\n`)
  // A name with a space in it must not be broken there.
  const words = [...new Set(ids)].map((id) => id.replaceAll(' ', '\u00a0'))
  for (const line of wrapText(words.join(' · '), widthOf(style) - 2)) write(`  ${line.replaceAll('\u00a0', ' ')}\n`)
}

function paragraph(text: string, style: ExplainStyle, write: Write): void {
  for (const line of wrapText(text, widthOf(style))) write(`${line}\n`)
  write('\n')
}

const LABEL_WIDTH = 13

function labelled(label: string, text: string, style: ExplainStyle, write: Write): void {
  for (const line of wrapText(text, widthOf(style), label.padEnd(LABEL_WIDTH))) write(`${line}\n`)
}

function widthOf({ width }: ExplainStyle): number {
  return Math.min(width ?? COMFORTABLE, COMFORTABLE)
}
