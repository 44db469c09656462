import * as v from 'valibot'
import { CONSEQUENCES, LIMIT_IDS } from '../model/limit.ts'
import { WATCH_FIGURES, WATCH_READS, WATCH_TIERS } from '../model/watch.ts'

/** Version of the form; additions that old readers may ignore keep it. */
const RECORDING_FORMAT = 1

/** The first line of a recording. */
export const RECORDING_START = `mmapctl recording ${RECORDING_FORMAT}\n`

/** What a record is: the head, a sample, or a capture of the mappings at the sample before it. */
export const RECORD_KINDS = ['H', 'S', 'C'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** Bounds of what is believed of a file that anybody may have written. */
export interface RecordingLimits {
  /** Bytes of the file. */
  readonly file: number
  readonly records: number
  /** Bytes of a record that is no capture, packed or not. */
  readonly text: number
  /** Bytes of a capture, packed. */
  readonly capture: number
  /** Bytes of a capture once unpacked. */
  readonly unpacked: number
}

export const RECORDING_LIMITS: RecordingLimits = {
  file: 256 * 1024 ** 2,
  records: 1_000_000,
  text: 128 * 1024,
  capture: 64 * 1024 ** 2,
  unpacked: 1024 ** 3,
}

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const integer = v.pipe(amount, v.safeInteger())
const name = v.pipe(v.string(), v.maxLength(65_536))
const short = v.pipe(v.string(), v.maxLength(256))

const subject = v.object({ pid: v.pipe(integer, v.minValue(1)), startTime: integer, comm: short, command: name })

/** `null` stands for what JSON has no number for; which, is said where it is written. */
const limit = v.object({
  id: v.picklist(LIMIT_IDS),
  where: v.pipe(v.string(), v.maxLength(4096)),
  used: v.nullable(amount),
  /** A number, or why there is none. */
  limit: v.union([amount, v.picklist(['unlimited', 'unknown'])]),
  effect: v.picklist(CONSEQUENCES),
})

const state = v.object({
  read: v.picklist(WATCH_READS),
  costMs: v.nullable(amount),
  pace: v.nullable(amount),
  refused: v.nullable(short),
})

/** The head, as it is written. */
export const headSchema = v.object({
  tool: v.object({ name: short, version: short }),
  startedAt: v.pipe(v.string(), v.maxLength(64), v.isoTimestamp()),
  kernel: short,
  /** Seconds between samples that were asked for. */
  interval: v.pipe(amount, v.minValue(0.001)),
})

/** A sample, as it is written. */
export const sampleSchema = v.object({
  at: amount,
  tier: v.picklist(WATCH_TIERS),
  figures: v.object(v.entriesFromList(WATCH_FIGURES, v.optional(amount))),
  limits: v.nullable(v.pipe(v.array(limit), v.maxLength(256))),
  costMs: amount,
  longestReadMs: amount,
  reads: v.pipe(v.array(state), v.maxLength(WATCH_READS.length)),
  subject: v.nullable(subject),
})

export type WrittenSample = v.InferOutput<typeof sampleSchema>
export type RecordingHead = v.InferOutput<typeof headSchema>
