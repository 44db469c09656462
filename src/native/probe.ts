import { spawnSync } from 'node:child_process'
import { nodeEnvironment } from './node-environment.ts'

/** Loads koffi, and makes one system call whose answer is known. */
const SCRIPT = `
const koffi = require(process.argv[1])
const getpid = koffi.load(null).func('getpid', 'int', [])
process.exitCode = getpid() === process.pid ? 0 : 3
`
const PATIENCE_MS = 10_000

/**
 * Why koffi cannot be used here; `null` when it can.
 *
 * Asked of a process of its own: what is wrong with native code may end a process where nothing can catch it.
 */
export function probe(path: string): string | null {
  const { status, signal, stderr, error } = spawnSync(process.execPath, ['-e', SCRIPT, path], {
    env: nodeEnvironment(),
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status === 0) return null
  if (error !== undefined) return `koffi could not be tried: ${error.message}`
  if (signal !== null) return `koffi ends a process that loads it (${signal})`
  return `koffi does not work here: ${/^\w*Error: .*$/m.exec(stderr)?.[0] ?? `status ${status}`}`
}
