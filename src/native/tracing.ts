import { type CallFailure, failed, type Libc } from './libc.ts'
import { decodeWaitStatus, type WaitStatus } from './wait-status.ts'

/** Of linux/ptrace.h. */
const REQUEST = {
  CONT: 7,
  DETACH: 17,
  GETEVENTMSG: 0x4201,
  SEIZE: 0x4206,
  INTERRUPT: 0x4207,
  LISTEN: 0x4208,
} as const

/** Of linux/wait.h: whatever a clone(2) made, and without waiting. */
const WALL = 0x40000000
const WNOHANG = 1

/** Fields of struct rusage, in longs. */
const RUSAGE_LONGS = 18
const MAXRSS = 4
const MINFLT = 8
const MAJFLT = 9

/** What a wait found. */
export interface Waited {
  /** Thread; that of a whole process when it ended. */
  readonly tid: number
  readonly status: WaitStatus
  /** The largest RSS of this process and of every image that it had before, in bytes. */
  readonly maxRss: number
  /** Faults of its process, and of the descendants that the process has waited for. */
  readonly minorFaults: number
  readonly majorFaults: number
}

/** ptrace(2) and wait4(2), for one thread to use: a tracer is a thread. Signals and options are numbers. */
export interface Tracing {
  seize(tid: number, options: number): number | CallFailure
  /** Lets a stopped thread go on, with a signal or with none (0). */
  resume(tid: number, signal: number): number | CallFailure
  /** Leaves a thread in the group-stop that it is in, until it is continued. */
  listen(tid: number): number | CallFailure
  interrupt(tid: number): number | CallFailure
  detach(tid: number, signal: number): number | CallFailure
  /** What belongs to an event: an exit status, a new thread's TID. */
  eventMessage(tid: number): number | CallFailure
  /** The next thing that a child or a traced thread has to say; `null` when there is none now. */
  wait(): Waited | CallFailure | null
}

export function bindTracing(libc: Libc): Tracing {
  // The same function twice: a request has a number with it, or a place for its answer.
  const ptrace = libc.func('ptrace', 'long', ['long', 'long', 'size_t', 'size_t'])
  const ptraceInto = libc.func('ptrace', 'long', ['long', 'long', 'size_t', 'void *'])
  const wait4 = libc.func('wait4', 'int', ['int', 'void *', 'int', 'void *'])
  const request = (kind: number, tid: number, data: number): number | CallFailure =>
    libc.outcome(ptrace(kind, tid, 0, data))
  const message = new BigUint64Array(1)
  const status = new Int32Array(1)
  const usage = new BigInt64Array(RUSAGE_LONGS)
  const field = (index: number): number => Number(usage[index])
  return {
    seize: (tid, options) => request(REQUEST.SEIZE, tid, options),
    resume: (tid, signal) => request(REQUEST.CONT, tid, signal),
    listen: (tid) => request(REQUEST.LISTEN, tid, 0),
    interrupt: (tid) => request(REQUEST.INTERRUPT, tid, 0),
    detach: (tid, signal) => request(REQUEST.DETACH, tid, signal),
    eventMessage: (tid) => {
      const outcome = libc.outcome(ptraceInto(REQUEST.GETEVENTMSG, tid, 0, message))
      return failed(outcome) ? outcome : Number(message[0])
    },
    wait: () => {
      const outcome = libc.outcome(wait4(-1, status, WALL | WNOHANG, usage))
      if (failed(outcome) || outcome === 0) return failed(outcome) ? outcome : null
      return {
        tid: outcome,
        status: decodeWaitStatus(status[0] ?? 0),
        maxRss: field(MAXRSS) * 1024,
        minorFaults: field(MINFLT),
        majorFaults: field(MAJFLT),
      }
    },
  }
}
