import { setTimeout as delay } from 'node:timers/promises'
import type { HelperProcess } from './helper-process.ts'
import { listensOn } from './listeners.ts'
import type { LogFile } from './log-file.ts'

/** How a server shows that it serves. */
export type Ready =
  /** One of its processes listens on a TCP port. */
  | { readonly port: number }
  /** A line of its stdout or stderr matches. */
  | { readonly log: RegExp }
  /** A request is answered with status 200. */
  | { readonly url: string }

const POLL_MS = 50
/** How long one request may take. */
const ANSWER_MS = 2000
/** A line longer than this is no longer looked through. */
const LONGEST_LINE = 1 << 16

/** Whether the server gets ready in time; asks again and again, until `over` too. */
export async function untilReady(
  ready: Ready,
  helper: HelperProcess,
  logs: readonly LogFile[],
  timeoutMs: number,
  over: AbortSignal,
): Promise<boolean> {
  const from = performance.now()
  const isReady =
    'port' in ready ? portCheck(ready.port, helper) : 'url' in ready ? urlCheck(ready.url) : logCheck(ready.log, logs)
  while (!over.aborted && performance.now() - from < timeoutMs) {
    if (await isReady()) return true
    await delay(POLL_MS)
  }
  return false
}

function portCheck(port: number, helper: HelperProcess): () => Promise<boolean> {
  return async () => listensOn(await helper.list(), port)
}

function urlCheck(url: string): () => Promise<boolean> {
  return async () => {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      await answer.body?.cancel()
      return answer.status === 200
    } catch {
      return false
    }
  }
}

/** A line that has not ended yet counts too: a prompt may never end. */
function logCheck(pattern: RegExp, logs: readonly LogFile[]): () => Promise<boolean> {
  const unfinished = logs.map(() => '')
  return async () =>
    logs.some((log, index) => {
      const lines = `${unfinished[index] ?? ''}${log.readNew().toString('utf8')}`.split('\n')
      unfinished[index] = (lines.at(-1) ?? '').slice(-LONGEST_LINE)
      return lines.some((line) => line.search(pattern) >= 0)
    })
}
