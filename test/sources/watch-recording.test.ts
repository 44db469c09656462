import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { FailureError } from '../../src/model/failure.ts'
import type { WatchSample } from '../../src/model/watch.ts'
import { RecordingFile } from '../../src/sources/recording-file.ts'
import { RECORDING_LIMITS, RECORDING_START, type RecordKind } from '../../src/sources/recording-format.ts'
import { recordBytes } from '../../src/sources/recording-records.ts'
import { RecordingWriter } from '../../src/sources/recording-writer.ts'
import { limit, SUBJECT, watchSample } from '../helpers/watch-samples.ts'

const work = mkdtempSync(join(tmpdir(), 'mmapctl-recording-'))
afterAll(() => rmSync(work, { recursive: true }))

const HEAD = {
  tool: { name: 'mmapctl', version: '1.2.3' },
  startedAt: '2026-11-21T10:00:00.000Z',
  kernel: '6.18.0',
  interval: 1,
}
const SAMPLES: readonly WatchSample[] = [
  watchSample(0, {
    limits: [limit('cgroup-max', 100, 1000, '/a\u00ff'), limit('rlimit-as', Number.NaN, Number.POSITIVE_INFINITY)],
    subject: { ...SUBJECT, comm: 'b\u00e9\u001b', command: 'x\u0000y' },
  }),
  watchSample(1, { reads: [{ read: 'smaps', costMs: Number.NaN, pace: Number.NaN, refused: 'needs ptrace access' }] }),
  watchSample(2.5, { limits: [limit('max-map-count', 40, Number.NaN)] }),
  watchSample(3, { tier: 'smaps', subject: { ...SUBJECT, comm: 'another' } }),
]

let files = 0
function fresh(): string {
  files++
  return join(work, `${files}.mmaprec`)
}

function written(samples: readonly WatchSample[] = SAMPLES, limitBytes = RECORDING_LIMITS.file): string {
  const path = fresh()
  const writer = new RecordingWriter(path, HEAD, limitBytes)
  for (const sample of samples) writer.add(sample, sample.tier === 'smaps' ? Buffer.from('a capture') : null)
  writer.close()
  return path
}

function opened(path: string): { samples: readonly WatchSample[]; rest: string | null } | string {
  try {
    using file = new RecordingFile(path)
    return { samples: file.moments.map(({ sample }) => sample), rest: file.rest }
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === 'bad-recording') return error.failure.what
    throw error
  }
}

function forged(...records: readonly Buffer[]): string {
  const path = fresh()
  writeFileSync(path, Buffer.concat([Buffer.from(RECORDING_START), ...records]))
  return path
}

const record = (kind: 'H' | 'S', value: unknown): Buffer => recordBytes(kind, deflateSync(JSON.stringify(value)))
const head = record('H', HEAD)
const sample = (at: number, parts: object = {}): Buffer =>
  record('S', { ...watchSample(at), ...(at === 0 ? {} : { subject: null }), ...parts })

/** A record with a byte of its body changed. */
function flipped(record: Buffer): Buffer {
  const bytes = Buffer.from(record)
  bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 0xff
  return bytes
}

describe('a recording', () => {
  test('gives back what was put in, unknown and unlimited figures and odd names too', () => {
    const path = written()
    expect(opened(path)).toEqual({ samples: SAMPLES, rest: null })
    using file = new RecordingFile(path)
    expect(file.head).toEqual(HEAD)
    expect(file.moments.map(({ capture }) => capture === null)).toEqual([true, true, true, false])
    const place = file.moments[3]?.capture
    expect(place && file.packed(place).toString()).toBe('a capture')
  })

  test('is for its owner’s eyes alone', () => {
    expect(statSync(written()).mode & 0o777).toBe(0o600)
  })

  test('is never written over', () => {
    const path = written()
    const before = readFileSync(path)
    expect(() => new RecordingWriter(path, HEAD, 1e6)).toThrow('EEXIST')
    expect(readFileSync(path)).toEqual(before)
  })

  test('cut off at any byte is good up to its last whole record', () => {
    const whole = readFileSync(written())
    const path = fresh()
    let most = 0
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length))
      const outcome = opened(path)
      if (typeof outcome === 'string') {
        expect(most).toBe(0)
        continue
      }
      const { samples, rest } = outcome
      expect(samples).toEqual(SAMPLES.slice(0, samples.length))
      expect(samples.length).toBeGreaterThanOrEqual(most)
      most = samples.length
      if (length === whole.length) expect(rest).toBeNull()
    }
    expect(most).toBe(SAMPLES.length)
  })

  test('with any byte changed never shows anything else than was recorded', () => {
    const whole = readFileSync(written())
    const path = fresh()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Buffer.from(whole)
        broken[at] = (broken[at] as number) ^ change
        writeFileSync(path, broken)
        const outcome = opened(path)
        if (typeof outcome !== 'string') expect(outcome.samples).toEqual(SAMPLES.slice(0, outcome.samples.length))
      }),
    )
  })

  test('grows no larger than it may, and all of it is good', () => {
    const many = Array.from({ length: 50 }, (_, at) => watchSample(at))
    const path = written(many, 2000)
    expect(statSync(path).size).toBeLessThanOrEqual(2000)
    const outcome = opened(path)
    expect(typeof outcome !== 'string' && outcome.rest).toBeNull()
    expect(typeof outcome !== 'string' && outcome.samples.length).toBeGreaterThan(2)
  })

  test('says when it has ended for good', () => {
    const path = fresh()
    const writer = new RecordingWriter(path, HEAD, 700)
    expect(writer.end).toBeNull()
    for (let at = 0; at < 20; at++) writer.add(watchSample(at), null)
    writer.close()
    expect(writer.end).toEqual({ reason: 'full' })
  })
})

describe('what is no recording, or a hostile one, is refused in a few words', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('%PDF-1.7\n')],
    ['a later form', Buffer.from('mmapctl recording 2\n')],
  ])('%s', (_, bytes) => {
    const path = fresh()
    writeFileSync(path, bytes)
    expect(opened(path)).toBe('it does not begin as one')
  })

  test.each([
    ['no head', [sample(0)], 'it does not begin with a head that can be read'],
    ['a head alone', [head], 'it holds no sample'],
    ['a sample before it is known whose', [head, sample(0, { subject: null })], 'its samples are not in order'],
    ['a figure that is no number', [head, sample(0, { figures: { rss: 'much' } })], 'a record is not as it should be'],
    ['a negative figure', [head, sample(0, { figures: { rss: -1 } })], 'a record is not as it should be'],
    ['a capture before any sample', [head, recordBytes('C', Buffer.from('x'))], 'a record is not as it should be'],
    ['a bomb', [head, recordBytes('S', deflateSync(Buffer.alloc(50e6)))], 'a record is not as it should be'],
    ['no JSON', [head, recordBytes('S', deflateSync('{'))], 'a record is not as it should be'],
  ])('%s', (_, records, why) => {
    expect(opened(forged(...records))).toBe(why)
  })

  test.each([
    ['time that runs back', sample(0.5), sample(0.4, { subject: null }), 'its samples are not in order'],
    ['another process', sample(1), sample(2, { subject: { ...SUBJECT, pid: 43 } }), 'it is of several processes'],
    [
      'a PID that came again',
      sample(1),
      sample(2, { subject: { ...SUBJECT, startTime: 5 } }),
      'it is of several processes',
    ],
    ['a length beyond any', sample(1), Buffer.from('S 99999999 00000000\nx\n'), 'a record is larger than any'],
    [
      'a capture whose bytes changed',
      sample(1),
      flipped(recordBytes('C', Buffer.alloc(64))),
      'a capture in it is damaged',
    ],
    ['no header', sample(1), Buffer.alloc(64, 'x'), 'it is damaged'],
  ])('%s ends it there', (_, good, bad, why) => {
    const outcome = opened(forged(head, sample(0), good, bad))
    expect(outcome).toMatchObject({ rest: why })
    expect(typeof outcome !== 'string' && outcome.samples).toHaveLength(2)
  })

  test('figures and records that a later version adds are passed over', () => {
    const later = recordBytes('Z' as RecordKind, Buffer.from('?'))
    const figures = { ...watchSample(1).figures, later: 1 }
    const outcome = opened(forged(head, sample(0), later, sample(1, { figures, also: true })))
    expect(outcome).toMatchObject({ samples: [watchSample(0), watchSample(1)], rest: null })
  })

  test('more records than there may be are left out', () => {
    const path = written(Array.from({ length: 10 }, (_, at) => watchSample(at)))
    using file = new RecordingFile(path, { ...RECORDING_LIMITS, records: 4 })
    expect(file).toMatchObject({ moments: { length: 3 }, rest: 'it has more records than any recording' })
  })

  test('a file larger than any, and what is no file', () => {
    const path = written()
    expect(() => new RecordingFile(path, { ...RECORDING_LIMITS, file: 100 })).toThrow('bad-recording')
    expect(() => new RecordingFile('/dev/zero')).toThrow('bad-recording')
    expect(() => new RecordingFile(work)).toThrow('bad-recording')
    expect(() => new RecordingFile(join(work, 'none'))).toThrow('unreadable')
  })
})
