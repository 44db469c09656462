import { type DiffReport, diffReport } from '../analysis/diff/report.ts'
import type { Grouping } from '../analysis/groups.ts'
import { type MapsReport, mapsReport } from '../analysis/maps-report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import { DutySchedule } from '../analysis/watch/duty.ts'
import { frameAt, type Movement, type MoverKind, type TierState, type WatchFrame } from '../analysis/watch/frame.ts'
import { History } from '../analysis/watch/history.ts'
import type { HostFacts } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import { predictCost } from '../collectors/walk-cost.ts'
import { readTier, type WatchFigures } from '../collectors/watch-sample.ts'
import { FailureError } from '../model/failure.ts'
import type { Refusal } from '../model/provenance.ts'
import { WATCH_TIERS, type WatchFigure, type WatchSample, type WatchTier } from '../model/watch.ts'
import { formatMilliseconds } from '../output/units.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'

/** How a process is watched. */
export interface WatchOptions {
  /** Seconds. */
  readonly interval: number
  readonly maxStallMs: number
  /** Part of the time that reads may take. */
  readonly duty: number
  /** Seconds that the verdict on growth looks back. */
  readonly window: number
}

/** A look at all mappings. */
interface DeepLook {
  readonly at: number
  readonly report: MapsReport
}

/** Movers are what moved over about so many seconds. */
const MOVER_SECONDS = 30
/** Deep looks kept: enough to look back so far at any pace. */
const MOST_LOOKS = 8

/** Follows one process: reads what is due, as deep as its limits allow, and remembers. */
export class WatchSession {
  readonly history = new History()
  readonly #trees: Trees
  readonly #host: HostFacts
  readonly #pid: number
  readonly #tree: FileTree
  readonly #options: WatchOptions
  readonly #duty: DutySchedule
  readonly #looks: DeepLook[] = []
  readonly #states = new Map<WatchTier, TierState>()

  constructor(trees: Trees, host: HostFacts, pid: number, options: WatchOptions) {
    const pinned = trees.proc.pin(String(pid))
    if (!pinned.ok) throw new FailureError({ code: 'no-such-process', pid })
    this.#tree = pinned.value
    this.#trees = trees
    this.#host = host
    this.#pid = pid
    this.#options = options
    this.#duty = new DutySchedule({ ...options, share: options.duty })
  }

  /** Reads what is due; `null` when the process has ended. */
  sample(at: number): WatchSample | null {
    const due = this.#duty.due(at)
    const figures: WatchFigures = {}
    const status = this.#cheap('status', at)
    if (status === null) return null
    Object.assign(figures, status)
    let tier: WatchTier = 'status'
    for (const each of WATCH_TIERS.slice(1).reverse()) {
      if (!due.includes(each) || !this.#allowed(each)) continue
      const read = each === 'smaps' ? this.#deep(at) : this.#cheap(each, at)
      if (read === null) continue
      Object.assign(figures, read)
      tier = each
      break
    }
    const reads = this.#trees.ledger.take()
    const costMs = reads.reduce((sum, { durationMs }) => sum + durationMs, 0)
    const sample = { at, tier, figures, costMs, longestReadMs: longestRead(reads) }
    this.history.add(sample)
    return sample
  }

  /** What is known now. */
  frame(at: number, movers: MoverKind): WatchFrame {
    return frameAt(at, this.history, {
      movement: this.#movement(),
      movers,
      tiers: [...this.#states.values()],
      window: this.#options.window,
    })
  }

  /** The last look at all mappings; `null` before the first. */
  get lastLook(): MapsReport | null {
    return this.#looks.at(-1)?.report ?? null
  }

  #movement(): Movement | null {
    const last = this.#looks.at(-1)
    if (last === undefined) return null
    const first = this.#looks.find(({ at }) => at >= last.at - MOVER_SECONDS && at < last.at)
    if (first === undefined) return null
    return { seconds: last.at - first.at, diff: compare(first.report, last.report) }
  }

  #cheap(tier: Exclude<WatchTier, 'smaps'>, at: number): WatchFigures | null {
    const from = performance.now()
    const read = readTier(this.#tree, this.#trees.proc, tier)
    const costMs = performance.now() - from
    if (!read.ok) {
      if (tier !== 'status' && read.refusal !== 'ended') this.#refuse(tier, refusalText(read.refusal))
      return null
    }
    this.#done(tier, at, costMs)
    return read.figures
  }

  #deep(at: number): WatchFigures | null {
    const from = performance.now()
    try {
      const depth = {
        basic: false,
        maxStallMs: this.#options.maxStallMs,
        wanted: 'all' as const,
        pageSize: this.#host.pageSize,
      }
      const memory = collectProcess(this.#trees, this.#host, this.#pid, depth)
      if (memory.space === null) {
        this.#refuse('smaps', 'needs ptrace access')
        return null
      }
      const report = mapsReport(memory, this.#host, QUESTION, [])
      this.#done('smaps', at, performance.now() - from)
      this.#looks.push({ at, report })
      this.#forgetOld()
      return deepFigures(report)
    } catch (error) {
      // It ended meanwhile; the next sample of its status says so.
      if (error instanceof FailureError) return null
      throw error
    }
  }

  /** Looks older than the movers' window are no longer needed, but for the youngest of them. */
  #forgetOld(): void {
    const last = this.#looks.at(-1)?.at ?? 0
    while (this.#looks.length > MOST_LOOKS || (this.#looks[1]?.at ?? last) < last - MOVER_SECONDS) this.#looks.shift()
  }

  /** Walking pages holds the process's mmap lock; how long is predicted before it is done. */
  #allowed(tier: WatchTier): boolean {
    if (tier === 'maps') return true
    const prediction = predictCost(this.#tree, this.#host.pageSize, this.#options.maxStallMs)
    if (prediction === null || this.#duty.allows(prediction.stallMs)) return true
    this.#refuse(tier, `would hold it up for ${formatMilliseconds(prediction.stallMs)}`)
    return false
  }

  #done(tier: WatchTier, at: number, costMs: number): void {
    this.#duty.done(tier, at + costMs / 1000, costMs)
    const pace = this.#duty.pace(tier, costMs)
    this.#states.set(tier, { tier, costMs, longestReadMs: costMs, pace, refused: null })
  }

  #refuse(tier: WatchTier, why: string): void {
    this.#duty.refuse(tier)
    this.#states.set(tier, { tier, costMs: Number.NaN, longestReadMs: Number.NaN, pace: Number.NaN, refused: why })
  }
}

const QUESTION = {
  filter: {},
  grouping: 'kind' as Grouping,
  order: null,
  coalesce: false,
  limit: null,
  overview: false,
  address: null,
  gaps: false,
}

/** What changed between two looks at one process. */
export function compare(before: MapsReport, after: MapsReport): DiffReport {
  return diffReport(before, after, true)
}

function deepFigures({ totals, matchedSums }: MapsReport): WatchFigures {
  const { pss, uss, dirty, huge, mappings } = totals.totals
  const figures: Partial<Record<WatchFigure, number | null>> = { pss, uss, dirty, huge, mappings }
  // The swap of shared memory too, which status does not count.
  figures.swap = matchedSums.swap
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null))
}

function refusalText(refusal: Refusal | 'ended'): string {
  if (refusal === 'ended') return 'ended'
  return refusal.reason === 'denied' ? 'needs ptrace access' : refusal.errno || refusal.reason
}
