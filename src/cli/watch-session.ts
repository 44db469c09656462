import type { MapsReport } from '../analysis/maps-report.ts'
import { Chronicle, type DeepLook, type SeenLook } from '../analysis/watch/chronicle.ts'
import { DutySchedule } from '../analysis/watch/duty.ts'
import type { FrameChoice, WatchFrame, WatchGlance, WatchVerdicts } from '../analysis/watch/frame.ts'
import { hasExecuted } from '../analysis/watch/identity.ts'
import { predict, TYPICAL_RATES } from '../collectors/cost.ts'
import type { HostFacts } from '../collectors/host.ts'
import type { StatusReading, WatchFigures, WatchIdentity } from '../collectors/watch-sample.ts'
import type { Limit } from '../model/limit.ts'
import {
  type ReadState,
  WATCH_READS,
  WATCH_TIERS,
  type WatchRead,
  type WatchSample,
  type WatchTier,
} from '../model/watch.ts'
import type { Trees } from '../sources/trees.ts'
import { type Answer, lookFigures, stallText, WatchReader } from './watch-reader.ts'
import type { WatchRecorder } from './watch-recorder.ts'

/** How a process is watched. */
export interface WatchOptions {
  /** Seconds. */
  readonly interval: number
  readonly maxStallMs: number
  /** Part of the time that reads may take. */
  readonly duty: number
  /** Seconds that the verdict on growth looks back. */
  readonly window: number
  /** Never read what walks pages. */
  readonly basic: boolean
}

/** What a screen shows frames of: a process, or a recording of one. */
export interface WatchSource {
  glance(at: number): WatchGlance
  verdicts(at: number): WatchVerdicts
  frame(at: number, choice: FrameChoice): WatchFrame
  /** The last look at all mappings; `null` before the first. */
  readonly lastLook: SeenLook | null
}

/** What reading a tier has told. */
interface TierRead {
  readonly tier: WatchTier
  readonly figures: WatchFigures
  readonly report: MapsReport | null
}

/**
 * What a tier takes at least: so many times what is predicted of a walk of smaps, and what counting the lines of maps took
 * here and now. A look at all mappings reads smaps, and maps before and after it; smaps_rollup walks the same pages, and
 * prints next to nothing.
 */
const BEYOND_MAPS = { smaps: [2, 4], smaps_rollup: [0.5, 1] } as const

/** Follows one process: reads what is due, as deep as its limits allow, and remembers. */
export class WatchSession implements WatchSource, Disposable {
  readonly #trees: Trees
  readonly #host: HostFacts
  readonly #reader: WatchReader
  readonly #recorder: WatchRecorder | null
  readonly #options: WatchOptions
  readonly #chronicle: Chronicle
  readonly #states = new Map<WatchRead, ReadState>()
  #duty: DutySchedule
  #known: WatchIdentity | null = null
  #interval: number
  /** What counting the mappings told in this sample, where they were counted before a deeper look. */
  #counted: WatchFigures | null = null

  /** @param recorder Keeps what is seen in a file; `null` for none. */
  constructor(
    trees: Trees,
    host: HostFacts,
    pid: number,
    options: WatchOptions,
    recorder: WatchRecorder | null = null,
  ) {
    this.#reader = new WatchReader(trees, host, pid)
    this.#trees = trees
    this.#host = host
    this.#recorder = recorder
    this.#options = options
    this.#interval = options.interval
    this.#duty = this.#newDuty()
    this.#chronicle = new Chronicle(options.window)
  }

  /** Reads what is due; `null` when the process has ended. */
  sample(at: number): WatchSample | null {
    const from = this.#reader.readingMs
    const status = this.#reader.status()
    if (status === null) return null
    const isNew = this.#known === null || hasExecuted(this.#known, status.identity)
    if (isNew) this.#forget()
    this.#known = status.identity
    this.#done('status', at, this.#reader.readingMs - from)
    const read = this.#beyondStatus(at, status)
    const costMs = this.#reader.readingMs - from
    const longestReadMs = this.#reader.longestRead()
    const limits = this.#limits(at, status, read)
    const sample: WatchSample = {
      at,
      tier: read?.tier ?? 'status',
      figures: { ...status.figures, ...limits?.figures, ...read?.figures },
      limits: limits?.limits ?? null,
      subject: isNew ? this.#reader.subject(status.identity) : null,
      costMs,
      longestReadMs,
      reads: WATCH_READS.flatMap((each) => this.#states.get(each) ?? []),
    }
    const report = read?.report ?? null
    const look: DeepLook | null = report === null ? null : { at, report: () => report }
    this.#chronicle.add(sample, look)
    this.#recorder?.keep(sample)
    return sample
  }

  glance(at: number): WatchGlance {
    return this.#chronicle.glance(at)
  }

  verdicts(at: number): WatchVerdicts {
    return this.#chronicle.verdicts(at)
  }

  frame(at: number, choice: FrameChoice): WatchFrame {
    return this.#chronicle.frame(at, choice)
  }

  get lastLook(): SeenLook | null {
    return this.#chronicle.lastLook
  }

  /** Seconds between samples: as asked for, or what their cost allows. */
  get pace(): number {
    return this.#duty.pace('status', this.#states.get('status')?.costMs ?? 0)
  }

  /** Asks for another time between samples, in seconds. */
  every(interval: number): void {
    this.#interval = interval
    this.#duty.every(interval)
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]()
  }

  /** What another program takes to read, and lets be read, is not known. */
  #forget(): void {
    this.#duty = this.#newDuty()
    this.#states.clear()
    this.#recorder?.forget()
  }

  #newDuty(): DutySchedule {
    const { duty, maxStallMs, basic } = this.#options
    const schedule = new DutySchedule({ interval: this.#interval, share: duty, maxStallMs })
    if (basic) for (const tier of ['smaps', 'smaps_rollup'] as const) schedule.refuse(tier)
    return schedule
  }

  /** The deepest tier that is due and allowed: it has what those above it would tell. */
  #beyondStatus(at: number, status: StatusReading): TierRead | null {
    this.#counted = null
    for (const tier of WATCH_TIERS.slice(1).reverse()) {
      if (tier === 'status' || !this.#duty.isDue(tier, at)) continue
      const from = this.#reader.readingMs
      const answer = this.#affords(tier, at, status) && this.#allowed(tier) ? this.#readTier(tier, status) : null
      if (answer === null) continue
      if (answer.ok) {
        this.#done(tier, at, this.#reader.readingMs - from)
        return answer.value
      }
      if (answer.refused !== null) this.#refuse(tier, answer.refused)
    }
    return this.#counted === null ? null : { tier: 'maps', figures: this.#counted, report: null }
  }

  /** Whether a tier may be read that never was: what that takes is expected from the number of mappings and pages. */
  #affords(tier: WatchTier, at: number, status: StatusReading): boolean {
    if (tier === 'maps' || this.#states.has(tier)) return true
    const mappings = this.#countedMappings(at, status)
    const residentPages = (status.status?.vmRss ?? 0) / this.#host.pageSize
    const modelMs = predict({ mappings, residentPages, slots: null, held: null }, TYPICAL_RATES).readMs
    const countedMs = this.#states.get('maps')?.costMs ?? 0
    const [passes, counts] = BEYOND_MAPS[tier === 'smaps' ? 'smaps' : 'smaps_rollup']
    const expectedMs = Math.max(modelMs * passes, countedMs * counts)
    if (this.#duty.affords(tier, at, expectedMs)) return true
    const pace = this.#duty.pace(tier, expectedMs)
    this.#states.set(tier, { read: tier, costMs: expectedMs, pace, refused: null })
    return false
  }

  /** Counts the mappings once, before anything deeper is read. */
  #countedMappings(at: number, status: StatusReading): number {
    if (this.#states.has('maps')) return this.#counted?.mappings ?? this.#chronicle.mappings
    const from = this.#reader.readingMs
    const counted = this.#reader.tier('maps', status)
    this.#done('maps', at, this.#reader.readingMs - from)
    this.#counted = counted.ok ? counted.value : null
    return this.#counted?.mappings ?? 0
  }

  #readTier(tier: Exclude<WatchTier, 'status'>, status: StatusReading): Answer<TierRead> {
    if (tier !== 'smaps') {
      const read = this.#reader.tier(tier, status)
      return read.ok ? { ok: true, value: { tier, figures: read.value, report: null } } : read
    }
    const trees = this.#recorder?.recording(this.#trees) ?? this.#trees
    const read = this.#reader.mappings(trees, this.#options.maxStallMs, status.identity)
    return read.ok ? { ok: true, value: { tier, figures: lookFigures(read.value), report: read.value } } : read
  }

  #limits(
    at: number,
    status: StatusReading,
    read: TierRead | null,
  ): { readonly limits: readonly Limit[]; readonly figures: WatchFigures } | null {
    if (!this.#duty.isDue('limits', at)) return null
    const from = this.#reader.readingMs
    const answer = this.#reader.limits(status, read?.figures.mappings ?? this.#chronicle.mappings)
    // Of the host and its cgroups: no cost of the process, so none of the next sample's.
    this.#reader.longestRead()
    if (answer === null) this.#refuse('limits', 'there is no meminfo')
    else this.#done('limits', at, this.#reader.readingMs - from)
    return answer
  }

  /** Walking pages holds the process's mmap lock; how long is predicted before it is done. */
  #allowed(tier: WatchTier): boolean {
    if (tier !== 'smaps_rollup' && tier !== 'smaps') return true
    const stallMs = this.#reader.stall(tier, this.#options.maxStallMs)
    if (Number.isNaN(stallMs) || this.#duty.allows(stallMs)) return true
    this.#refuse(tier, stallText(stallMs))
    return false
  }

  #done(read: WatchRead, at: number, costMs: number): void {
    this.#duty.done(read, at, costMs)
    this.#states.set(read, { read, costMs, pace: this.#duty.pace(read, costMs), refused: null })
  }

  #refuse(read: WatchRead, why: string): void {
    this.#duty.refuse(read)
    this.#states.set(read, { read, costMs: Number.NaN, pace: Number.NaN, refused: why })
  }
}
