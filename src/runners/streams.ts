import type { ChildProcess } from 'node:child_process'
import type { Duplex, Readable, Writable } from 'node:stream'

/** Fails as a process did that could not be started: without a descriptor to spare it has no pipes either. */
export async function hasStarted(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) await new Promise((_, reject) => child.once('error', reject))
}

/** Our end of a pipe that a child has as a descriptor above 2; Node's types know only the first five. */
function endOf(child: ChildProcess, descriptor: number): unknown {
  return (child.stdio as readonly unknown[])[descriptor]
}

/** What the child writes to a descriptor. */
export function readingEnd(child: ChildProcess, descriptor: number): Readable {
  return endOf(child, descriptor) as Readable
}

/** What the child reads from a descriptor. The child may go away unread, which its end tells better. */
export function writingEnd(child: ChildProcess, descriptor: number): Writable {
  return (endOf(child, descriptor) as Writable).on('error', () => undefined)
}

/** What the child both reads from and writes to: to it a pipe of Node's is a socket. */
export function bothEnds(child: ChildProcess, descriptor: number): Duplex {
  return (endOf(child, descriptor) as Duplex).on('error', () => undefined)
}
