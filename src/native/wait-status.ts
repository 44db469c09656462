/** What a wait told of a thread. Signals and events by number, as the kernel has them. */
export type WaitStatus =
  | { readonly what: 'exited'; readonly code: number }
  | { readonly what: 'killed'; readonly signal: number; readonly core: boolean }
  /** Stopped; `event` is of ptrace(2), and 0 without one. */
  | { readonly what: 'stopped'; readonly signal: number; readonly event: number }
  | { readonly what: 'continued' }

const STOPPED = 0x7f
const CONTINUED = 0xffff
const CORE = 0x80

/** Takes a wait status apart: wait(2), and ptrace(2) for the event above the signal. */
export function decodeWaitStatus(status: number): WaitStatus {
  if (status === CONTINUED) return { what: 'continued' }
  const low = status & 0x7f
  const high = (status >> 8) & 0xff
  if (low === 0) return { what: 'exited', code: high }
  if (low === STOPPED) return { what: 'stopped', signal: high, event: status >>> 16 }
  return { what: 'killed', signal: low, core: (status & CORE) !== 0 }
}
