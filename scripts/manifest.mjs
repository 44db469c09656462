// Writes oclif.manifest.json: what every command takes, so that help needs no command loaded. The same content as
// `oclif manifest` makes, without oclif's development tools. With --check, only says whether the file is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Plugin, settings } from '@oclif/core'

const FILE = 'oclif.manifest.json'

// Defaults are worded by functions, but always alike. To ask them again oclif would load every command for the help of
// one, which took twice as long.
const still = (key, value) => (key === 'hasDynamicHelp' ? false : value)
const manifest = `${JSON.stringify(await readManifest(), still, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(FILE, manifest)
else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== manifest) {
  fail(`${FILE} is stale: run \`npm run build && node scripts/manifest.mjs\` and commit it`)
}

async function readManifest() {
  const root = fileURLToPath(new URL('..', import.meta.url))
  process.chdir(root)
  if (!existsSync('dist/all.cjs')) fail('dist/all.cjs is missing: run `npm run build` first')
  // The commands are read from the bundle, as users run it.
  settings.enableAutoTranspile = false
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  return plugin.manifest
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
