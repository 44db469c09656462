import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import type { WatchSample } from '../model/watch.ts'
import { RECORDING_START, type RecordingHead, type RecordKind, type WrittenSample } from './recording-format.ts'
import { recordBytes } from './recording-records.ts'

/** Why nothing more is recorded: there is as much as was allowed, or the system refuses. */
export type RecordingEnd = { readonly reason: 'full' } | { readonly reason: 'failed'; readonly message: string }

/**
 * Appends records to a new file. Each is written at once and whole; one that could not be is taken back, so that the
 * file is a good one at any moment, and but for its last record also when whoever writes is killed.
 */
export class RecordingWriter {
  readonly #descriptor: number
  readonly #limit: number
  #size = 0
  #end: RecordingEnd | null = null

  /**
   * Makes the file, which only its owner may read: captures are in it. Throws what the system says when it cannot, `EEXIST` among it: a recording is never overwritten.
   *
   * @param limit Bytes that the file may have.
   */
  constructor(path: string, head: RecordingHead, limit: number) {
    this.#descriptor = openSync(path, 'ax', 0o600)
    this.#limit = limit
    this.#append(Buffer.from(RECORDING_START))
    this.#record('H', packed(head))
  }

  /** Why recording has ended; `null` while it goes on. */
  get end(): RecordingEnd | null {
    return this.#end
  }

  /** Appends a sample, and the packed capture of the mappings that belongs to it. */
  add(sample: WatchSample, capture: Buffer | null): void {
    this.#record('S', packed(written(sample)))
    if (capture !== null) this.#record('C', capture)
  }

  close(): void {
    try {
      fsyncSync(this.#descriptor)
    } catch (error) {
      this.#end ??= failed(error)
    } finally {
      closeSync(this.#descriptor)
    }
  }

  #record(kind: RecordKind, body: Buffer): void {
    const bytes = recordBytes(kind, body)
    if (this.#end === null && this.#size + bytes.length > this.#limit) this.#end = { reason: 'full' }
    if (this.#end === null) this.#append(bytes)
  }

  #append(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at)
      this.#size += bytes.length
    } catch (error) {
      this.#end = failed(error)
      ftruncateSync(this.#descriptor, this.#size)
    }
  }
}

/** A record that is no capture. */
function packed(value: object): Buffer {
  return deflateSync(JSON.stringify(value))
}

function failed(error: unknown): RecordingEnd {
  const { syscall, message } = error as NodeJS.ErrnoException
  if (syscall === undefined) throw error
  return { reason: 'failed', message }
}

/** JSON has neither NaN, "unknown", nor Infinity, "none". */
function written({ limits, reads, ...sample }: WatchSample): WrittenSample {
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value)
  return {
    ...sample,
    limits:
      limits?.map((each) => ({
        ...each,
        used: known(each.used),
        limit: Number.isFinite(each.limit) ? each.limit : Number.isNaN(each.limit) ? 'unknown' : 'unlimited',
      })) ?? null,
    reads: reads.map((each) => ({ ...each, costMs: known(each.costMs), pace: known(each.pace) })),
  }
}
