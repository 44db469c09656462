import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { nodeEnvironment } from '../native/node-environment.ts'
import { within } from './bounded.ts'

/** What became of soft-dirty bits in a process that cleared its own and then wrote. */
export interface SoftDirtyTrial {
  /** What the write to clear_refs came to; empty when it was taken. */
  readonly errno: string
  /** Pages that were written. */
  readonly written: number
  /** Pages that were marked just before and just after. */
  readonly before: number
  readonly after: number
}

/** A process of our own that does nothing, and to which anything may be done. */
export interface TrialProcess extends Disposable {
  readonly pid: number
  /** Has it clear its own soft-dirty bits, write to memory and look; `null` when it could not. */
  softDirty(): Promise<SoftDirtyTrial | null>
  /** Has it take faults; whether it said that it did. */
  touch(): Promise<boolean>
}

const PATIENCE_MS = 10_000

/** Clears its soft-dirty bits (proc_pid_clear_refs(5)), writes to pages that it has, and counts bit 55 of pagemap. */
const SCRIPT = `
const fs = require('node:fs')
const page = Number(process.argv[1])
const block = Buffer.alloc(4 * 1024 * 1024, 1)
function marked() {
  let count = 0
  const pagemap = fs.openSync('/proc/self/pagemap')
  for (const line of fs.readFileSync('/proc/self/maps', 'latin1').split('\\n')) {
    const found = /^([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ 00:00 0/.exec(line)
    if (found === null) continue
    const [start, end] = [parseInt(found[1], 16), parseInt(found[2], 16)]
    if (end - start > 256 * 1024 * 1024) continue
    const words = Buffer.alloc(((end - start) / page) * 8)
    const length = fs.readSync(pagemap, words, 0, words.length, (start / page) * 8)
    for (let at = 0; at < length; at += 8) if ((words[at + 6] & 0x80) !== 0 && (words[at + 7] & 0x80) !== 0) count++
  }
  fs.closeSync(pagemap)
  return count
}
function trial() {
  const answer = { errno: '', written: block.length / page, before: 0, after: 0 }
  try {
    marked()
    fs.writeFileSync('/proc/self/clear_refs', '4')
    answer.before = marked()
    block.fill(2)
    answer.after = marked()
  } catch (error) {
    answer.errno = error.code || error.message
  }
  return answer
}
process.stdin.on('data', (asked) => {
  const answer = String(asked).startsWith('t') ? Buffer.alloc(1024 * 1024, 3).length : trial()
  process.stdout.write(JSON.stringify(answer) + '\\n')
})
process.stdin.on('end', () => process.exit(0))
process.stdout.write('ready\\n')
`

/** Starts one, on base pages of so many bytes; `null` when it does not get ready. */
export async function startTrialProcess(pageSize: number): Promise<TrialProcess | null> {
  const child = spawn(process.execPath, ['-e', SCRIPT, String(pageSize)], {
    env: nodeEnvironment(),
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string | null> => {
    const answer = await within(
      PATIENCE_MS,
      Promise.race([said.next(), once(child, 'error').then(() => ({ done: true, value: '' }))]),
    )
    return answer === undefined || answer.done === true ? null : String(answer.value)
  }
  const ready = await next()
  if (ready !== 'ready' || child.pid === undefined) {
    end(child)
    return null
  }
  return {
    pid: child.pid,
    softDirty: async () => {
      child.stdin.write('soft-dirty\n')
      const line = await next()
      return line === null ? null : (JSON.parse(line) as SoftDirtyTrial)
    },
    touch: async () => {
      child.stdin.write('touch\n')
      return (await next()) !== null
    },
    [Symbol.dispose]: () => end(child),
  }
}

function end(child: ChildProcess): void {
  child.stdin?.destroy()
  child.stdout?.destroy()
  child.kill('SIGKILL')
  child.unref()
}
