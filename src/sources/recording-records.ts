import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FailureError } from '../model/failure.ts'
import { RECORD_KINDS, RECORDING_START, type RecordingLimits, type RecordKind } from './recording-format.ts'

/** Where a record is in its file. */
export interface RecordPlace {
  readonly kind: RecordKind
  /** Of its body. */
  readonly offset: number
  readonly length: number
  readonly checksum: number
}

/** The records of a file as far as they are whole, and why no further. */
export interface RecordIndex {
  readonly places: readonly RecordPlace[]
  /** What is wrong with the rest of the file; `null` when there is none. */
  readonly rest: string | null
}

/**
 * `S 00001234 89abcdef`: kind and length of the body, and a CRC-32 of these and the body, which follows in the next line
 * and ends with a line feed.
 */
const HEADER = /^([A-Z]) (\d{8}) ([0-9a-f]{8})\n$/
const HEADER_BYTES = 20

/** A record as it is appended, in one write. */
export function recordBytes(kind: RecordKind, body: Buffer): Buffer {
  const length = String(body.length).padStart(8, '0')
  const checksum = checksumOf(kind, body).toString(16).padStart(8, '0')
  return Buffer.concat([Buffer.from(`${kind} ${length} ${checksum}\n`), body, Buffer.from('\n')])
}

function checksumOf(kind: string, body: Buffer): number {
  return crc32(body, crc32(`${kind} ${body.length}`))
}

/** A file of records, which may come from anybody and may have been cut off at any byte. */
export class RecordFile implements Disposable {
  readonly path: string
  readonly #descriptor: number
  readonly #size: number

  /** Opens it; throws `bad-recording` for what is none, or `unreadable`. */
  constructor(path: string, limits: RecordingLimits) {
    this.path = path
    try {
      this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      throw unreadable(error, path)
    }
    const facts = fstatSync(this.#descriptor)
    this.#size = facts.size
    const why = !facts.isFile()
      ? 'it is no regular file'
      : facts.size > limits.file
        ? 'it is larger than any recording'
        : this.#bytes(0, RECORDING_START.length)?.toString('latin1') === RECORDING_START
          ? null
          : 'it does not begin as one'
    if (why !== null) {
      this[Symbol.dispose]()
      throw new FailureError({ code: 'bad-recording', path, what: why })
    }
  }

  /** Finds the records. Bodies are not looked at, so that it costs a small read for each. */
  index(limits: RecordingLimits): RecordIndex {
    const places: RecordPlace[] = []
    const ends = (rest: string | null): RecordIndex => ({ places, rest })
    for (let offset = RECORDING_START.length; offset < this.#size; ) {
      if (places.length === limits.records) return ends('it has more records than any recording')
      const header = this.#bytes(offset, HEADER_BYTES)
      if (header === null) return ends(CUT_OFF)
      const [, letter = '', length, checksum] = HEADER.exec(header.toString('latin1')) ?? []
      if (length === undefined || checksum === undefined) return ends(DAMAGED)
      const bytes = Number(length)
      if (bytes > (letter === 'C' ? limits.capture : limits.text)) return ends('a record is larger than any')
      const end = offset + HEADER_BYTES + bytes + 1
      if (end > this.#size) return ends(CUT_OFF)
      const place = { offset: offset + HEADER_BYTES, length: bytes, checksum: Number.parseInt(checksum, 16) }
      const kind = RECORD_KINDS.find((each) => each === letter)
      if (kind !== undefined) places.push({ kind, ...place })
      // What a later version may add is passed over.
      else if (this.#checked(letter, place) === null) return ends(DAMAGED)
      offset = end
    }
    return ends(null)
  }

  /** The body of a record; `null` when it is not what was written. */
  body(place: RecordPlace): Buffer | null {
    return this.#checked(place.kind, place)
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  #checked(kind: string, { offset, length, checksum }: Omit<RecordPlace, 'kind'>): Buffer | null {
    const bytes = this.#bytes(offset, length)
    return bytes !== null && checksumOf(kind, bytes) === checksum ? bytes : null
  }

  /** So many bytes from a place; `null` when the file ends before. */
  #bytes(offset: number, length: number): Buffer | null {
    const bytes = Buffer.alloc(length)
    try {
      for (let have = 0; have < length; ) {
        const count = readSync(this.#descriptor, bytes, have, length - have, offset + have)
        if (count === 0) return null
        have += count
      }
      return bytes
    } catch (error) {
      throw unreadable(error, this.path)
    }
  }
}

/** Why what follows is left out: whoever recorded was killed meanwhile, or the file is broken. */
const CUT_OFF = 'its last record is not whole'
const DAMAGED = 'it is damaged'

function unreadable(error: unknown, path: string): FailureError {
  const errno = (error as NodeJS.ErrnoException).code
  if (errno === undefined) throw error
  return new FailureError({ code: 'unreadable', refusal: { reason: 'failed', errno, path } })
}
