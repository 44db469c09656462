import { spawn } from 'node:child_process'
import { systemErrorText } from '../model/errno.ts'

/** What a program said, and how it ended. */
export interface Said {
  /** Its stdout and then its stderr. */
  readonly text: string
  /** `null` when a signal ended it, and when it was given up. */
  readonly status: number | null
  /** It had to be given up. */
  readonly timedOut: boolean
}

/** How long a killed program may take to be gone. */
const GRACE_MS = 1000

/**
 * Runs a program that should answer at once, and gives it up when it does not. It has a process group of its own, so
 * that what it started goes with it; a child that holds on to our pipes keeps nobody waiting.
 */
export async function runBounded(
  file: string,
  args: readonly string[],
  { env, patienceMs }: { readonly env: NodeJS.ProcessEnv; readonly patienceMs: number },
): Promise<Said> {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const texts = ['', '']
  // Without a descriptor or a process to spare there are no pipes, and an 'error' is all that comes.
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      texts[index] += piece
    })
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      texts[1] = systemErrorText(error)
      resolve(null)
    })
    child.once('close', (status) => resolve(status))
  })
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  const status = await within(patienceMs, ended)
  if (status === undefined) {
    if (child.pid !== undefined) killGroup(child.pid)
    await within(GRACE_MS, exited)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  return { text: texts.join('').trim(), status: status ?? null, timedOut: status === undefined }
}

/** Kills all of a process group. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // ESRCH: it has ended by itself.
  }
}

/** A promise's value; `undefined` when it takes longer. */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
