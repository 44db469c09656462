import * as v from 'valibot'
import { CAPTURE_AREAS } from '../model/capture.ts'

/** Version of the form; additions that old readers may ignore keep it. */
export const CAPTURE_FORMAT = 1
/** First entry of the archive: what the capture is, and every answer but the bytes of files. */
export const MANIFEST_ENTRY = 'mmapctl-capture.json'

/** Bounds of what is believed of a file that anybody may have written. */
export interface CaptureLimits {
  /** Bytes of the file itself. */
  readonly packed: number
  /** Bytes once unpacked. */
  readonly unpacked: number
  readonly entries: number
  /** Bytes of the manifest. */
  readonly manifest: number
}

export const CAPTURE_LIMITS: CaptureLimits = {
  packed: 512 * 1024 ** 2,
  unpacked: 1024 ** 3,
  entries: 200_000,
  manifest: 256 * 1024 ** 2,
}

const count = v.pipe(v.number(), v.minValue(0))
const bounded = v.pipe(v.string(), v.maxLength(65_536))

const refusal = v.object({
  reason: v.picklist(['gone', 'denied', 'missing', 'not-captured', 'too-long', 'failed']),
  errno: v.pipe(v.string(), v.maxLength(32)),
  path: bounded,
})

const read = v.object({
  path: bounded,
  at: v.number(),
  durationMs: count,
  bytes: count,
  reads: count,
  longestReadMs: count,
  refused: v.nullable(refusal),
})

const decimal = v.pipe(v.string(), v.regex(/^\d{1,20}$/))

/** Where an answer belongs: an area and a path in it that leads nowhere else. */
const place = {
  area: v.picklist(CAPTURE_AREAS),
  path: v.pipe(
    bounded,
    v.check(
      (path) => path === '' || path === '.' || !/^\/|(?:^|\/)\.\.?(?:\/|$)|\0/.test(path),
      'a path that stays inside',
    ),
  ),
}

const cacheRefusal = v.variant('reason', [
  v.object({ reason: v.literal('no-native'), detail: bounded }),
  v.object({ reason: v.literal('refused'), refusal }),
  v.object({
    reason: v.picklist([
      'no-cachestat',
      'other-file',
      'not-regular',
      'may-hang',
      'unknown-mount',
      'overlay',
      'stacked',
      'not-yours',
      'too-many',
    ]),
  }),
])

const answer = v.variant('kind', [
  v.object({ ...place, kind: v.literal('file'), entry: v.nullable(bounded), read }),
  v.object({ ...place, kind: v.literal('list'), names: v.array(bounded) }),
  v.object({ ...place, kind: v.literal('link'), target: v.pipe(bounded, v.base64()) }),
  v.object({
    ...place,
    kind: v.literal('facts'),
    inode: decimal,
    links: decimal,
    size: decimal,
    allocated: decimal,
    device: count,
  }),
  v.object({
    ...place,
    kind: v.literal('cache'),
    links: v.nullable(decimal),
    pages: v.nullable(v.object({ cached: count, dirty: count, writeback: count })),
    why: v.nullable(cacheRefusal),
  }),
  v.object({ ...place, kind: v.literal('space'), type: v.number(), size: count, used: count }),
  v.object({ ...place, kind: v.literal('words'), entry: bounded, read }),
  v.object({ ...place, kind: v.literal('directory') }),
  v.object({
    ...place,
    kind: v.literal('refused'),
    question: v.picklist(['file', 'list', 'link', 'facts', 'space', 'cache', 'words', 'directory']),
    refusal,
    read: v.nullable(read),
  }),
])

/** The manifest as it is written. */
export const manifestSchema = v.object({
  format: v.literal(CAPTURE_FORMAT),
  tool: v.object({ name: bounded, version: bounded }),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  kernel: bounded,
  targets: v.array(v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), startTime: count, comm: bounded })),
  asRoot: v.boolean(),
  redacted: v.boolean(),
  answers: v.pipe(v.array(answer), v.maxLength(CAPTURE_LIMITS.entries)),
})

export type CaptureManifest = v.InferOutput<typeof manifestSchema>
