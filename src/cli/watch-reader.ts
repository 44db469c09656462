import { type MapsReport, mapsReport, WHOLE } from '../analysis/maps-report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import { cgroupPressure, usesHugetlb, watchLimits } from '../analysis/watch/limits.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { cmdlineOf } from '../collectors/processes.ts'
import { predictCost, rollupHolds } from '../collectors/walk-cost.ts'
import { readWatchLimits } from '../collectors/watch-limits.ts'
import {
  readStatus,
  readTier,
  type StatusReading,
  type WatchFigures,
  type WatchIdentity,
} from '../collectors/watch-sample.ts'
import { refusalText } from '../model/errno.ts'
import { FailureError } from '../model/failure.ts'
import type { Limit } from '../model/limit.ts'
import type { Refusal } from '../model/provenance.ts'
import type { WatchFigure, WatchSubject } from '../model/watch.ts'
import { formatMilliseconds } from '../output/units.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'

/** What reading something came to; `refused` says why it need not be tried again. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refused: string | null }

/** The reads of one process, whose directory is held open: its PID may come to be another's. */
export class WatchReader implements Disposable {
  readonly #trees: Trees
  readonly #host: HostFacts
  readonly #pid: number
  readonly #tree: FileTree & Disposable

  constructor(trees: Trees, host: HostFacts, pid: number) {
    const pinned = trees.proc.pin(String(pid))
    if (!pinned.ok) throw new FailureError({ code: 'no-such-process', pid })
    this.#tree = pinned.value
    this.#trees = trees
    this.#host = host
    this.#pid = pid
  }

  /** The cheap files; `null` when the process has ended. */
  status(): StatusReading | null {
    return readStatus(this.#tree, this.#trees.proc)
  }

  tier(tier: 'maps' | 'smaps_rollup', { directory }: StatusReading): Answer<WatchFigures> {
    const read = readTier(this.#tree, directory, tier)
    return read.ok ? { ok: true, value: read.figures } : { ok: false, refused: whyRefused(read.refusal) }
  }

  /** All mappings, through `trees`, which may record what is read. */
  mappings(trees: Trees, maxStallMs: number, { startTime }: WatchIdentity): Answer<MapsReport> {
    const depth = { basic: false, maxStallMs, wanted: 'all' as const, pageSize: this.#host.pageSize }
    try {
      const memory = collectProcess(trees, this.#host, this.#pid, depth)
      // It has ended since its status was read, and its PID is another's.
      if (memory.stat.startTime !== startTime) return { ok: false, refused: null }
      if (memory.space === null) return { ok: false, refused: 'needs ptrace access' }
      return { ok: true, value: lookReport(memory, this.#host) }
    } catch (error) {
      // It has ended since; the next sample of its status says so.
      if (error instanceof FailureError) return { ok: false, refused: null }
      throw error
    }
  }

  /** What limits it, and the pressure in its cgroup; `null` where that is not known. */
  limits(
    { directory, status }: StatusReading,
    mappings: number,
  ): { readonly limits: readonly Limit[]; readonly figures: WatchFigures } | null {
    const pinned = directory === '.' ? null : this.#tree.pin(directory)
    try {
      const source = pinned?.ok ? pinned.value : this.#tree
      const facts = readWatchLimits(this.#trees, source, usesHugetlb(status))
      if (facts === null) return null
      const { maxMapCount } = this.#host
      const pressure = cgroupPressure(facts)
      return {
        limits: watchLimits(facts, { status, mappings, maxMapCount }),
        figures: known({
          cgroupPressureSome: pressure?.some?.avg10 ?? null,
          cgroupPressureFull: pressure?.full?.avg10 ?? null,
        }),
      }
    } finally {
      if (pinned?.ok) pinned.value[Symbol.dispose]()
    }
  }

  /** Who it is; its command line is read from its memory, and so only when it is new. */
  subject({ pid, startTime, comm }: WatchIdentity): WatchSubject {
    return { pid, startTime, comm, command: cmdlineOf(this.#trees, pid).join(' ').slice(0, LONGEST_COMMAND) }
  }

  /** How long reading its pages in that way would hold its mmap lock, in milliseconds; `NaN` is unknown. */
  stall(tier: 'smaps_rollup' | 'smaps', maxStallMs: number): number {
    const holds = tier === 'smaps' ? 'smaps' : rollupHolds(this.#host.kernel)
    return predictCost(this.#tree, this.#host.pageSize, maxStallMs, holds)?.stallMs ?? Number.NaN
  }

  /** Milliseconds that reads have taken so far. */
  get readingMs(): number {
    return this.#trees.ledger.readingMs
  }

  /** The longest single read since this was last asked, in milliseconds. */
  longestRead(): number {
    return longestRead(this.#trees.ledger.take())
  }

  [Symbol.dispose](): void {
    this.#tree[Symbol.dispose]()
  }
}

/** What is kept of a command line. */
const LONGEST_COMMAND = 4096

/** The report that a look at all mappings is kept as. */
export function lookReport(memory: ProcessMemory, host: HostFacts): MapsReport {
  return mapsReport(memory, host, WHOLE, [])
}

/**
 * The figures of a look at all mappings; not those that status has too, which are read more often and counted
 * otherwise: swap without that of shared memory.
 */
export function lookFigures({ totals }: MapsReport): WatchFigures {
  const { pss, uss, dirty, huge, mappings } = totals.totals
  return known({ pss, uss, dirty, huge, mappings })
}

function known(figures: Readonly<Partial<Record<WatchFigure, number | null>>>): WatchFigures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null && !Number.isNaN(value)))
}

/** Why a file need not be asked for again; `null` when the process has ended. */
function whyRefused(refusal: Refusal): string | null {
  if (refusal.reason === 'gone') return null
  return refusal.reason === 'denied' ? 'needs ptrace access' : refusalText(refusal)
}

/** Why pages are not read. */
export function stallText(stallMs: number): string {
  return `would hold it up for ${formatMilliseconds(stallMs)}`
}
