// Makes dist/: the command line in CommonJS (no ESM facade: it starts three times faster than the same code unbundled),
// the library as ES modules, and its types. What was built before stays usable until the new build is whole.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { asCommonJs, refuseCircles } from './common-js.mjs'
import { lazyBuiltins } from './lazy-builtins.mjs'
import { LAZY_PACKAGES, lazyPackages } from './lazy-packages.mjs'
import { lazyRequires } from './lazy-requires.mjs'
import { writeLicences } from './licences.mjs'
import { standIns } from './stand-ins.mjs'

const target = 'node20.19'
const common = { bundle: true, platform: 'node', target, legalComments: 'none', logLevel: 'warning', metafile: true }

mkdirSync('.tmp', { recursive: true })
const fresh = mkdtempSync('.tmp/build-')
const built = [await buildCommands()]
for (const name of LAZY_PACKAGES) {
  const outfile = join(fresh, 'lazy', `${name}.cjs`)
  built.push(await build({ ...common, entryPoints: [name], outfile, format: 'cjs', minify: true, plugins: [standIns] }))
}
await build({ ...common, entryPoints: ['src/index.ts'], outfile: join(fresh, 'index.js'), format: 'esm' })
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs))
execFileSync(process.execPath, ['scripts/help-pages.mjs', fresh], {
  stdio: 'inherit',
  env: { TZ: 'UTC', FORCE_COLOR: '1' },
})
writeLicences(inputs, join(fresh, 'licences.txt'))
const types = ['-p', 'tsconfig.types.json', '--outDir', join(fresh, 'types')]
execFileSync('node_modules/.bin/tsc', types, { stdio: 'inherit' })

// mkdtemp keeps others out, but what one user builds another may run.
chmodSync(fresh, 0o755)
const replaced = `${fresh}-replaced`
try {
  renameSync('dist', replaced)
} catch (error) {
  if (error.code !== 'ENOENT') throw error
}
renameSync(fresh, 'dist')
rmSync(replaced, { force: true, recursive: true })

/**
 * The commands, what they share, what help needs (`all.cjs`), and the process that measures programs in files of their
 * own, so that a start reads no more than it needs. esbuild splits ES modules only, so they become CommonJS in a second step.
 */
async function buildCommands() {
  const result = await build({
    ...common,
    entryPoints: ['src/cli.ts', 'src/commands/all.ts', 'src/runners/measure/measure-helper.ts'],
    outdir: fresh,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    format: 'esm',
    splitting: true,
    define: { 'import.meta.dirname': '__dirname' },
    // oclif asks for a TypeScript compiler only to run from source; bundled by mistake it costs 200 ms a start.
    external: ['typescript', './lazy/*'],
    plugins: [standIns, lazyRequires, lazyPackages],
  })
  refuseCircles(result.metafile.outputs)
  for (const file of readdirSync(fresh).filter((name) => name.endsWith('.cjs'))) {
    const path = join(fresh, file)
    const options = { platform: 'node', target, supported: { 'dynamic-import': false } }
    const part = await transform(asCommonJs(readFileSync(path, 'utf8')), { ...options, format: 'cjs' })
    const { code } = await transform(lazyBuiltins(part.code), { ...options, minify: true })
    writeFileSync(path, ascii(code))
  }
  return result
}

/** esbuild escapes all but regular expressions, where it means the same; what is kept of the parts must be ASCII. */
function ascii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
