import { FIGURES } from '../analysis/figures.ts'
import { RULES } from '../analysis/rules/index.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import { similarNames } from '../model/similar.ts'
import { TEXT_COLUMNS } from '../output/mapping-columns.ts'
import { type Topic, topicsOf } from '../reference/topic.ts'
import { TOPICS } from '../reference/topics.ts'

const COLUMNS = topicsOf('column', { shownBy: 'mmapctl maps PID --columns', reference: 'docs/maps.md' }, [
  ...FIGURES.map(({ id, meaning, required, optional = [] }) => {
    const fields = [...required, ...optional]
    const from = fields.length === 0 ? 'Made from the addresses.' : `Made from ${fields.join(' + ')} of smaps.`
    return [id, null, sentence(meaning), from] as const
  }),
  ...Object.entries(TEXT_COLUMNS).map(([id, meaning]) => [id, null, sentence(meaning)] as const),
])

/** Every topic but the rules. */
export const ALL_TOPICS: readonly Topic[] = [...TOPICS, ...COLUMNS]

/** What a word means: topics first as it is spelled, then however it is; several when it is several things. */
export interface Meanings {
  readonly topics: readonly Topic[]
  readonly rules: readonly Rule[]
}

/** Finds what a word means. */
export function meaningsOf(word: string): Meanings {
  const exact = ALL_TOPICS.filter(({ id }) => id === word)
  const folded = fold(word)
  const topics = exact.length > 0 ? exact : ALL_TOPICS.filter(({ id }) => fold(id) === folded)
  return { topics, rules: RULES.filter(({ id }) => id === word.toLowerCase()) }
}

/** Names near to a word that means nothing. */
export function nearTopics(word: string): readonly string[] {
  return similarNames(
    word,
    [...ALL_TOPICS, ...RULES].map(({ id }) => id),
  )
}

/** Without what people leave out: brackets, underscores, the word between the words. */
function fold(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9/.]/g, '')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
