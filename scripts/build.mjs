// Makes dist/: the command line as one CommonJS file (fewer files and no ESM facade make it start three times faster
// than the same code unbundled), the library as ES modules, and its types. What was built before stays usable until the
// new build is whole.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { LAZY_PACKAGES, lazyPackages } from './lazy-packages.mjs'
import { lazyRequires } from './lazy-requires.mjs'
import { writeLicences } from './licences.mjs'

const common = { bundle: true, platform: 'node', target: 'node20.19', legalComments: 'none', logLevel: 'warning' }

mkdirSync('.tmp', { recursive: true })
const fresh = mkdtempSync('.tmp/build-')
const bundle = (entry, file, options) =>
  build({
    ...common,
    entryPoints: [entry],
    outfile: join(fresh, file),
    format: 'cjs',
    minify: true,
    metafile: true,
    ...options,
  })
const bundles = [
  await bundle('src/cli.ts', 'cli.cjs', {
    alias: { 'wsl-utils': './scripts/no-wsl.cjs' },
    // oclif asks for a TypeScript compiler only to run from source; bundled by mistake it costs 200 ms a start.
    external: ['typescript', './lazy/*'],
    plugins: [lazyRequires, lazyPackages],
  }),
]
for (const name of LAZY_PACKAGES) bundles.push(await bundle(name, `lazy/${name}.cjs`, {}))
await build({ ...common, entryPoints: ['src/index.ts'], outfile: join(fresh, 'index.js'), format: 'esm' })
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
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
