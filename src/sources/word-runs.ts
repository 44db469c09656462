/** Words of 64 bits that follow each other by the same step: page frames in a row, or one value many times. */
interface Run {
  /** Number of the first word in its file. */
  readonly first: number
  count: number
  readonly high: number
  readonly low: number
  /** What each low half is above the one before; `null` as long as there is one word. */
  step: number | null
}

/** Runs of one file that are kept: 2 million scattered pages, 8 GiB of them. */
const MOST_RUNS = 2 ** 21
const HALF = 2 ** 32
const LINE = /^([0-9a-f]{1,13}) ([0-9a-f]{1,8}) ([0-9a-f]{16}) ([01])$/

/**
 * Words of a file that was read at chosen places, `/proc/PID/pagemap` or `/proc/kpageflags`, run-length coded. As text a
 * line a run: number of the first word, how many, the first word, the step to the next, all hex.
 */
export class WordRuns {
  readonly #runs: Run[] = []
  #sorted = true

  /** Takes words as they were read, as 32-bit halves by `halves`; false when there are more runs than are kept. */
  add(first: number, words: number, halves: (index: number) => readonly [high: number, low: number]): boolean {
    for (let index = 0; index < words; index++) {
      const [high, low] = halves(index)
      if (
        !this.#extends(first + index, high, low) &&
        !this.#begin({ first: first + index, count: 1, high, low, step: null })
      ) {
        return false
      }
    }
    return true
  }

  /** Whether nothing has been taken. */
  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** The halves of a word; `null` when it was not read. */
  at(word: number): readonly [high: number, low: number] | null {
    this.#sort()
    const run = this.#runs[lastBefore(this.#runs, word)]
    if (run === undefined || word >= run.first + run.count) return null
    return [run.high, run.low + (word - run.first) * (run.step ?? 0)]
  }

  /** Every word that was read. */
  *words(): Generator<readonly [word: number, high: number, low: number]> {
    for (const { first, count, high, low, step } of this.#runs) {
      for (let index = 0; index < count; index++) yield [first + index, high, low + index * (step ?? 0)]
    }
  }

  toText(): Buffer {
    this.#sort()
    const lines = this.#runs.map(({ first, count, high, low, step }) => {
      const word = high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
      return `${first.toString(16)} ${count.toString(16)} ${word} ${step ?? 0}\n`
    })
    return Buffer.from(lines.join(''))
  }

  /** Reads the text of somebody who may mean no good; `null` when it is not in order. */
  static fromText(bytes: Buffer): WordRuns | null {
    const runs = new WordRuns()
    let end = 0
    for (const line of bytes.toString('latin1').split('\n')) {
      if (line === '') continue
      const [, from = '', many = '', word = '', by = ''] = LINE.exec(line) ?? []
      const [first, count, step] = [Number.parseInt(from, 16), Number.parseInt(many, 16), Number(by)]
      const [high, low] = [Number.parseInt(word.slice(0, 8), 16), Number.parseInt(word.slice(8), 16)]
      if (!(first >= end && count > 0 && low + (count - 1) * step < HALF)) return null
      if (!runs.#begin({ first, count, high, low, step })) return null
      end = first + count
    }
    return runs
  }

  #begin(run: Run): boolean {
    if (this.#runs.length >= MOST_RUNS) return false
    this.#sorted &&= run.first >= (this.#runs.at(-1)?.first ?? 0)
    this.#runs.push(run)
    return true
  }

  #extends(word: number, high: number, low: number): boolean {
    const last = this.#runs.at(-1)
    if (last === undefined || word !== last.first + last.count || high !== last.high) return false
    const step = last.step ?? low - last.low
    if (step !== 0 && step !== 1) return false
    if (low !== last.low + last.count * step) return false
    last.step = step
    last.count++
    return true
  }

  /** Places may be read in any order, and twice: what was read first counts. */
  #sort(): void {
    if (this.#sorted) return
    this.#runs.sort((a, b) => a.first - b.first)
    this.#sorted = true
  }
}

/** Index of the last run that begins at or before a word; -1 when none does. */
function lastBefore(runs: readonly Run[], word: number): number {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((runs[middle] as Run).first <= word) low = middle + 1
    else high = middle
  }
  return low - 1
}
