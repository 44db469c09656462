// Brings the generated parts of the documentation up to date: tables between `<!-- generated: NAME -->` and `<!-- end -->`,
// made from the code, and the output of the examples that read a captured process. With --check, only says whether the
// tables are; test/docs runs the examples.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { register } from 'tsx/esm/api'

process.chdir(new URL('..', import.meta.url).pathname)
register()
const { KINDS } = await import('../src/model/kinds.ts')
const { VM_FLAGS } = await import('../src/model/vm-flags.ts')
const { THP_REASONS } = await import('../src/model/thp-reasons.ts')
const thpMappings = await import('../src/output/thp-mapping-fields.ts')
const thpProcesses = await import('../src/output/thp-process-fields.ts')
const { FIGURES } = await import('../src/analysis/figures.ts')
const { DURABILITIES } = await import('../src/model/durability.ts')
const { FILE_FIELDS, MAPPING_FIELDS, PROCESS_FIELDS } = await import('../src/analysis/dirty/tables.ts')
const { PS_FIELDS } = await import('../src/analysis/ps/fields.ts')
const { TEXT_COLUMNS } = await import('../src/output/mapping-columns.ts')
const { RISK_RULES } = await import('../src/analysis/overcommit/risk-rules.ts')
const { OWNER_FIELDS } = await import('../src/analysis/overcommit/owners.ts')
const { PROMISE_FIELDS } = await import('../src/analysis/overcommit/promises.ts')
const { GATE_METRICS } = await import('../src/model/gate/metrics.ts')
const { examplesOf, shownPart, withoutTimes } = await import('../test/docs/console-blocks.ts')
const { RULES } = await import('../src/analysis/rules/index.ts')
const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))

/** Commands that another one's page explains. */
const PAGES = { 'baseline:show': 'check', 'baseline:update': 'check' }

const TABLES = {
  commands: () =>
    table(
      ['command', 'what it answers'],
      Object.values(commands).map(({ id, summary }) => [
        `[\`mmapctl ${id.replace(':', ' ')}\`](docs/${PAGES[id] ?? id}.md)`,
        summary,
      ]),
    ),
  kinds: () =>
    table(
      ['kind', 'what it is'],
      KINDS.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  figures: () =>
    table(
      ['column', 'what it is', 'smaps fields'],
      FIGURES.map(({ id, meaning, required, optional = [] }) => [
        `\`${id}\``,
        meaning,
        id === 'size' ? '(from the addresses)' : [...required, ...optional].join(' + '),
      ]),
    ),
  columns: () =>
    table(
      ['column', 'what it shows'],
      Object.entries(TEXT_COLUMNS).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  'vm-flags': () =>
    table(
      ['code', 'meaning'],
      Object.entries(VM_FLAGS).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
  durabilities: () =>
    table(
      ['word', 'what becomes of a store'],
      DURABILITIES.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  'dirty-file-columns': () => fieldTable(FILE_FIELDS),
  'dirty-process-columns': () => fieldTable(PROCESS_FIELDS),
  'dirty-mapping-columns': () => fieldTable(MAPPING_FIELDS),
  'maps-flags': () => flagTables(commands.maps),
  'dirty-flags': () => flagTables(commands.dirty),
  'faults-flags': () => flagTables(commands.faults),
  'capture-flags': () => flagTables(commands.capture),
  'diff-flags': () => flagTables(commands.diff),
  'watch-flags': () => flagTables(commands.watch),
  'doctor-flags': () => flagTables(commands.doctor),
  'explain-flags': () => flagTables(commands.explain),
  rules: () =>
    table(
      ['rule', 'usual severity', 'what it looks for'],
      RULES.map(({ id, severity, what }) => [`[\`${id}\`](rules/${id}.md)`, severity, what]),
    ),
  'overcommit-flags': () => flagTables(commands.overcommit),
  'overcommit-risk': () =>
    table(
      ['rule', 'figure', 'elevated', 'high', 'critical'],
      Object.entries(RISK_RULES).map(([id, rule]) => [
        `\`${id}\``,
        rule.meaning,
        ...['elevated', 'high', 'critical'].map((grade) => threshold(rule, rule[grade])),
      ]),
    ),
  'overcommit-owners': () => fieldTable(OWNER_FIELDS),
  'overcommit-promises': () => fieldTable(PROMISE_FIELDS),
  'ps-flags': () => flagTables(commands.ps),
  'ps-columns': () =>
    table(
      ['column', 'what it is', 'added up'],
      PS_FIELDS.map(({ name, meaning, sum }) => [`\`${name}\``, meaning, { exact: 'yes', bound: '≤', none: '' }[sum]]),
    ),
  'thp-flags': () => flagTables(commands.thp),
  'thp-reasons': () =>
    table(
      ['reason', 'what it says'],
      THP_REASONS.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  'thp-columns': () => fieldTable(thpMappings.MAPPING_FIELDS),
  'thp-process-columns': () => fieldTable(thpProcesses.PROCESS_FIELDS),
  'check-flags': () => flagTables(commands.check),
  'baseline-update-flags': () => flagTables(commands['baseline:update']),
  'baseline-show-flags': () => flagTables(commands['baseline:show']),
  'gate-metrics': () =>
    table(
      ['metric', 'unit', 'usual limit', 'compared with a baseline'],
      Object.entries(GATE_METRICS).map(([name, { unit, usual, unfit, server }]) => [
        `\`${name}\``,
        unit,
        usual === null ? '' : `\`${limitText(usual, unit)}\``,
        unfit === null ? `yes${server ? ', of servers' : ''}` : `no: ${unfit}`,
      ]),
    ),
}

const check = process.argv.includes('--check')
const stale = []
for (const file of ['README.md', 'ARCHITECTURE.md', ...markdownBelow('docs')]) {
  const before = readFileSync(file, 'utf8')
  const tables = withTables(before, file)
  const after = check ? tables : withExamples(tables)
  if (after === before) continue
  stale.push(file)
  if (!check) writeFileSync(file, after)
}
if (check && stale.length > 0) {
  process.stderr.write(`${stale.join(', ')}: stale; run \`npm run fix\` and commit what it changes\n`)
  process.exitCode = 1
}

function withTables(markdown, file) {
  return markdown.replace(/(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_all, begin, name, end) => {
    if (!(name in TABLES)) throw new Error(`${file}: nothing generates "${name}"`)
    return `${begin}\n${TABLES[name]()}\n\n${end}`
  })
}

/** The examples of a captured process, with the output that the built command has now. */
function withExamples(markdown) {
  const lines = markdown.split('\n')
  for (const { line, command, output, live } of examplesOf(markdown).reverse()) {
    if (live) continue
    const real = execFileSync('bash', ['-c', `mmapctl() { node bin/run.cjs "$@"; }\n${command} 2>&1 || true`], {
      encoding: 'utf8',
    })
    const shown = shownPart(output, real)
    const same = shown.length === output.length && shown.every((text, at) => sameButTimes(text, output[at]))
    if (!same) lines.splice(line, output.length, ...shown)
  }
  return lines.join('\n')
}

function sameButTimes(one, other) {
  return withoutTimes(one) === withoutTimes(other)
}

/** The columns of a table of records. */
function fieldTable(fields) {
  return table(
    ['column', 'what it is'],
    fields.map(({ name, meaning }) => [`\`${name}\``, meaning]),
  )
}

function flagTables({ flags }) {
  const groups = new Map()
  for (const flag of Object.values(flags)) groups.set(flag.helpGroup, [...(groups.get(flag.helpGroup) ?? []), flag])
  return [...groups]
    .map(
      ([group, members]) =>
        `### ${group === undefined ? 'Flags' : `${titleCase(group)} flags`}\n\n${table(['flag', 'meaning'], members.map(flagRow))}`,
    )
    .join('\n\n')
}

function flagRow({ name, char, helpValue, description, options, allowNo, type }) {
  const value = type === 'option' ? `=${helpValue ?? options?.join('\\|') ?? 'VALUE'}` : ''
  const long = allowNo ? `--[no-]${name}` : `--${name}${value}`
  const choices = options !== undefined && helpValue !== undefined ? ` (${options.join(', ')})` : ''
  return [[char === undefined ? [] : `\`-${char}\``, `\`${long}\``].flat().join(', '), `${description}${choices}`]
}

function threshold({ unit, falling }, value) {
  if (value === null) return '–'
  const amount = unit === 'percent' ? `${value} %` : unit === 'seconds' ? `${value / 60} min` : value
  return falling ? `< ${amount}` : `≥ ${amount}`
}

/** As it is written in a configuration. */
function limitText({ share, amount }, unit) {
  const size =
    unit === 'count' ? String(amount) : amount % 2 ** 20 === 0 ? `${amount / 2 ** 20}MiB` : `${amount / 1024}KiB`
  return [...(share === null ? [] : [`+${Math.round(share * 100)}%`]), ...(amount === null ? [] : [`+${size}`])].join(
    '',
  )
}

function titleCase(word) {
  return word.charAt(0) + word.slice(1).toLowerCase()
}

function table(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

function markdownBelow(directory) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${directory}/${name}`)
    .sort()
}
