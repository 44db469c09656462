// Writes the pages of the documentation that are made of texts of the code alone, the same that `mmapctl explain` prints:
// docs/rules/, a page for each rule, and docs/reference/topics/, one for each kind of topic. Pages of what is no more are
// taken away. With --check, only says whether they are up to date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { register } from 'tsx/esm/api'

process.chdir(new URL('..', import.meta.url).pathname)
register()
const { RULES } = await import('../src/analysis/rules/index.ts')
const { PROCESS_SOURCES } = await import('../src/analysis/rules/sources.ts')
const { ALL_TOPICS } = await import('../src/cli/explain-topics.ts')
const { TOPIC_KINDS, topicPage } = await import('../src/reference/topic.ts')
const { ABILITIES, GRANTERS } = await import('../src/reference/abilities.ts')
const { rulePage } = await import('../src/output/doctor-parts.ts')

const MADE = '<!-- Made by scripts/pages.mjs. -->'
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info']
const TOPICS = 'docs/reference/topics'

const pages = new Map([
  ['docs/rules/README.md', ruleIndex()],
  ...RULES.map((rule) => [rulePage(rule.id).page, rulePageText(rule)]),
  [`${TOPICS}.md`, topicIndex()],
  ...TOPIC_KINDS.map(([kind, about]) => [topicPage({ kind }), topicPageText(kind, about)]),
])

const check = process.argv.includes('--check')
const stale = [
  ...[...pages]
    .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
    .map(([file]) => file),
  ...['docs/rules', TOPICS].flatMap(strangers),
]
if (!check) {
  for (const directory of ['docs/rules', TOPICS]) mkdirSync(directory, { recursive: true })
  for (const file of stale) {
    const text = pages.get(file)
    if (text === undefined) rmSync(file)
    else writeFileSync(file, text)
  }
} else if (stale.length > 0) {
  process.stderr.write(`${stale.join(', ')}: stale; run \`npm run fix\` and commit what it changes\n`)
  process.exitCode = 1
}

/** Pages in a directory of ours that nothing makes. */
function strangers(directory) {
  const names = existsSync(directory) ? readdirSync(directory) : []
  return names.map((name) => join(directory, name)).filter((file) => !pages.has(file))
}

function ruleIndex() {
  const sorted = [...RULES].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
  const rows = sorted.map(({ id, title, severity, what }) => [`[\`${id}\`](${id}.md)`, severity, `${title}. ${what}`])
  return page('Rules of mmapctl doctor', [
    `What [\`mmapctl doctor\`](../doctor.md) looks for, worst first. \`mmapctl explain RULE\` prints the same.`,
    table(['rule', 'usual severity', 'what it looks for'], rows),
  ])
}

function rulePageText(rule) {
  const { id, title, severity, what, why, remedy, falseAlarms, references, needs, toldWith = [] } = rule
  const subject = needs.some((name) => PROCESS_SOURCES.has(name)) ? 'a process' : 'the host'
  return page(title, [
    `\`${id}\` · usually **${severity}** · about ${subject}`,
    prose(what),
    `## Why it matters\n\n${prose(why)}`,
    `## What to do\n\n${prose(remedy)}`,
    `## When it is a false alarm\n\n${prose(falseAlarms)}`,
    ...(toldWith.length === 0
      ? []
      : [
          `Where one of these rules finds the same cause, this one is told with it: ${toldWith.map((each) => `[\`${each.rule}\`](${each.rule}.md)`).join(', ')}.`,
        ]),
    [
      'To leave it out: `--ignore` on the command line, or in `mmapctl.yml`',
      '',
      '```yaml',
      'doctor:',
      '  ignore:',
      `    ${id}: the reason, which reports repeat`,
      '```',
    ].join('\n'),
    `## More\n\n${[...references.map(prose), `It needs: ${needs.map((name) => `\`${name}\``).join(', ')}`].map((each) => `- ${each}`).join('\n')}`,
    '[All rules](README.md)',
  ])
}

function topicIndex() {
  const rows = TOPIC_KINDS.map(([kind, about]) => {
    const ids = ALL_TOPICS.filter((topic) => topic.kind === kind).map(({ id }) => id)
    return [`[${kind}](topics/${basename(topicPage({ kind }))})`, prose(about), String(ids.length)]
  })
  return page('What mmapctl explains', [
    'Every field, flag, name, setting, column and fault that [`mmapctl explain`](../explain.md) knows, by what it is. The [rules](../rules/README.md) of doctor have pages of their own.',
    table(['what', 'about', 'topics'], rows),
  ])
}

function topicPageText(kind, about) {
  const topics = ALL_TOPICS.filter((topic) => topic.kind === kind)
  const sections = topics.map(({ id, since, what, reading, shownBy, reference }) => {
    const lines = [
      `## \`${id}\``,
      ...(since === null ? [] : [`Since Linux ${since}.`]),
      prose(what),
      ...(reading === '' ? [] : [prose(reading)]),
      ...(kind === 'ability' ? [grants(id)] : []),
      `Shown by: ${prose(shownBy)}. More: ${link(reference)}.`,
    ]
    return lines.filter((line) => line !== '').join('\n\n')
  })
  return page(titleCase(kind), [`${prose(about)}. [All kinds of topics](../topics.md)`, ...sections])
}

/** A page of ours as a link from a page of topics. */
function link(reference) {
  const ours = /^docs\/(\S+\.md)$/.exec(reference)?.[1]
  return ours === undefined ? prose(reference) : `[${ours}](../../${ours})`
}

function grants(id) {
  return ABILITIES[id].grants.map(({ by, how }) => `- ${GRANTERS[by]}: ${code(how)}`).join('\n')
}

/** A command as code, words as words. */
function code(how) {
  return /^(?:sudo |--|securityContext|hostPID|CONFIG_)/.test(how) ? `\`${how}\`` : prose(how)
}

function page(title, parts) {
  return `${MADE}\n\n# ${prose(title)}\n\n${parts.join('\n\n')}\n`
}

/** A text in which Markdown finds no markup but code in backticks. */
function prose(text) {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(/[\\*[\]|~]|\b_|_\b/g, '\\$&').replaceAll('<', '&lt;'),
    )
    .join('`')
}

function table(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

function titleCase(word) {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
