import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Stops a process, waits until all of its threads stand still, and lets it go on in the end. */
export async function stopped(pid: number): Promise<Disposable> {
  process.kill(pid, 'SIGSTOP')
  while (statesOf(pid).some((state) => 'RSD'.includes(state))) await sleep(5)
  return { [Symbol.dispose]: () => void process.kill(pid, 'SIGCONT') }
}

/** One letter a thread; the name before it may hold brackets. */
function statesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) => {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2)
  })
}
