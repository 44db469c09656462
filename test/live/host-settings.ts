import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One at a time on this machine: two runs of the tests would put each other's changes back. */
const LOCK = join(tmpdir(), 'mmapctl-host.lock')

/**
 * Runs a test with switches of the host turned, and turns them back however it ends. Needs root.
 *
 * @param settings Values by file. A choice file is put back to the word that was in brackets.
 */
export async function withHostSettings<Answer>(
  settings: Readonly<Record<string, string>>,
  body: () => Promise<Answer>,
): Promise<Answer> {
  await using _held = await lock()
  const before = Object.keys(settings).map((path) => [path, chosenOf(path)] as const)
  try {
    for (const [path, value] of Object.entries(settings)) writeFileSync(path, value)
    return await body()
  } finally {
    for (const [path, value] of before) writeFileSync(path, value)
  }
}

function chosenOf(path: string): string {
  const text = readFileSync(path, 'utf8').trim()
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? text
}

/** Held by flock(1), which gives it up when its stdin ends: also when we are killed. */
async function lock(): Promise<AsyncDisposable> {
  const holder = spawn('flock', [LOCK, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  return {
    async [Symbol.asyncDispose]() {
      const gone = once(holder, 'exit')
      holder.stdin.end()
      await gone
    },
  }
}
