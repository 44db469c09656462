import type { Readable } from 'node:stream'
import type { Method, RawSnapshot, RawTree, Weight } from '../../model/raw-measurement.ts'
import type { RootEnd, Start } from './rung.ts'

/** What the helper is told: one JSON text a line. */
export type Order =
  | { readonly do: 'start'; readonly method: Method; readonly start: Omit<Start, 'stdio'>; readonly lingerMs: number }
  | { readonly do: 'release' }
  | { readonly do: 'checkpoint' }
  | { readonly do: 'list' }
  /** What the tree holds, in the cheapest way. */
  | { readonly do: 'weigh' }
  /** A signal for those of the program's processes that have left its group; the group can be told by anybody. */
  | { readonly do: 'signal'; readonly name: NodeJS.Signals }

/** What the helper answers and tells. */
export type Notice =
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'held'; readonly pid: number; readonly group: number; readonly randomised: boolean | null }
  | { readonly is: 'snapshot'; readonly snapshot: RawSnapshot }
  | { readonly is: 'list'; readonly pids: readonly number[] }
  | { readonly is: 'weight'; readonly weight: Weight }
  | { readonly is: 'ended'; readonly end: RootEnd; readonly atMs: number }
  | { readonly is: 'tree'; readonly tree: RawTree }

/** The helper's descriptor for both, and those that become the program's stdin, stdout and stderr. */
export const CONTROL = 3
export const STDIO = [4, 5, 6] as const

export function line(message: Order | Notice): string {
  return `${JSON.stringify(message)}\n`
}

/** Hands on every whole line of a stream. */
export function readLines<Message>(stream: Readable, listener: (message: Message) => void): void {
  let pieces: string[] = []
  stream.setEncoding('utf8').on('data', (text: string) => {
    const parts = text.split('\n')
    for (const part of parts.slice(0, -1)) {
      const whole = pieces.join('') + part
      pieces = []
      listener(JSON.parse(whole) as Message)
    }
    pieces.push(parts.at(-1) ?? '')
  })
}
