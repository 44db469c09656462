import { inflateSync } from 'node:zlib'
import * as v from 'valibot'
import type { Capture } from '../model/capture.ts'
import { FailureError } from '../model/failure.ts'
import type { WatchSample } from '../model/watch.ts'
import { readCapture } from './capture-file.ts'
import { CAPTURE_LIMITS } from './capture-format.ts'
import {
  headSchema,
  RECORDING_LIMITS,
  type RecordingHead,
  type RecordingLimits,
  sampleSchema,
  type WrittenSample,
} from './recording-format.ts'
import { RecordFile, type RecordPlace } from './recording-records.ts'

/** One moment of a recording. */
export interface RecordedMoment {
  readonly sample: WatchSample
  /** The mappings at that moment, where they were recorded. */
  readonly capture: RecordPlace | null
}

/**
 * A recording, which may come from anybody: sizes and counts are bounded, every record is checked, and what follows one
 * that is not whole is left out. Captures are unpacked when they are asked for.
 */
export class RecordingFile implements Disposable {
  readonly head: RecordingHead
  readonly moments: readonly RecordedMoment[]
  /** Why the end of the file was left out; `null` when nothing was. */
  readonly rest: string | null
  readonly #file: RecordFile
  readonly #limits: RecordingLimits

  /** Opens a recording; throws `bad-recording` when nothing of it can be trusted, or `unreadable`. */
  constructor(path: string, limits: RecordingLimits = RECORDING_LIMITS) {
    this.#file = new RecordFile(path, limits)
    this.#limits = limits
    const bad = (what: string): FailureError => {
      this[Symbol.dispose]()
      return new FailureError({ code: 'bad-recording', path, what })
    }
    const { places, rest } = this.#file.index(limits)
    const [first, ...others] = places
    const head = first?.kind === 'H' ? this.#parsed(first, headSchema) : null
    if (head === null) throw bad('it does not begin with a head that can be read')
    const { moments, wrong } = this.#momentsOf(others)
    if (moments.length === 0) throw bad(wrong ?? rest ?? 'it holds no sample')
    this.head = head
    this.moments = moments
    this.rest = wrong ?? rest
  }

  /** The capture at a place, packed; it is a capture file. */
  packed(place: RecordPlace): Buffer {
    const bytes = this.#file.body(place)
    if (bytes === null) throw new FailureError({ code: 'bad-recording', path: this.#file.path, what: 'it is damaged' })
    return bytes
  }

  /** The capture at a place. */
  async capture(place: RecordPlace): Promise<Capture> {
    const limits = { ...CAPTURE_LIMITS, unpacked: this.#limits.unpacked }
    return readCapture(this.packed(place), this.#file.path, limits)
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]()
  }

  /** The samples in order, as far as each is one of the same watch as those before it. */
  #momentsOf(places: readonly RecordPlace[]): { readonly moments: RecordedMoment[]; readonly wrong: string | null } {
    const moments: RecordedMoment[] = []
    let who: { readonly pid: number; readonly startTime: number } | null = null
    for (const place of places) {
      const last = moments.at(-1)
      if (place.kind === 'C' && last !== undefined && last.capture === null) {
        if (this.#file.body(place) === null) return { moments, wrong: 'a capture in it is damaged' }
        moments[moments.length - 1] = { ...last, capture: place }
        continue
      }
      const written = place.kind === 'S' ? this.#parsed(place, sampleSchema) : null
      if (written === null) return { moments, wrong: 'a record is not as it should be' }
      const { subject, at } = written
      if (last === undefined ? subject === null : at < last.sample.at) {
        return { moments, wrong: 'its samples are not in order' }
      }
      if (subject !== null && who !== null && (subject.pid !== who.pid || subject.startTime !== who.startTime)) {
        return { moments, wrong: 'it is of several processes' }
      }
      who ??= subject
      moments.push({ sample: restored(written), capture: null })
    }
    return { moments, wrong: null }
  }

  #parsed<Output>(place: RecordPlace, schema: v.GenericSchema<unknown, Output>): Output | null {
    const bytes = this.#file.body(place)
    if (bytes === null) return null
    try {
      const text = inflateSync(bytes, { maxOutputLength: this.#limits.text }).toString('utf8')
      const parsed = v.safeParse(schema, JSON.parse(text))
      return parsed.success ? parsed.output : null
    } catch {
      return null
    }
  }
}

function restored({ limits, reads, figures, ...sample }: WrittenSample): WatchSample {
  const known = (value: number | null): number => value ?? Number.NaN
  return {
    ...sample,
    figures: withoutUndefined(figures),
    limits:
      limits?.map((each) => ({
        ...each,
        used: known(each.used),
        limit:
          each.limit === 'unlimited' ? Number.POSITIVE_INFINITY : each.limit === 'unknown' ? Number.NaN : each.limit,
      })) ?? null,
    reads: reads.map((each) => ({ ...each, costMs: known(each.costMs), pace: known(each.pace) })),
  }
}

function withoutUndefined(figures: WrittenSample['figures']): WatchSample['figures'] {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined))
}
