import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, constants as zlibConstants } from 'node:zlib'
import { type ParsedTarEntryWithData, packTar, unpackTar } from 'modern-tar'
import * as v from 'valibot'
import {
  answerKey,
  CAPTURE_AREAS,
  type Capture,
  type CaptureArea,
  type Captured,
  type CaptureQuestion,
} from '../model/capture.ts'
import { FailureError } from '../model/failure.ts'
import type { PageCacheRead } from '../model/page-cache.ts'
import {
  CAPTURE_FORMAT,
  CAPTURE_LIMITS,
  type CaptureLimits,
  type CaptureManifest,
  MANIFEST_ENTRY,
  manifestSchema,
} from './capture-format.ts'

type WrittenAnswer = CaptureManifest['answers'][number]

/** The bytes of a capture file: a compressed tar of the files as they were read, and a manifest of all other answers. */
export async function packCapture({ info, answers }: Capture): Promise<Buffer> {
  const files: { header: { name: string; size: number; mtime: Date }; body: Buffer }[] = []
  const mtime = new Date(info.createdAt)
  const written: WrittenAnswer[] = []
  for (const [key, answer] of answers) {
    const { question, area, path } = partsOf(key)
    const place = { area, path }
    if (answer.kind === 'file') {
      const entry = entryName(area, path)
      files.push({ header: { name: entry, size: answer.bytes.length, mtime }, body: answer.bytes })
      written.push({ ...place, kind: 'file', entry, read: answer.read })
    } else if (answer.kind === 'words') {
      const entry = `${entryName(area, path)}.words`
      files.push({ header: { name: entry, size: answer.runs.length, mtime }, body: answer.runs })
      written.push({ ...place, kind: 'words', entry, read: answer.read })
    } else if (answer.kind === 'list') written.push({ ...place, kind: 'list', names: [...answer.names] })
    else if (answer.kind === 'link') written.push({ ...place, kind: 'link', target: answer.target.toString('base64') })
    else if (answer.kind === 'facts') {
      const { inode, links, size, allocated, device } = answer.facts
      const exact = { inode: `${inode}`, links: `${links}`, size: `${size}`, allocated: `${allocated}` }
      written.push({ ...place, kind: 'facts', ...exact, device })
    } else if (answer.kind === 'cache') written.push({ ...place, ...writtenCache(answer.cache) })
    else if (answer.kind === 'space') written.push({ ...place, kind: 'space', ...answer.space })
    else if (answer.kind === 'directory') written.push({ ...place, kind: 'directory' })
    else written.push({ ...place, kind: 'refused', question, refusal: answer.refusal, read: answer.read })
  }
  const manifest: CaptureManifest = { format: CAPTURE_FORMAT, ...info, targets: [...info.targets], answers: written }
  const body = Buffer.from(JSON.stringify(manifest))
  const tar = await packTar([{ header: { name: MANIFEST_ENTRY, size: body.length, mtime }, body }, ...files])
  return gzipSync(tar, { level: zlibConstants.Z_BEST_SPEED })
}

/**
 * Reads a capture file, which may come from anybody: nothing is unpacked to disk, sizes and counts are bounded, and
 * what does not fit together is refused with the reason. Throws `bad-capture`, or `unreadable`.
 */
export async function openCapture(path: string, limits: CaptureLimits = CAPTURE_LIMITS): Promise<Capture> {
  return readCapture(readBounded(path, limits, refuser(path)), path, limits)
}

/** Reads the bytes of a capture file, with the same care. `path` names it in failures. */
export async function readCapture(
  packed: Buffer,
  path: string,
  limits: CaptureLimits = CAPTURE_LIMITS,
): Promise<Capture> {
  const refuse: Refuse = refuser(path)
  const entries = await unpack(unzip(packed, limits, refuse), limits, refuse)
  const [first] = entries.keys()
  const manifestBytes = entries.get(MANIFEST_ENTRY)
  if (first !== MANIFEST_ENTRY || manifestBytes === undefined) return refuse('it does not begin with a manifest')
  const { format: _, answers: written, ...info } = manifestOf(manifestBytes, limits, refuse)
  const answers = new Map<string, Captured>()
  for (const each of written) {
    const question = each.kind === 'refused' ? each.question : each.kind
    const key = answerKey(question, each.area, each.path)
    if (answers.has(key)) refuse(`it answers twice for ${each.area}/${each.path}`)
    answers.set(key, restored(each, entries, refuse))
  }
  return { info, answers }
}

type Refuse = (what: string) => never

function refuser(path: string): Refuse {
  return (what) => {
    throw new FailureError({ code: 'bad-capture', path, what })
  }
}

function readBounded(path: string, limits: CaptureLimits, refuse: Refuse): Buffer {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const facts = fstatSync(descriptor)
      if (!facts.isFile()) return refuse('it is no regular file')
      if (facts.size > limits.packed) return refuse('it is larger than any capture')
      return readFileSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code
    if (error instanceof FailureError || errno === undefined) throw error
    throw new FailureError({ code: 'unreadable', refusal: { reason: 'failed', errno, path } })
  }
}

/** How files begin that gzip has compressed (RFC 1952). */
const GZIP = Buffer.from([0x1f, 0x8b])

function unzip(bytes: Buffer, limits: CaptureLimits, refuse: Refuse): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.unpacked })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return refuse('it unpacks to more than any capture')
    if (bytes.length === 0) return refuse('it is empty')
    if (!bytes.subarray(0, GZIP.length).equals(GZIP)) return refuse('it is not compressed by gzip')
    return refuse(code === 'Z_BUF_ERROR' ? 'its end is missing' : 'it is damaged')
  }
}

async function unpack(tar: Buffer, limits: CaptureLimits, refuse: Refuse): Promise<ReadonlyMap<string, Buffer>> {
  let entries: readonly ParsedTarEntryWithData[]
  try {
    entries = await unpackTar(tar, { strict: true })
  } catch {
    return refuse('what is compressed in it is no whole tar archive')
  }
  if (entries.length > limits.entries) refuse('it has too many entries')
  const files = new Map<string, Buffer>()
  for (const { header, data } of entries) {
    if (header.type !== 'file') refuse('it holds an entry that is no file')
    if (files.has(header.name)) refuse('it holds a file twice')
    const bytes = data ?? new Uint8Array()
    files.set(header.name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
  return files
}

function manifestOf(bytes: Buffer, limits: CaptureLimits, refuse: Refuse): CaptureManifest {
  if (bytes.length > limits.manifest) return refuse('its manifest is too long')
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    return refuse('its manifest is no JSON')
  }
  const format = (json as { readonly format?: unknown } | null)?.format
  if (typeof format === 'number' && format > CAPTURE_FORMAT) return refuse('it was made by a later version of mmapctl')
  const parsed = v.safeParse(manifestSchema, json)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  return refuse(`its manifest is not as it should be: ${v.getDotPath(issue) ?? ''}: ${issue.message}`)
}

function restored(answer: WrittenAnswer, entries: ReadonlyMap<string, Buffer>, refuse: Refuse): Captured {
  switch (answer.kind) {
    case 'file': {
      const bytes = answer.entry === null ? undefined : entries.get(answer.entry)
      if (bytes === undefined) return refuse(`the bytes of ${answer.area}/${answer.path} are missing`)
      return { kind: 'file', bytes, read: answer.read }
    }
    case 'words': {
      const runs = entries.get(answer.entry)
      if (runs === undefined) return refuse(`the words of ${answer.area}/${answer.path} are missing`)
      return { kind: 'words', runs, read: answer.read }
    }
    case 'list':
      return { kind: 'list', names: answer.names }
    case 'link':
      return { kind: 'link', target: Buffer.from(answer.target, 'base64') }
    case 'facts': {
      const { inode, links, size, allocated, device } = answer
      const exact = { inode: BigInt(inode), links: BigInt(links), size: BigInt(size), allocated: BigInt(allocated) }
      return { kind: 'facts', facts: { ...exact, device } }
    }
    case 'cache':
      return { kind: 'cache', cache: restoredCache(answer) }
    case 'space': {
      const { type, size, used } = answer
      return { kind: 'space', space: { type, size, used } }
    }
    case 'directory':
      return { kind: 'directory' }
    case 'refused':
      return { kind: 'refused', refusal: answer.refusal, read: answer.read }
  }
}

function partsOf(key: string): { question: CaptureQuestion; area: CaptureArea; path: string } {
  const colon = key.indexOf(':')
  const slash = key.indexOf('/')
  const area = CAPTURE_AREAS.find((each) => each === key.slice(colon + 1, slash)) ?? 'proc'
  return { question: key.slice(0, colon) as CaptureQuestion, area, path: key.slice(slash + 1) }
}

/** A name that any tar can unpack: odd bytes are spelled `%XX`. */
function entryName(area: CaptureArea, path: string): string {
  return `${area}/${path}`.replace(/[^A-Za-z0-9._/+-]/g, (character) => encodeURIComponent(character))
}

type WrittenCache = Extract<WrittenAnswer, { readonly kind: 'cache' }>

function writtenCache(read: PageCacheRead): Omit<WrittenCache, 'area' | 'path'> {
  const links = read.links === null ? null : `${read.links}`
  return read.ok
    ? { kind: 'cache', links, pages: read.value, why: null }
    : { kind: 'cache', links, pages: null, why: read.why }
}

function restoredCache({ links, pages, why }: WrittenCache): PageCacheRead {
  const exact = links === null ? null : BigInt(links)
  if (pages !== null && exact !== null) return { ok: true, value: pages, links: exact }
  return { ok: false, why: why ?? { reason: 'other-file' }, links: exact }
}
