// Writes src/analysis/rules/index.ts, the list of all rules, from the files in src/analysis/rules/checks/: a new rule is
// one new file. With --check, only says whether the list is up to date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

process.chdir(new URL('..', import.meta.url).pathname)
const FILE = 'src/analysis/rules/index.ts'
const names = readdirSync('src/analysis/rules/checks')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort()
const variable = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
const text = `${[
  ...names.map((name) => `import { rule as ${variable(name)} } from './checks/${name}.ts'`),
  "import type { Rule } from './rule.ts'",
  '',
  '/** Every rule, by name. Made by scripts/rules.mjs from the files in checks/. */',
  'export const RULES: readonly Rule[] = [',
  ...names.map((name) => `  ${variable(name)},`),
  ']',
].join('\n')}\n`

if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write(`${FILE} is stale: run \`npm run fix\` and commit it\n`)
  process.exit(1)
}
