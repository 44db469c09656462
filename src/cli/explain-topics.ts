import { RULES } from '../analysis/rules/index.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import { similarNames } from '../model/similar.ts'
import type { Topic } from '../reference/topic.ts'
import { TOPICS } from '../reference/topics.ts'
import { COLUMN_TOPICS } from './explain-columns.ts'

/** Every topic but the rules. */
export const ALL_TOPICS: readonly Topic[] = [...TOPICS, ...COLUMN_TOPICS]

/** What a word means; several topics when it is several things. */
export interface Meanings {
  readonly topics: readonly Topic[]
  readonly rules: readonly Rule[]
}

/** Finds what a word means. In small letters it may be anything; `Pss` is the field and nothing else. */
export function meaningsOf(asked: string): Meanings {
  const word = settingName(asked)
  const exact = ALL_TOPICS.filter(({ id }) => id === word)
  const folded = fold(word)
  const alike = ALL_TOPICS.filter(({ id }) => folded !== '' && fold(id) === folded)
  // A setting is known by its last word too: max_map_count.
  const short = ALL_TOPICS.filter(({ id, kind }) => kind === 'setting' && folded !== '' && lastPart(id) === folded)
  // One of a family: allocstall_normal of allocstall_*.
  const family = ALL_TOPICS.filter(({ id }) => id.endsWith('_*') && word.toLowerCase().startsWith(id.slice(0, -1)))
  const found = [alike, short, family, formOf(word), limitOf(word)].find((topics) => topics.length > 0) ?? []
  const topics = exact.length > 0 && word !== word.toLowerCase() ? exact : found
  return { topics, rules: RULES.filter(({ id }) => id === word.toLowerCase()) }
}

/** Names near to a word that means nothing. */
export function nearTopics(word: string): readonly string[] {
  return similarNames(
    word,
    [...ALL_TOPICS, ...RULES].map(({ id }) => id),
  )
}

/** A setting as sysctl(8) names it, or as its directory below /sys/kernel/mm does, where its file is given. */
function settingName(word: string): string {
  if (word.startsWith(SYSCTLS)) return word.slice(SYSCTLS.length).replaceAll('/', '.')
  if (!word.startsWith(SYSFS)) return word
  const name = word.slice(SYSFS.length)
  return name.split('/').length > 2 ? name.slice(name.indexOf('/') + 1) : name
}

const SYSCTLS = '/proc/sys/'
const SYSFS = '/sys/kernel/mm/'

/** What stands in a topic's name for what differs from case to case. */
const PLACES = [
  ['NAME', '.*'],
  ['TID', '\\d+'],
  ['kkkkkkkk', '[0-9a-f]{8}'],
  ['<size>', '\\d+'],
  [':N', ':\\d+'],
  ['[N]', '\\[\\d+\\]'],
] as const

const FORMS = ALL_TOPICS.flatMap((topic) => {
  const place = PLACES.find(([name]) => topic.id.includes(name))
  if (place === undefined) return []
  const parts = topic.id.split(place[0]).map((part) => part.replace(/[()[\]/.]/g, '\\$&'))
  return [{ topic, form: new RegExp(`^${parts.join(place[1])}$`, 's') }]
})

/** Names as they stand in maps, of which a topic has the form alone: `[anon:arena]`, `/usr/lib/x.so (deleted)`. */
function formOf(word: string): readonly Topic[] {
  const fitting = FORMS.filter(({ form }) => form.test(word)).map(({ topic }) => topic)
  if (fitting.length > 0 || !/^\/.* \(deleted\)$/s.test(word)) return fitting
  return ALL_TOPICS.filter(({ id }) => id === '(deleted)')
}

/** A limit as /proc/PID/limits names it, which its text has in quotes. */
function limitOf(word: string): readonly Topic[] {
  const quoted = `“${word.toLowerCase()}”`
  return ALL_TOPICS.filter(({ kind, what }) => kind === 'limit' && what.toLowerCase().includes(quoted))
}

function lastPart(id: string): string {
  return fold(id.slice(Math.max(id.lastIndexOf('.'), id.lastIndexOf('/')) + 1))
}

/** Without what people leave out: brackets, underscores, the word between the words. */
function fold(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9/.]/g, '')
}
