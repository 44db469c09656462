import type { MapsReport } from '../analysis/maps-report.ts'
import { Chronicle, type DeepLook, type SeenLook } from '../analysis/watch/chronicle.ts'
import type { FrameChoice, WatchFrame, WatchGlance, WatchVerdicts } from '../analysis/watch/frame.ts'
import { collectHost } from '../collectors/host.ts'
import { collectProcess } from '../collectors/process.ts'
import type { WatchSample, WatchSubject } from '../model/watch.ts'
import { capturedTrees } from '../sources/captured-trees.ts'
import type { RecordedMoment, RecordingFile } from '../sources/recording-file.ts'
import type { RecordPlace } from '../sources/recording-records.ts'
import { lookReport } from './watch-reader.ts'
import type { WatchSource } from './watch-session.ts'

/** Looks that are kept unpacked: those of two moments, and some more for who goes back and forth. */
const MOST_LOOKS = 6

/** Shows a recording as it was watched, at any of its moments. */
export class WatchReplay implements WatchSource {
  readonly #file: RecordingFile
  readonly #window: number
  readonly #moments: readonly RecordedMoment[]
  readonly #looks = new Map<RecordPlace, MapsReport>()
  #chronicle: Chronicle
  /** Moments that the chronicle knows. */
  #known = 0

  /** @param window Seconds that the verdict on growth looks back. */
  constructor(file: RecordingFile, window: number) {
    this.#file = file
    this.#window = window
    this.#moments = file.moments
    this.#chronicle = new Chronicle(window)
  }

  /** How many moments there are. */
  get length(): number {
    return this.#moments.length
  }

  /** Seconds since the watch began. */
  timeOf(index: number): number {
    return this.#moment(index).sample.at
  }

  sampleAt(index: number): WatchSample {
    return this.#moment(index).sample
  }

  /** Who is watched at first. */
  get subject(): WatchSubject | null {
    return this.#moment(0).sample.subject
  }

  /** Goes to a moment; nothing after it is known there. */
  goTo(index: number): void {
    if (index + 1 < this.#known) {
      this.#chronicle = new Chronicle(this.#window)
      this.#known = 0
    }
    for (; this.#known <= index; this.#known++) this.#add(this.#moment(this.#known))
  }

  /** Unpacks the looks that the moment's frame is made of, and forgets others. */
  async prepare(): Promise<void> {
    for (const { place } of this.#chronicle.moverLooks as readonly RecordedLook[]) {
      const known = this.#looks.get(place)
      this.#looks.delete(place)
      this.#looks.set(place, known ?? (await this.#unpack(place)))
    }
    for (const place of [...this.#looks.keys()].slice(0, -MOST_LOOKS)) this.#looks.delete(place)
  }

  /** The capture that the last look at all mappings was made of: a whole file; `null` before the first. */
  captureFile(): Buffer | null {
    const last = (this.#chronicle.moverLooks as readonly RecordedLook[]).at(-1)
    return last === undefined ? null : this.#file.packed(last.place)
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

  #add({ sample, capture }: RecordedMoment): void {
    const look: RecordedLook | null =
      capture === null ? null : { at: sample.at, place: capture, report: () => this.#looks.get(capture) ?? null }
    this.#chronicle.add(sample, look)
  }

  async #unpack(place: RecordPlace): Promise<MapsReport> {
    const capture = await this.#file.capture(place)
    const trees = capturedTrees(capture)
    const host = collectHost(trees)
    const pid = capture.info.targets[0]?.pid ?? 0
    const depth = {
      basic: false,
      maxStallMs: Number.POSITIVE_INFINITY,
      wanted: 'all' as const,
      pageSize: host.pageSize,
    }
    return lookReport(collectProcess(trees, host, pid, depth), host)
  }

  #moment(index: number): RecordedMoment {
    return this.#moments[Math.max(0, Math.min(index, this.#moments.length - 1))] as RecordedMoment
  }
}

/** A look that can be made again from a capture. */
interface RecordedLook extends DeepLook {
  readonly place: RecordPlace
}
