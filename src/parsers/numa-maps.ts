import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** A mapping of `numa_maps`: where its pages are. */
export interface NumaMapping {
  readonly start: number
  /** The memory policy as printed: `default`, `bind:0-1`, `prefer (many):0`. */
  readonly policy: string
  /** Bytes on each node that has any. */
  readonly nodes: ReadonlyMap<number, number>
}

const FILE = 'numa_maps'
/** What may follow the policy, which has spaces of its own: a path, the kernel's words, or a count. */
const AFTER_POLICY =
  /^(?:file=|(?:heap|stack|huge)$|(?:anon|dirty|mapped|mapmax|swapcache|active|writeback|N\d+|kernelpagesize_kB)=)/

/**
 * Parses `/proc/PID/numa_maps`: fs/proc/task_mmu.c show_numa_map, numa(7). Counts are of pages of the mapping's own
 * size, which stands at the end; names have their spaces escaped.
 */
export function parseNumaMaps(bytes: Uint8Array): readonly NumaMapping[] {
  return Array.from(lines(FILE, bytes), ({ number, text }) => {
    const [address = '', ...rest] = text.trimEnd().split(' ')
    const start = /^[0-9a-f]{8,16}$/.test(address) ? Number.parseInt(address, 16) : Number.NaN
    const end = rest.findIndex((word) => AFTER_POLICY.test(word))
    const policy = rest.slice(0, end < 0 ? rest.length : end).join(' ')
    if (Number.isNaN(start) || policy === '') throw new ParseError(FILE, number, 'an address and a policy', text)
    const counts = new Map<string, number>()
    for (const word of end < 0 ? [] : rest.slice(end)) {
      const [, key, digits] = /^(N\d{1,4}|kernelpagesize_kB)=(\d+)$/.exec(word) ?? []
      const count = safeCount(digits ?? '')
      if (key !== undefined && count !== null) counts.set(key, count)
    }
    const pageSize = (counts.get('kernelpagesize_kB') ?? Number.NaN) * 1024
    counts.delete('kernelpagesize_kB')
    return {
      start,
      policy,
      nodes: new Map([...counts].map(([key, pages]) => [Number(key.slice(1)), pages * pageSize])),
    }
  })
}
