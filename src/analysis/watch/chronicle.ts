import { type ReadState, WATCH_FIGURES, type WatchSample, type WatchSubject } from '../../model/watch.ts'
import { type DiffReport, diffReport } from '../diff/report.ts'
import type { MapsReport } from '../maps-report.ts'
import {
  type Execution,
  type FrameChoice,
  frameFigures,
  type WatchFrame,
  type WatchGlance,
  type WatchVerdicts,
} from './frame.ts'
import { judgeGrowth } from './growth.ts'
import { LimitHistory } from './headroom.ts'
import { History } from './history.ts'
import { type Movement, moversOf } from './movers.ts'
import type { Reading } from './trend.ts'

/** A look at all mappings; one that was recorded is there only when it is wanted. */
export interface DeepLook {
  readonly at: number
  readonly report: () => MapsReport | null
}

/** A look that is there: when it was, in seconds, and what was seen. */
export interface SeenLook {
  readonly at: number
  readonly report: MapsReport
}

/** Movers are what moved over about so many seconds. */
const MOVER_SECONDS = 30
/** Deep looks kept: enough to look back so far at any pace. */
const MOST_LOOKS = 64

/** What is remembered of a process that is watched, sample after sample; frames are made of it. */
export class Chronicle {
  readonly #window: number
  readonly #history = new History()
  readonly #limits = new LimitHistory()
  #looks: readonly DeepLook[] = []
  #subject: WatchSubject | null = null
  #execution: Execution | null = null
  #reads: readonly ReadState[] = []
  #movement: { readonly of: DeepLook; readonly movement: Movement } | null = null

  /** @param window Seconds that the verdict on growth looks back. */
  constructor(window: number) {
    this.#window = window
  }

  /** Takes a sample in, and the look at all mappings that came with it. */
  add(sample: WatchSample, look: DeepLook | null): void {
    if (sample.subject !== null) this.#meet(sample.at, sample.subject)
    this.#history.add(sample)
    if (sample.limits !== null) this.#limits.add(sample.at, sample.limits)
    if (look !== null) this.#looks = [...this.#looks.slice(1 - MOST_LOOKS), look].filter(isRecent)
    this.#reads = sample.reads
  }

  /** The figures at a moment. */
  glance(at: number): WatchGlance {
    const values = WATCH_FIGURES.flatMap((figure) => {
      const last = this.#history.last(figure)
      return last === null ? [] : [[figure, last.value] as const]
    })
    return { ...this.#who(at), values: new Map(values) }
  }

  /** What is to be said at a moment. */
  verdicts(at: number): WatchVerdicts {
    const since = at - this.#window
    return { growth: judgeGrowth(this.#privateMemory(since)), headroom: this.#limits.headroom(since) }
  }

  /** What is known at a moment. */
  frame(at: number, { movers, order }: FrameChoice): WatchFrame {
    const movement = this.#moved()
    return {
      ...this.#who(at),
      ...this.verdicts(at),
      figures: frameFigures(at, this.#history),
      movers: movement === null ? [] : moversOf(movement, movers, order),
      moversOver: movement?.seconds ?? null,
      reads: this.#reads,
    }
  }

  #who(at: number): Omit<WatchGlance, 'values'> {
    return { at, subject: this.#subject ?? NOBODY, execution: this.#execution }
  }

  /** Anonymous memory, swapped or not: swapping out must not look like giving back. */
  #privateMemory(since: number): readonly Reading[] {
    const swap = new Map(this.#history.series('swap', since).map(({ at, value }) => [at, value]))
    return this.#history.series('anon', since).map(({ at, value }) => ({ at, value: value + (swap.get(at) ?? 0) }))
  }

  /** The last look at all mappings; `null` before the first. */
  get lastLook(): SeenLook | null {
    const last = this.#looks.at(-1)
    const report = last?.report() ?? null
    return last === undefined || report === null ? null : { at: last.at, report }
  }

  /** The looks that the movers of now are told from. */
  get moverLooks(): readonly DeepLook[] {
    const [first] = this.#looks
    const last = this.#looks.at(-1)
    return first === undefined || last === undefined ? [] : first === last ? [last] : [first, last]
  }

  /** How many mappings there were when they were last counted; `NaN` before. */
  get mappings(): number {
    return this.#history.last('mappings')?.value ?? Number.NaN
  }

  /** Another program has another address space: nothing that was read of the one before says anything of it. */
  #meet(at: number, subject: WatchSubject): void {
    if (this.#subject !== null) {
      this.#execution = { at, from: this.#subject, to: subject }
      this.#history.clear()
      this.#limits.clear()
      this.#looks = []
    }
    this.#subject = subject
  }

  #moved(): Movement | null {
    const [first, last] = this.moverLooks
    if (first === undefined || last === undefined) return null
    // Comparing 65,000 mappings takes a while, and frames come more often than looks.
    if (this.#movement?.of === last) return this.#movement.movement
    const [before, after] = [first.report(), last.report()]
    if (before === null || after === null) return null
    const movement = { seconds: last.at - first.at, diff: compare(before, after) }
    this.#movement = { of: last, movement }
    return movement
  }
}

const NOBODY: WatchSubject = { pid: 0, startTime: 0, comm: '', command: '' }

/** What changed between two looks at one process. */
export function compare(before: MapsReport, after: MapsReport): DiffReport {
  return diffReport(before, after, true)
}

/** Looks older than the movers' seconds are no longer needed, but for the youngest of them. */
function isRecent(_: DeepLook, index: number, looks: readonly DeepLook[]): boolean {
  const last = looks.at(-1)?.at ?? 0
  const next = looks[index + 1]
  return next === undefined || next.at >= last - MOVER_SECONDS
}
