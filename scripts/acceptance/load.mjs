// Neighbours that take time, memory and the page cache, as on a shared machine.
import { spawn } from 'node:child_process'

const NEIGHBOURS = {
  memory: 'const kept = []; for (let i = 0; i < 200; i++) kept.push(Buffer.alloc(2 ** 18, i))',
  processes: "process.getBuiltinModule('node:child_process').spawnSync('/bin/true')",
  files: `const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs')
    const path = process.argv[1] + '/neighbour'
    writeFileSync(path, Buffer.alloc(2 ** 24)); readFileSync(path)`,
}

/**
 * Starts the neighbours; the function that is returned ends them, and so does the end of this process, whose pipe they
 * read.
 */
export function startLoad(/** @type {string} */ directory) {
  const children = Object.values(NEIGHBOURS).map((body) => {
    const code = `process.stdin.on('end', () => process.exit()).resume()
      setImmediate(function again() { ${body}; setImmediate(again) })`
    return spawn(process.execPath, ['-e', code, directory], { stdio: ['pipe', 'ignore', 'ignore'] })
  })
  return () => {
    for (const child of children) child.kill('SIGKILL')
  }
}
