import { posix } from 'node:path'
import { answerKey, type CaptureArea, type Captured, type CaptureQuestion } from '../model/capture.ts'
import { FailureError } from '../model/failure.ts'
import type { FileFacts, FileSystemSpace } from '../model/file-facts.ts'
import type { PageCacheRead } from '../model/page-cache.ts'
import type { PageScanOrder, PageScanRead } from '../model/page-scan.ts'
import type { Read, Refusal, SourceRead } from '../model/provenance.ts'
import { type CapturedTree, scanName } from './captured-tree.ts'
import type { ChunkConsumer, FileTree, OpenFile } from './file-tree.ts'
import type { Ledger } from './ledger.ts'
import type { FileCheck } from './page-cache.ts'
import { flagsOfPages, RecordedFile } from './recorded-file.ts'
import type { WordRuns } from './word-runs.ts'

/**
 * What has been read, as it was answered. A capture is made by asking the questions of every report through recording
 * trees, so it holds what the reports read, whatever that is.
 */
export class Recording {
  readonly answers = new Map<string, Captured>()
  readonly #limit: number
  #bytes = 0

  /** @param limit Bytes that may be kept. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Files of words that are being read, by key; `settle` makes answers of them. */
  readonly #words = new Map<string, { readonly runs: WordRuns[]; readonly read: SourceRead }>()

  /** Takes what was read of a file of words while it was open. */
  takeWords(key: string, runs: WordRuns, read: SourceRead): void {
    const earlier = this.#words.get(key)
    if (earlier === undefined) this.#words.set(key, { runs: [runs], read })
    else earlier.runs.push(runs)
  }

  /** Makes answers of the files of words: of the flags of page frames, those of the pages that were read. */
  settle(): void {
    const pagemaps = [...this.#words].flatMap(([key, { runs }]) => (key === FLAGS_KEY ? [] : runs))
    for (const [key, { runs, read }] of this.#words) {
      const [first] = runs
      const kept = key === FLAGS_KEY ? flagsOfPages(runs, pagemaps) : first
      const tooLong = { reason: 'too-long', errno: '', path: read.path } as const
      if (kept === null) this.keep(key, { kind: 'refused', refusal: tooLong, read })
      else if (kept !== undefined) this.keep(key, { kind: 'words', runs: kept.toText(), read })
    }
    this.#words.clear()
  }

  /**
   * Keeps an answer. A later one to the same question replaces it, as the last pass over a file counts; but a refusal
   * replaces nothing: the process has ended since.
   */
  keep(key: string, answer: Captured): void {
    if (answer.kind === 'refused' && this.answers.has(key)) return
    this.#bytes += sizeOf(answer) - sizeOf(this.answers.get(key))
    if (this.#bytes > this.#limit) throw new FailureError({ code: 'capture-too-large', limit: this.#limit })
    this.answers.set(key, answer)
  }
}

/** Files of words that are worth keeping. */
const WORDS = /(?:^|\/)(?:pagemap|kpageflags)$/
const FLAGS_KEY = answerKey('words', 'proc', 'kpageflags')

function sizeOf(answer: Captured | undefined): number {
  return answer?.kind === 'file' ? answer.bytes.length : answer?.kind === 'words' ? answer.runs.length : 0
}

/** Asks another tree, and keeps what it answers. Of files of words what was read of them. */
export class RecordingTree implements FileTree {
  readonly #inner: FileTree
  readonly #recording: Recording
  readonly #ledger: Ledger
  readonly #area: CaptureArea
  readonly #base: string

  constructor(inner: FileTree, recording: Recording, ledger: Ledger, area: CaptureArea, base = '') {
    this.#inner = inner
    this.#recording = recording
    this.#ledger = ledger
    this.#area = area
    this.#base = base
  }

  pathOf(file: string): string {
    return this.#inner.pathOf(file)
  }

  read(file: string, limit?: number): Read<Buffer> {
    const read = this.#inner.read(file, limit)
    const account = this.#ledger.last()
    this.#keep('file', file, read, (bytes) => ({ kind: 'file', bytes, read: account as SourceRead }), account)
    return read
  }

  scan(file: string, consume: ChunkConsumer): Read<void> {
    const parts: Buffer[] = []
    let carried = 0
    const outcome = this.#inner.scan(file, (bytes, length, final) => {
      parts.push(Buffer.from(bytes.subarray(carried, length)))
      const used = consume(bytes, length, final)
      carried = length - used
      return used
    })
    const account = this.#ledger.last()
    this.#keep(
      'file',
      file,
      outcome,
      () => ({ kind: 'file', bytes: Buffer.concat(parts), read: account as SourceRead }),
      account,
    )
    return outcome
  }

  list(directory: string): Read<string[]> {
    const read = this.#inner.list(directory)
    this.#keep('list', directory, read, (names) => ({ kind: 'list', names }))
    return read
  }

  link(file: string): Read<Buffer> {
    const read = this.#inner.link(file)
    this.#keep('link', file, read, (target) => ({ kind: 'link', target }))
    return read
  }

  facts(file: string): Read<FileFacts> {
    const read = this.#inner.facts(file)
    this.#keep('facts', file, read, (facts) => ({ kind: 'facts', facts }))
    return read
  }

  space(path: string): Read<FileSystemSpace> {
    const read = this.#inner.space(path)
    this.#keep('space', path, read, (space) => ({ kind: 'space', space }))
    return read
  }

  open(file: string): Read<OpenFile> {
    const opened = openFile(this.#inner, file)
    if (!WORDS.test(file)) return opened
    const key = answerKey('words', this.#area, posix.join(this.#base, file))
    if (!opened.ok) {
      this.#recording.keep(key, { kind: 'refused', refusal: opened.refusal, read: null })
      return opened
    }
    const closed = (runs: WordRuns | null): void => {
      const read = this.#ledger.last()
      if (read === null) return
      const refusal = { reason: 'too-long', errno: '', path: this.pathOf(file) } as const
      if (runs === null) this.#recording.keep(key, { kind: 'refused', refusal, read })
      else this.#recording.takeWords(key, runs, read)
    }
    return { ok: true, value: new RecordedFile(opened.value, closed) }
  }

  scanPages(file: string, order: PageScanOrder): PageScanRead {
    const read = scanOf(this.#inner, file, order)
    const account = this.#ledger.last()
    if (read.ok && account !== null) {
      const key = answerKey('file', this.#area, posix.join(this.#base, scanName(file)))
      this.#recording.keep(key, { kind: 'file', bytes: read.value, read: account })
    }
    return read
  }

  pageCache(file: string, check: FileCheck): PageCacheRead {
    const cache = this.#inner.pageCache(file, check)
    this.#recording.keep(answerKey('cache', this.#area, posix.join(this.#base, file)), { kind: 'cache', cache })
    return cache
  }

  pin(directory: string): Read<FileTree & Disposable> {
    const pinned = this.#inner.pin(directory)
    this.#keep('directory', directory, pinned, () => ({ kind: 'directory' }))
    if (!pinned.ok) return pinned
    const base = posix.join(this.#base, directory)
    const tree = new RecordingTree(pinned.value, this.#recording, this.#ledger, this.#area, base)
    return { ok: true, value: Object.assign(tree, { [Symbol.dispose]: () => pinned.value[Symbol.dispose]() }) }
  }

  #keep<Value>(
    question: CaptureQuestion,
    path: string,
    read: Read<Value>,
    captured: (value: Value) => Captured,
    account: SourceRead | null = null,
  ): void {
    const key = answerKey(question, this.#area, posix.join(this.#base, path))
    this.#recording.keep(
      key,
      read.ok ? captured(read.value) : { kind: 'refused', refusal: read.refusal, read: account },
    )
  }
}

/**
 * Answers from a recording what it holds, and asks for the rest: what one report has read of a process is not read
 * again for the next, which would hold the process up once more.
 */
export class RememberingTree implements FileTree {
  readonly #known: CapturedTree
  readonly #asked: FileTree

  constructor(known: CapturedTree, asked: FileTree) {
    this.#known = known
    this.#asked = asked
  }

  pathOf(file: string): string {
    return this.#asked.pathOf(file)
  }

  read(file: string, limit?: number): Read<Buffer> {
    return this.#for('file', file).read(file, limit)
  }

  scan(file: string, consume: ChunkConsumer): Read<void> {
    return this.#for('file', file).scan(file, consume)
  }

  list(directory: string): Read<string[]> {
    return this.#for('list', directory).list(directory)
  }

  link(file: string): Read<Buffer> {
    return this.#for('link', file).link(file)
  }

  facts(file: string): Read<FileFacts> {
    return this.#for('facts', file).facts(file)
  }

  space(path: string): Read<FileSystemSpace> {
    return this.#for('space', path).space(path)
  }

  open(file: string): Read<OpenFile> {
    return openFile(this.#for('words', file), file)
  }

  scanPages(file: string, order: PageScanOrder): PageScanRead {
    return scanOf(this.#for('file', scanName(file)), file, order)
  }

  pageCache(file: string, check: FileCheck): PageCacheRead {
    return this.#for('cache', file).pageCache(file, check)
  }

  pin(directory: string): Read<FileTree & Disposable> {
    const known = this.#known.pin(directory)
    const asked = this.#asked.pin(directory)
    if (!known.ok || !asked.ok) return known.ok ? known : asked
    const tree = new RememberingTree(known.value as CapturedTree & Disposable, asked.value)
    return { ok: true, value: Object.assign(tree, { [Symbol.dispose]: () => asked.value[Symbol.dispose]() }) }
  }

  #for(question: CaptureQuestion, path: string): FileTree {
    return this.#known.holds(question, path) ? this.#known : this.#asked
  }
}

function scanOf(tree: FileTree, file: string, order: PageScanOrder): PageScanRead {
  const missing: Refusal = { reason: 'missing', errno: '', path: tree.pathOf(file) }
  return tree.scanPages?.(file, order) ?? { ok: false, why: { reason: 'refused', refusal: missing } }
}

function openFile(tree: FileTree, file: string): Read<OpenFile> {
  return tree.open?.(file) ?? { ok: false, refusal: { reason: 'missing', errno: '', path: tree.pathOf(file) } }
}
