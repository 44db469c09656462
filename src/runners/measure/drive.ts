import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Drive } from '../../model/raw-measurement.ts'

/** Shells count signals from here on. */
const SIGNALLED = 128

/** Runs a shell command to its end; `over` ends it, with all that it has started. What it says goes to our stderr. */
export async function drive(command: string, env: NodeJS.ProcessEnv, cwd: string, over: AbortSignal): Promise<Drive> {
  const from = performance.now()
  const child = spawn('/bin/sh', ['-c', command], { env, cwd, stdio: ['ignore', 2, 2], detached: true })
  const end = (): void => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL')
    } catch {
      // ESRCH: it has ended by itself.
    }
  }
  over.addEventListener('abort', end, { once: true })
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal])))
  })
  over.removeEventListener('abort', end)
  return { command, status, seconds: (performance.now() - from) / 1000 }
}
