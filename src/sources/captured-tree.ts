import { posix } from 'node:path'
import { answerKey, type CaptureArea, type Captured, type CaptureQuestion } from '../model/capture.ts'
import type { FileFacts, FileSystemSpace } from '../model/file-facts.ts'
import type { PageCacheRead } from '../model/page-cache.ts'
import type { PageScanRead } from '../model/page-scan.ts'
import type { Read, Refusal } from '../model/provenance.ts'
import type { ChunkConsumer, FileTree, OpenFile } from './file-tree.ts'
import type { Ledger } from './ledger.ts'
import { openCaptured } from './recorded-file.ts'

/** As long as the chunks of a live file, so that both are parsed alike. */
const CHUNK_BYTES = 64 * 1024

/** The name under which the regions of a pagemap are kept: there is no such file, and a pagemap itself is another thing. */
export function scanName(pagemap: string): string {
  return `${pagemap}.regions`
}

/** Files as they were when a capture was made. What it does not hold is refused as `missing`. */
export class CapturedTree implements FileTree {
  readonly #answers: ReadonlyMap<string, Captured>
  readonly #ledger: Ledger
  readonly #area: CaptureArea
  readonly #base: string
  readonly #label: string

  constructor(
    answers: ReadonlyMap<string, Captured>,
    ledger: Ledger,
    area: CaptureArea,
    { base = '', label }: { readonly base?: string; readonly label: string },
  ) {
    this.#answers = answers
    this.#ledger = ledger
    this.#area = area
    this.#base = base
    this.#label = label
  }

  pathOf(file: string): string {
    return posix.join(this.#label, file)
  }

  /** Whether the capture knows the answer to a question, a refusal included. */
  holds(question: CaptureQuestion, path: string): boolean {
    return this.#answers.has(this.#key(question, path))
  }

  read(file: string): Read<Buffer> {
    const answer = this.#answer('file', file)
    if (answer?.kind === 'file') {
      this.#ledger.note(answer.read)
      return { ok: true, value: answer.bytes }
    }
    if (answer?.kind === 'refused' && answer.read !== null) this.#ledger.note(answer.read)
    return this.#refused(answer, file)
  }

  scan(file: string, consume: ChunkConsumer): Read<void> {
    const read = this.read(file)
    if (!read.ok) return read
    const bytes = read.value
    let from = 0
    for (let to = 0; ; ) {
      const final = to === bytes.length
      to = Math.min(bytes.length, to + CHUNK_BYTES)
      const window = bytes.subarray(from, to)
      const used = consume(window, window.length, final)
      from += used
      if (final) return { ok: true, value: undefined }
    }
  }

  list(directory: string): Read<string[]> {
    const answer = this.#answer('list', directory)
    return answer?.kind === 'list' ? { ok: true, value: [...answer.names] } : this.#refused(answer, directory)
  }

  link(file: string): Read<Buffer> {
    const answer = this.#answer('link', file)
    return answer?.kind === 'link' ? { ok: true, value: answer.target } : this.#refused(answer, file)
  }

  facts(file: string): Read<FileFacts> {
    const answer = this.#answer('facts', file)
    return answer?.kind === 'facts' ? { ok: true, value: answer.facts } : this.#refused(answer, file)
  }

  space(path: string): Read<FileSystemSpace> {
    const answer = this.#answer('space', path)
    return answer?.kind === 'space' ? { ok: true, value: answer.space } : this.#refused(answer, path)
  }

  open(file: string): Read<OpenFile> {
    const refusal: Refusal = { reason: 'not-captured', errno: '', path: this.pathOf(file) }
    return openCaptured(this.#answer('words', file), this.#ledger, refusal)
  }

  scanPages(file: string): PageScanRead {
    const read = this.read(scanName(file))
    return read.ok ? read : { ok: false, why: { reason: 'refused', refusal: read.refusal } }
  }

  pageCache(file: string): PageCacheRead {
    const answer = this.#answer('cache', file)
    if (answer?.kind === 'cache') return answer.cache
    return { ok: false, why: { reason: 'refused', ...this.#refused(answer, file) }, links: null }
  }

  pin(directory: string): Read<FileTree & Disposable> {
    const answer = this.#answer('directory', directory)
    if (answer?.kind !== 'directory') return this.#refused(answer, directory)
    const base = posix.join(this.#base, directory)
    const tree = new CapturedTree(this.#answers, this.#ledger, this.#area, { base, label: this.pathOf(directory) })
    return { ok: true, value: Object.assign(tree, { [Symbol.dispose]: () => undefined }) }
  }

  #answer(question: CaptureQuestion, path: string): Captured | undefined {
    return this.#answers.get(this.#key(question, path))
  }

  #key(question: CaptureQuestion, path: string): string {
    return answerKey(question, this.#area, posix.join(this.#base, path))
  }

  #refused(answer: Captured | undefined, path: string): { readonly ok: false; readonly refusal: Refusal } {
    const refusal: Refusal =
      answer?.kind === 'refused' ? answer.refusal : { reason: 'not-captured', errno: '', path: this.pathOf(path) }
    return { ok: false, refusal }
  }
}
