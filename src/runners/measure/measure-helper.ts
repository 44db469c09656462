import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Method } from '../../model/raw-measurement.ts'
import { readStat } from '../proc-counters.ts'
import { pollProgram } from './polled-run.ts'
import { CONTROL, line, type Notice, type Order, readLines, STDIO } from './protocol.ts'
import type { Rung, RungRefusal, Start } from './rung.ts'
import { traceProgram } from './traced-run.ts'

// A process of its own, which starts one program and watches it: as its tracer and as the parent of what it leaves
// behind. When this process ends, however it ends, the kernel lets go of everything that it held.

/** Looks follow one another so, or as far apart as keeps them at this part of the time. */
const LOOK_MS = 10
const LOOK_SHARE = 0.02
/** Likewise where it is about as high as it is expected to come. */
const NEAR_MS = 2
const NEAR_SHARE = 0.05
/** strace holds a process at its end for a quarter of a second, in which it must be seen twice. */
const LONGEST_HOLD_MS = 25
/** What a look cost once, before the code was warm or on a busy machine, is soon forgotten. */
const COST_GROWTH = 1.5
const LAST_GRACE_MS = 2000

const control = new Socket({ fd: CONTROL, readable: true, writable: true })
let rung: Rung | null = null
let lingerMs = 0
let method: Method = 'poll'

readLines<Order>(control, (order) => void obey(order))
// Whoever started us is gone, and nobody else knows of the program.
for (const event of ['end', 'close', 'error']) control.once(event, () => void abandon())
for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(name, () => void abandon())

async function obey(order: Order): Promise<void> {
  if (order.do === 'start') {
    const outcome = await begin(order.method, { ...order.start, stdio: [...STDIO] })
    if ('refused' in outcome) return tell({ is: 'refused', why: outcome.refused })
    rung = outcome
    lingerMs = order.lingerMs
    method = order.method
    const { pid, group, randomised } = outcome
    return tell({ is: 'held', pid, group, randomised })
  }
  if (rung === null) return
  if (order.do === 'release') void watch(rung)
  else if (order.do === 'checkpoint') tell({ is: 'snapshot', snapshot: rung.checkpoint() })
  else if (order.do === 'list') tell({ is: 'list', pids: rung.pids() })
  else if (order.do === 'weigh') tell({ is: 'weight', weight: rung.weigh() })
  else signalOthers(rung, order.name)
}

function begin(way: Method, start: Start): Promise<Rung | RungRefusal> {
  return way === 'ptrace' ? traceProgram(start) : pollProgram(start, way === 'strace')
}

async function watch(running: Rung): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let costMs = LOOK_MS * LOOK_SHARE
  const look = (): void => {
    costMs = Math.min(running.look(), costMs * COST_GROWTH)
    const pause = running.isNear() ? Math.max(NEAR_MS, costMs / NEAR_SHARE) : Math.max(LOOK_MS, costMs / LOOK_SHARE)
    timer = setTimeout(look, method === 'strace' ? Math.min(LONGEST_HOLD_MS, pause) : pause)
  }
  running.release()
  timer = setTimeout(look, LOOK_MS)
  const end = await running.ended
  tell({ is: 'ended', end, atMs: running.elapsedMs() })
  await Promise.race([running.over, delay(lingerMs, null, { ref: false })])
  clearTimeout(timer)
  running.look()
  tell({ is: 'tree', tree: running.report() })
  control
    .removeAllListeners('end')
    .removeAllListeners('close')
    .end(() => process.exit(0))
}

function tell(notice: Notice): void {
  control.write(line(notice))
}

/** The program's group has had the signal from who has told us; those that have left it have not. */
function signalOthers(running: Rung, name: NodeJS.Signals): void {
  for (const pid of running.pids()) if (!inGroup(pid, running.group)) send(pid, name)
}

function inGroup(pid: number, group: number): boolean {
  return readStat(pid)?.pgrp === group
}

function send(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name)
  } catch {
    // ESRCH: it has ended by itself.
  }
}

async function abandon(): Promise<void> {
  if (rung !== null) {
    signalAll(rung, 'SIGTERM')
    await Promise.race([rung.over, delay(LAST_GRACE_MS)])
    signalAll(rung, 'SIGKILL')
  }
  process.exit(1)
}

function signalAll(running: Rung, name: NodeJS.Signals): void {
  send(-running.group, name)
  signalOthers(running, name)
}
