// Compiles the C programs that the benchmark needs, and knows which yardsticks are installed.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const BUILD = join(ROOT, '.tmp/bench')

/** Compiles a C file, named relative to the package, and returns the program. */
export function compile(/** @type {string} */ source) {
  mkdirSync(BUILD, { recursive: true })
  const program = join(BUILD, source.replace(/^.*\/|\.c$/g, ''))
  const run = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-pthread', '-o', program, join(ROOT, source)], {
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`gcc could not compile ${source}: ${run.error?.message ?? run.stderr}`)
  return program
}

/** Whether a command line can be run at all. */
export function runs(/** @type {readonly string[]} */ [program, ...args]) {
  return spawnSync(String(program), args, { stdio: 'ignore' }).status === 0
}

/** The command under test, as it is built. */
export const MMAPCTL = [process.execPath, join(ROOT, 'bin/run.cjs')]

export const EMPTY = fileURLToPath(new URL('empty.cjs', import.meta.url))

/** The environment of everything that is measured. */
export function environment() {
  // With it every start of Node reads all certificates, which takes longer than anything measured here.
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env
  return rest
}
