import { collectHost, type HostFacts } from '../collectors/host.ts'
import { answerKey, type Capture } from '../model/capture.ts'
import type { WatchSample, WatchSubject } from '../model/watch.ts'
import type { Tool } from '../output/maps-json.ts'
import { formatBytes } from '../output/units.ts'
import { packCapture } from '../sources/capture-file.ts'
import { Recording } from '../sources/recording-tree.ts'
import { recordingTrees } from '../sources/recording-trees.ts'
import { type RecordingEnd, RecordingWriter } from '../sources/recording-writer.ts'
import type { Trees } from '../sources/trees.ts'
import { OutputError } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Where and how much is recorded. */
export interface RecorderOrder {
  readonly file: string
  /** Bytes that the file may have. */
  readonly limit: number
  /** Seconds between samples. */
  readonly interval: number
  readonly tool: Tool
}

/** Mappings are recorded so often, in seconds: what grows is told over longer times than that. */
const CAPTURE_SECONDS = 10
/** What of one look is kept in memory while it is recorded. */
const LARGEST = 1024 ** 3

/**
 * Records a watch: each sample, and now and then the files that a look at all mappings was made of, as a capture.
 * Nothing is read of the process for it that would not be read otherwise.
 */
export class WatchRecorder {
  readonly #writer: RecordingWriter
  readonly #host: HostFacts
  readonly #order: RecorderOrder
  readonly #asRoot: boolean
  #recording: Recording | null = null
  #lastCapture = Number.NEGATIVE_INFINITY
  #subject: WatchSubject | null = null
  #pending: Promise<void> = Promise.resolve()
  /** About when the next sample is taken. */
  #next = 0
  #failure: unknown = null

  constructor(order: RecorderOrder, trees: Trees, host: HostFacts) {
    const { tool, interval, limit } = order
    const startedAt = new Date().toISOString()
    try {
      this.#writer = new RecordingWriter(order.file, { tool, startedAt, kernel: host.kernel.release, interval }, limit)
    } catch (error) {
      const { code, syscall, message } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw new UsageError(`${order.file} exists already`, 'a recording is never overwritten')
      if (syscall === undefined) throw error
      throw new OutputError(message)
    }
    this.#host = host
    this.#order = order
    this.#asRoot = trees.asRoot
  }

  /** Why nothing more is recorded; `null` while it goes on. */
  get end(): RecordingEnd | null {
    return this.#writer.end
  }

  /** The trees to read the mappings of the next sample from; `null` when these are not to be recorded. */
  recording(trees: Trees): Trees | null {
    const isSoon = this.#next < this.#lastCapture + CAPTURE_SECONDS - this.#order.interval / 2
    if (this.#writer.end !== null || isSoon) return null
    this.#recording = new Recording(LARGEST)
    const recorded = recordingTrees(trees, this.#recording)
    // A capture says of what host it is.
    collectHost(recorded)
    return recorded
  }

  /** Another program's mappings are recorded at once. */
  forget(): void {
    this.#lastCapture = Number.NEGATIVE_INFINITY
  }

  /** Keeps a sample, and what was read for it. */
  keep(sample: WatchSample): void {
    this.#subject = sample.subject ?? this.#subject
    if (this.#failure !== null) throw this.#failure
    this.#next = sample.at + this.#order.interval
    const recording = this.#recording
    this.#recording = null
    const looked = recording !== null && sample.tier === 'smaps'
    if (looked) this.#lastCapture = sample.at
    // Packing is asynchronous; records are appended in the order of the samples all the same.
    this.#pending = this.#pending
      .then(async () => this.#writer.add(sample, looked ? await packCapture(this.#captureOf(recording)) : null))
      .catch((error: unknown) => {
        this.#failure = error
      })
  }

  /** Ends the file, when everything has been written. */
  async close(): Promise<RecordingEnd | null> {
    await this.#pending
    this.#writer.close()
    if (this.#failure !== null) throw this.#failure
    return this.#writer.end
  }

  #captureOf(recording: Recording): Capture {
    const { pid = 0, startTime = 0, comm = '' } = this.#subject ?? {}
    recording.keep(answerKey('list', 'proc', '.'), { kind: 'list', names: [String(pid)] })
    return {
      info: {
        tool: this.#order.tool,
        createdAt: new Date().toISOString(),
        kernel: this.#host.kernel.release,
        targets: [{ pid, startTime, comm }],
        asRoot: this.#asRoot,
        redacted: false,
      },
      answers: recording.answers,
    }
  }
}

/** What to say when nothing more is recorded. */
export function recordingEndText({ file, limit }: RecorderOrder, end: RecordingEnd): string {
  return end.reason === 'full'
    ? `${file} has its ${formatBytes(limit)} (--record-limit): the watch goes on without recording`
    : `${file} cannot be written any more: ${end.message}; the watch goes on without recording`
}
