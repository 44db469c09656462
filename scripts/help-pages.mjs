// Help as oclif words it, made when the package is built: wording it anew would take longer than all else of a start.
// Writes `help.json` into the folder of a build: for each command the text for 80 columns, with its colours.
//
//   node scripts/help-pages.mjs FOLDER
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const folder = resolve(process.argv[2])
const fromBuild = createRequire(join(folder, 'help-pages.cjs'))
const { HELP_MACHINE, main } = fromBuild('./cli.cjs')
const { COMMANDS } = fromBuild('./all.cjs')

const commands = Object.keys(COMMANDS).map((id) => id.split(':'))
const topics = commands.filter(({ length }) => length > 1).map(([topic]) => [topic])

const pages = {}
for (const words of [[], ...commands, ...topics]) pages[words.join(' ')] = await wording(words)
writeFileSync(join(folder, 'help.json'), JSON.stringify(pages))

async function wording(words) {
  let text = ''
  const { write } = process.stdout
  process.stdout.write = (piece) => {
    text += piece
    return true
  }
  process.argv = [...process.argv.slice(0, 2), ...words, '--help']
  try {
    // Where the new build lies there is no manifest, which would be that of the last one.
    await main(folder, './all.cjs')
  } finally {
    process.stdout.write = write
  }
  // What only the machine that asks can say.
  return text.replace(`${process.platform}-${process.arch} node-${process.version}`, HELP_MACHINE)
}
