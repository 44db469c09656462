// The command under test, run in a project of its own.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Copies the package as it is built now, so that a build does not change what is under test; returns the command. */
export function copyPackage(/** @type {string} */ directory) {
  for (const part of ['bin', 'dist', 'schemas', 'package.json', 'oclif.manifest.json']) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true })
  }
  for (const part of ['koffi', '@koromix']) {
    const from = join(ROOT, 'node_modules', part)
    if (existsSync(from)) cpSync(realpathSync(from), join(directory, 'node_modules', part), { recursive: true })
  }
  return join(directory, 'bin/run.cjs')
}

/** What the package under test is, in a few digits. */
export function packageHash(/** @type {string} */ command) {
  const directory = join(command, '../../dist')
  const hash = createHash('sha256')
  for (const name of readdirSync(directory).sort()) {
    if (name.endsWith('.cjs')) hash.update(name).update(readFileSync(join(directory, name)))
  }
  return hash.digest('hex').slice(0, 12)
}

/**
 * A configuration with the limits that everybody gets.
 *
 * @param {string} directory
 * @param {string} file
 * @param {readonly import('./programs.mjs').Program[]} programs
 * @param {Readonly<Record<string, number>>} keep How many KiB each program keeps besides.
 */
export function writeConfig(directory, file, programs, keep) {
  const scenarios = Object.fromEntries(
    programs.map(({ name, argv }) => [name, { run: argv, 'set-env': { KEEP_KIB: String(keep[name] ?? 0) } }]),
  )
  const limits = { 'peak-rss': '+2% +256KiB', anon: '+3% +256KiB', 'minor-faults': '+3% +64', mappings: '+3% +2' }
  writeFileSync(join(directory, file), JSON.stringify({ version: 1, defaults: { limits }, scenarios }, null, 2))
}

/** Runs the command; returns its exit status and what it said. */
export function runGate(
  /** @type {readonly string[]} */ command,
  /** @type {readonly string[]} */ args,
  /** @type {string} */ cwd,
) {
  // Neither what CI sets nor what slows each start down is a part of what is tried.
  const { CI: _, NODE_EXTRA_CA_CERTS: __, GITHUB_ACTIONS: ___, GITHUB_STEP_SUMMARY: ____, ...env } = process.env
  const [program, ...before] = command
  const run = spawnSync(program, [...before, ...args], {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (run.error) throw run.error
  return { status: run.status, signal: run.signal, stdout: String(run.stdout), stderr: String(run.stderr) }
}
