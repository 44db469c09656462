import {
  adviceText,
  alsoTexts,
  type Diagnosis,
  diagnosisVerdict,
  evidenceText,
  hiddenText,
  ignoredTexts,
  mappingTexts,
  notCheckedTexts,
  rulePage,
  worstFirst,
} from './doctor-parts.ts'
import { diagnosisSubject, withoutFindingsTogether } from './doctor-subjects.ts'
import type { DoctorTexts } from './doctor-text.ts'
import { markdownProse, markdownText } from './markdown.ts'

type Write = (text: string) => void

/** Writes findings as Markdown: a heading each, with remedy, evidence and reason. */
export function writeDiagnosesMarkdown(texts: DoctorTexts, write: Write): void {
  for (const [index, alike] of withoutFindingsTogether(worstFirst(texts.diagnoses)).entries()) {
    if (index > 0) write('\n')
    writeDiagnosis(alike, texts.captured, write)
  }
  const hidden = hiddenText(texts.diagnoses, texts.least)
  list('Not checked', notCheckedTexts(texts.diagnoses, texts.captured), write)
  list('Ignored', ignoredTexts(texts.diagnoses), write)
  list('Not shown', hidden === null ? [] : [hidden], write)
}

/** Diagnoses of which there is one, or that are alike. */
function writeDiagnosis(alike: readonly [Diagnosis, ...Diagnosis[]], captured: string | null, write: Write): void {
  const [diagnosis] = alike
  write(
    `## ${markdownText(diagnosisSubject(alike.map(({ report }) => report)))}\n\n${markdownText(diagnosisVerdict(diagnosis))}\n`,
  )
  for (const finding of diagnosis.outcome.findings) {
    const { rule, severity, confidence, summary, evidence, rows, remedy } = finding
    write(
      `\n### ${markdownText(`${severity}: ${summary}`)}\n\n**Do:** ${markdownProse(adviceText(remedy ?? rule.remedy, diagnosis, captured))}\n\n`,
    )
    for (const each of evidence) write(`- ${markdownText(evidenceText(each))}\n`)
    const mappings = diagnosis.report === null ? [] : mappingTexts(rows, diagnosis.report)
    for (const each of mappings) write(`- ${markdownText(each)}\n`)
    for (const each of alsoTexts(finding)) write(`- also: ${markdownText(each)}\n`)
    write(`\n${markdownProse(rule.why)}\n\n`)
    write(
      `**${confidence}**. False alarms: ${markdownProse(adviceText(rule.falseAlarms, diagnosis, captured))} (\`${rulePage(rule.id).command}\`)\n`,
    )
  }
}

function list(title: string, texts: readonly string[], write: Write): void {
  if (texts.length === 0) return
  write(`\n${title}:\n\n`)
  for (const text of texts) write(`- ${markdownText(text)}\n`)
}
