import type { WatchSample } from '../model/watch.ts'
import { displayText } from '../output/sanitise.ts'
import { UNKNOWN } from '../output/units.ts'
import { watchCsvHeader, watchCsvLine, watchHeader, watchJsonLine, watchLine } from '../output/watch-lines.ts'
import type { Io } from './io.ts'
import type { WatchSource } from './watch-session.ts'

/** How lines are written. */
export interface LineFlags {
  readonly json: boolean
  readonly ndjson: boolean
  readonly csv: boolean
  readonly header: boolean
  readonly quiet: boolean
}

/** Writes a line for each sample, as text, CSV or JSON. */
export class LineWriter {
  readonly #io: Io
  readonly #flags: LineFlags
  readonly #json: boolean
  #explained = false

  constructor(io: Io, flags: LineFlags) {
    this.#io = io
    this.#flags = flags
    this.#json = flags.json || flags.ndjson
    if (!this.#json && flags.header) io.stdout.write(flags.csv ? watchCsvHeader() : watchHeader())
    io.stdout.flush()
  }

  /** @param time When the sample was taken. */
  write(source: WatchSource, sample: WatchSample, time: Date): void {
    const { stdout, stderr } = this.#io
    const glance = source.glance(sample.at)
    const { execution } = glance
    if (!this.#json && !this.#flags.quiet && execution?.at === sample.at) {
      const { from, to } = execution
      stderr.write(`process ${to.pid} executed ${displayText(to.comm)} instead of ${displayText(from.comm)}\n`)
    }
    this.#explain(sample)
    const line = this.#json
      ? watchJsonLine(sample, glance, source.verdicts(sample.at), time)
      : this.#flags.csv
        ? watchCsvLine(glance)
        : watchLine(glance)
    stdout.write(line)
    stdout.flush()
  }

  /** Says once why figures are unknown in every line; JSON says it in each. */
  #explain({ reads }: WatchSample): void {
    const refused = reads.filter((each) => each.refused !== null)
    if (this.#json || this.#flags.quiet || this.#explained || refused.length === 0) return
    this.#explained = true
    const reasons = refused.map(({ read, refused: why }) => `${read}: ${why}`)
    const cell = this.#flags.csv ? 'an empty field' : UNKNOWN
    this.#io.stderr.write(`${cell} is unknown: ${reasons.join('; ')}\n`)
  }
}
