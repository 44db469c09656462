import type { LimitVerdict } from '../analysis/diff/limit.ts'
import type { DiffReport } from '../analysis/diff/report.ts'
import {
  bytesDelta,
  changedFigures,
  changedGroups,
  countDelta,
  mappingName,
  propertyText,
  shareOf,
} from './diff-figures.ts'
import type { DiffView } from './diff-text.ts'
import { markdownTable, markdownText } from './markdown.ts'
import { displayText } from './sanitise.ts'
import { formatBytes, formatCount } from './units.ts'

/** Writes a diff for a pull request or an incident's notes: totals, groups and the largest changes. */
export function writeDiffMarkdown(report: DiffReport, view: DiffView, write: (text: string) => void): void {
  const figures = changedFigures(report)
  const { totals } = report
  const left = (title: string) => ({ title, align: 'left' as const })
  const right = (title: string) => ({ title, align: 'right' as const })
  write(`### Memory of ${markdownText(displayText(report.after.memory.stat.comm))}\n\n`)
  write(
    markdownTable(
      [left('total'), right('before'), right('after'), right('change'), right('')],
      [
        ...figures.map((id) => {
          const { before, after, delta } = totals.figures[id]
          return [id, formatBytes(before), formatBytes(after), bytesDelta(delta, false), shareOf(delta, before)]
        }),
        [
          'mappings',
          formatCount(totals.mappings.before),
          formatCount(totals.mappings.after),
          countDelta(totals.mappings.delta),
          shareOf(totals.mappings.delta, totals.mappings.before),
        ],
      ],
    ),
  )
  const groups = changedGroups(report)
  if (groups.length > 0) {
    write('\n')
    write(
      markdownTable(
        [left(report.after.grouping), right('mappings'), ...figures.map(right)],
        groups.map((group) => [
          markdownText(displayText(group.key)),
          countDelta(group.mappings.delta),
          ...figures.map((id) => bytesDelta(group.figures[id].delta, false)),
        ]),
      ),
    )
  }
  const changed = report.mappings.filter(({ fate }) => fate !== 'same')
  const shown = changed.slice(0, view.limit ?? changed.length)
  if (shown.length > 0) {
    write('\n')
    write(
      markdownTable(
        [left('what'), right('rss'), right('size'), left('mapping')],
        shown.map((mapping) => [
          mapping.fate,
          bytesDelta(mapping.figures.rss.delta, false),
          bytesDelta(mapping.figures.size.delta, false),
          [mappingName(report, mapping), propertyText(mapping)]
            .filter((text) => text !== '')
            .map(markdownText)
            .join(': '),
        ]),
      ),
    )
  }
  for (const verdict of view.verdicts) write(`\n${verdictLine(verdict)}\n`)
}

function verdictLine({ limit, exceeded }: LimitVerdict): string {
  const what = exceeded === null ? 'cannot tell' : exceeded ? '**exceeded**' : 'held'
  return `${what}: ${markdownText(limit.text)}`
}
