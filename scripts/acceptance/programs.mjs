// The programs that the gate is tried on: one of each kind that people have.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('programs/', import.meta.url))
/** Read through a mapping by the native program. */
const MAPPED_BYTES = 16 * 2 ** 20

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {readonly string[]} argv Relative to the directory that it was built in.
 * @property {RegExp} grows The group of mappings in which what `KEEP_KIB` keeps must be found.
 */

/** @type {readonly (Program & { readonly needs: readonly string[] })[]} */
const ALL = [
  { name: 'native', argv: ['./native', './mapped'], grows: /^\[heap\]$/, needs: ['gcc', '--version'] },
  { name: 'python', argv: ['python3', 'python.py'], grows: /^anonymous |^\[heap\]$/, needs: ['python3', '--version'] },
  {
    name: 'node',
    argv: [process.execPath, 'node.cjs'],
    grows: /^anonymous |V8/,
    needs: [process.execPath, '--version'],
  },
  {
    name: 'jvm',
    // The collector of a JVM in a small container. A young generation that is larger than what is added would hide it:
    // its memory is touched once, whether little or much of it is used.
    argv: ['java', '-XX:+UseSerialGC', '-Xmn2m', '-Xms160m', '-cp', '.', 'Jvm'],
    grows: /^JVM heap$/,
    needs: ['javac', '-version'],
  },
]

/** Builds what can be built here, and returns it. */
export function buildPrograms(/** @type {string} */ directory) {
  mkdirSync(directory, { recursive: true })
  const found = ALL.filter(({ needs }) => runs(needs))
  cpSync(SOURCES, directory, { recursive: true })
  writeFileSync(join(directory, 'mapped'), Buffer.alloc(MAPPED_BYTES, 'mapped '))
  if (runs(['gcc', '--version'])) build(directory, ['gcc', '-O1', '-o', 'native', 'native.c'])
  if (runs(['javac', '-version'])) build(directory, ['javac', 'Jvm.java'])
  return found.map((program) => ({ ...program, argv: [realProgram(program.argv[0]), ...program.argv.slice(1)] }))
}

/** What stands behind a shim of a version manager, which is a shell that would be measured too. */
function realProgram(/** @type {string} */ name) {
  if (name !== 'python3') return name
  return execFileSync(name, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
}

function build(/** @type {string} */ cwd, /** @type {readonly string[]} */ [program, ...args]) {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Whether a command line can be run at all. */
function runs(/** @type {readonly string[]} */ [program, ...args]) {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
