import type { RuleText } from '../analysis/rules/rule.ts'
import { type Topic, topicPage } from '../reference/topic.ts'
import { rulePage } from './doctor-parts.ts'

/** The body of an `explain` document: every text, with its page of the documentation. */
export function explainJson(topics: readonly Topic[], rules: readonly RuleText[]): object {
  return {
    topics: topics.map((topic) => ({ ...topic, page: topicPage(topic) })),
    rules: rules.map(({ id, title, severity, what, why, remedy, falseAlarms, references }) => ({
      id,
      title,
      severity,
      what,
      why,
      remedy,
      falseAlarms,
      references,
      page: rulePage(id).page,
    })),
  }
}
