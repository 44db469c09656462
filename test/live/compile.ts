import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../workloads/', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.tmp/workloads/', import.meta.url))
const CFLAGS = ['-O1', '-g', '-Wall', '-Wextra', '-Werror', '-pthread']

/**
 * Compiles a program of a folder below test/workloads and returns its path. Anybody may run it. The cache is keyed by
 * content, and a finished program is put in place without ever replacing another.
 */
export function compiled(folder: string, name: string): string {
  const directory = join(SOURCES, folder)
  const source = join(directory, `${name}.c`)
  const hash = createHash('sha256').update([...CFLAGS, process.arch].join(' '))
  const headers = readdirSync(directory).filter((file) => file.endsWith('.h'))
  for (const file of [...headers.map((header) => join(directory, header)), source]) hash.update(readFileSync(file))
  const target = join(CACHE, `${folder}-${hash.digest('hex').slice(0, 12)}`)
  const program = join(target, name)
  if (existsSync(program)) return program
  mkdirSync(target, { recursive: true })
  const unfinished = join(target, `.${name}.${process.pid}.${performance.now()}`)
  const run = spawnSync('gcc', [...CFLAGS, '-o', unfinished, source], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`gcc could not build ${name}: ${run.error?.message ?? run.stderr}`)
  try {
    linkSync(unfinished, program)
  } catch (error) {
    if (!existsSync(program)) throw error
  } finally {
    rmSync(unfinished, { force: true })
  }
  return program
}
