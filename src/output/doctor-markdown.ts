import { type Diagnosis, diagnosisSubject, diagnosisVerdict, evidenceText } from './doctor-text.ts'
import { markdownText } from './markdown.ts'

/** Writes findings as Markdown: a heading each, with evidence, reason and remedy. */
export function writeDiagnosisMarkdown({ report, outcome }: Diagnosis, write: (text: string) => void): void {
  write(`## ${markdownText(diagnosisSubject(report))}\n\n${markdownText(diagnosisVerdict(outcome))}\n`)
  for (const { rule, severity, confidence, summary, evidence, remedy } of outcome.findings) {
    write(`\n### ${markdownText(`${severity}: ${summary}`)}\n\n`)
    for (const each of evidence) write(`- ${markdownText(evidenceText(each))}\n`)
    write(`\n${markdownText(rule.why)}\n\n**Do:** ${markdownText(remedy ?? rule.remedy)}\n\n`)
    write(`**${confidence}**; a false alarm if: ${markdownText(rule.falseAlarms)} (${markdownText(rule.id)})\n`)
  }
  if (outcome.notChecked.length === 0) return
  write('\nNot checked:\n\n')
  for (const { rule, why } of outcome.notChecked) write(`- ${markdownText(`${rule.id}: ${why}`)}\n`)
}
