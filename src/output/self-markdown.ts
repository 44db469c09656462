import type { SelfReport } from '../analysis/abilities.ts'
import { ABILITIES } from '../reference/abilities.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { grantsHere, grantText, readerText, selfVerdict } from './self-parts.ts'

/** Writes what works and what does not as Markdown, for an issue or an incident’s notes. */
export function writeSelfMarkdown(report: SelfReport, write: (text: string) => void): void {
  write(`## mmapctl here: ${markdownText(selfVerdict(report))}\n\n${markdownText(readerText(report))}\n\n`)
  const rows = report.abilities.map(({ id, state, found }) => [
    state === 'works' ? 'works' : `**${state === 'untried' ? 'not tried' : state}**`,
    `${markdownText(ABILITIES[id].title)} (\`${id}\`)`,
    markdownText(found),
  ])
  const columns = ['', 'ability', 'found'].map((title) => ({ title, align: 'left' as const }))
  write(markdownTable(columns, rows))
  const missing = report.abilities.filter(({ state }) => state !== 'works')
  for (const ability of missing) {
    const { title, costs } = ABILITIES[ability.id]
    write(
      `\n### ${markdownText(title)}: ${ability.state === 'untried' ? 'not tried' : ability.state}\n\n${markdownText(costs)}\n`,
    )
    const grants = grantsHere(ability, report)
    if (grants.length > 0) write('\n')
    for (const grant of grants) write(`- ${markdownText(grantText(grant))}\n`)
  }
}
