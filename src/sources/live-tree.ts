import { closeSync, constants, openSync, readdirSync, readlinkSync, readSync, statfsSync, statSync } from 'node:fs'
import type { FileFacts, FileSystemSpace } from '../model/file-facts.ts'
import { packStatDevice } from '../model/mapping-table.ts'
import type { PageCacheRead } from '../model/page-cache.ts'
import type { PageScanOrder, PageScanRead } from '../model/page-scan.ts'
import type { Read, Refusal, RefusalReason } from '../model/provenance.ts'
import { monotonicMs } from './clock.ts'
import type { ChunkConsumer, FileTree, OpenFile } from './file-tree.ts'
import type { Entry, Ledger } from './ledger.ts'
import { cacheQuestion, type FileCheck, readPageCache } from './page-cache.ts'
import { pageQuestion, scanOutcome, scanPages } from './page-scan.ts'

const DEFAULT_LIMIT = 1024 * 1024
/**
 * The kernel gives at most about 4 KiB of maps or smaps per read whatever it is offered, so a larger buffer saves no
 * system call; this one holds the longest record (a 4 KiB name, escaped) several times over.
 */
const CHUNK_BYTES = 64 * 1024
/** Room that must be free before a further read is worth its system call. */
const LEAST_ROOM = 8 * 1024

/**
 * Files of a process that one read gives whole when there is room for them, so that no second read need find their end
 * (fs/proc/base.c ONE, which are seq_files of one record: fs/seq_file.c seq_read_iter; cmdline: get_mm_cmdline).
 */
const READ_AT_ONCE: ReadonlySet<string> = new Set([
  'cgroup',
  'cmdline',
  'comm',
  'io',
  'limits',
  'oom_score',
  'oom_score_adj',
  'smaps_rollup',
  'stat',
  'statm',
  'status',
])

const scratch = Buffer.allocUnsafe(CHUNK_BYTES)
/**
 * What is left of the block that small files are read into, one behind the other. What was read of it is handed out as
 * it stands and never written again; copying it took a tenth of the time of `ps` on 2,000 processes beside the kernel's.
 */
let slab = Buffer.alloc(0)

/** Files below a directory of this machine. */
export class LiveTree implements FileTree {
  /** Where the kernel is asked; for a pinned tree a path through an open descriptor. */
  readonly #root: string
  readonly #label: string
  readonly #ledger: Ledger

  constructor(root: string, ledger: Ledger, label = root) {
    this.#root = withoutSlash(root)
    this.#label = withoutSlash(label)
    this.#ledger = ledger
  }

  pathOf(file: string): string {
    return below(this.#label, file)
  }

  read(file: string, limit = DEFAULT_LIMIT): Read<Buffer> {
    const parts: Buffer[] = []
    let total = 0
    const atOnce = READ_AT_ONCE.has(file.slice(file.lastIndexOf('/') + 1))
    const outcome = this.#withFile(file, (descriptor, entry) => {
      for (;;) {
        if (slab.length < LEAST_ROOM) slab = Buffer.allocUnsafeSlow(CHUNK_BYTES)
        const count = timedRead(descriptor, slab, 0, entry)
        if (count === 0) return null
        total += count
        if (total > limit) return 'too-long'
        const room = slab.length
        parts.push(slab.subarray(0, count))
        slab = slab.subarray(count)
        if (atOnce && count < room) return null
      }
    })
    return outcome.ok ? { ok: true, value: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts) } : outcome
  }

  scan(file: string, consume: ChunkConsumer): Read<void> {
    return this.#withFile(file, (descriptor, entry) => {
      let have = 0
      let from = monotonicMs()
      for (;;) {
        const count = readSync(descriptor, scratch, have, CHUNK_BYTES - have, null)
        // One question to the clock ends a read and begins the next.
        const now = monotonicMs()
        entry.add(count, now - from)
        from = now
        have += count
        if (count > 0 && CHUNK_BYTES - have >= LEAST_ROOM) continue
        const used = consume(scratch, have, count === 0)
        if (count === 0) return null
        if (used === 0) return 'too-long'
        scratch.copyWithin(0, used, have)
        have -= used
        from = monotonicMs()
      }
    })
  }

  list(directory: string): Read<string[]> {
    return this.#noted(directory, () => readdirSync(below(this.#root, directory)))
  }

  link(file: string): Read<Buffer> {
    return this.#noted(file, () => readlinkSync(below(this.#root, file), { encoding: 'buffer' }))
  }

  facts(file: string): Read<FileFacts> {
    return this.#noted(file, () => {
      const { ino, nlink, size, blocks, dev } = statSync(below(this.#root, file), { bigint: true })
      return { inode: ino, links: nlink, size, allocated: blocks * STAT_BLOCK, device: packStatDevice(dev) }
    })
  }

  space(path: string): Read<FileSystemSpace> {
    return this.#noted(path, () => {
      const { type, bsize, blocks, bfree } = statfsSync(below(this.#root, path))
      return { type, size: blocks * bsize, used: (blocks - bfree) * bsize }
    })
  }

  open(file: string): Read<OpenFile> {
    const path = this.pathOf(file)
    const entry = this.#ledger.begin(path)
    try {
      const descriptor = openSync(below(this.#root, file), constants.O_RDONLY | constants.O_NONBLOCK)
      return { ok: true, value: new LiveFile(descriptor, entry, path) }
    } catch (error) {
      const refusal = refusalOf(error, path)
      entry.close(refusal)
      return { ok: false, refusal }
    }
  }

  scanPages(file: string, order: PageScanOrder): PageScanRead {
    // Before the clock starts, as for `pageCache`.
    const ask = pageQuestion()
    if (typeof ask !== 'function') return { ok: false, why: ask }
    let scanned: ReturnType<typeof scanPages> | null = null
    const read = this.#withFile(file, (descriptor, entry) => {
      scanned = scanPages(descriptor, ask, order, entry)
      return Buffer.isBuffer(scanned) ? null : scanned === 'too-many' ? 'too-long' : 'failed'
    })
    return scanOutcome(scanned, read, this.pathOf(file))
  }

  pageCache(file: string, check: FileCheck): PageCacheRead {
    const path = this.pathOf(file)
    // Before the clock starts: loading what it asks with takes longer than all the questions.
    const ask = cacheQuestion(path)
    const entry = this.#ledger.begin(`cachestat ${path}`)
    const bytes = Buffer.concat([Buffer.from(`${this.#root}/`), Buffer.from(file, 'latin1')])
    const read = readPageCache(bytes, check, ask, (error) => ({ reason: 'refused', refusal: refusalOf(error, path) }))
    entry.close(!read.ok && read.why.reason === 'refused' ? read.why.refusal : null)
    return read
  }

  pin(directory: string): Read<FileTree & Disposable> {
    return this.#noted(directory, () => {
      const flags = constants.O_RDONLY | constants.O_DIRECTORY
      const descriptor = openSync(below(this.#root, directory), flags)
      return new PinnedTree(descriptor, this.#ledger, this.pathOf(directory))
    })
  }

  /** Opens, times, closes and accounts for one file; `body` returns a reason when it gives up by itself. */
  #withFile(file: string, body: (descriptor: number, entry: Entry) => RefusalReason | null): Read<void> {
    const path = this.pathOf(file)
    const entry = this.#ledger.begin(path)
    let refused: Refusal | null = null
    try {
      const descriptor = openSync(below(this.#root, file), constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        const reason = body(descriptor, entry)
        if (reason !== null) refused = { reason, errno: '', path }
      } finally {
        closeSync(descriptor)
      }
    } catch (error) {
      refused = refusalOf(error, path)
    }
    entry.close(refused)
    return refused === null ? { ok: true, value: undefined } : { ok: false, refusal: refused }
  }

  #noted<Value>(file: string, body: () => Value): Read<Value> {
    try {
      return { ok: true, value: body() }
    } catch (error) {
      return { ok: false, refusal: refusalOf(error, this.pathOf(file)) }
    }
  }
}

/** A file held open; what is refused at one place need not be at another. */
class LiveFile implements OpenFile {
  readonly #descriptor: number
  readonly #entry: Entry
  readonly #path: string

  constructor(descriptor: number, entry: Entry, path: string) {
    this.#descriptor = descriptor
    this.#entry = entry
    this.#path = path
  }

  readAt(position: number, into: Uint8Array): Read<number> {
    let have = 0
    try {
      while (have < into.length) {
        const from = monotonicMs()
        const count = readSync(this.#descriptor, into, have, into.length - have, position + have)
        this.#entry.add(count, monotonicMs() - from)
        if (count === 0) break
        have += count
      }
      return { ok: true, value: have }
    } catch (error) {
      return { ok: false, refusal: refusalOf(error, this.#path) }
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
    this.#entry.close(null)
  }
}

/**
 * A directory held open: `/proc/PID` seen through its descriptor answers ESRCH once the process is gone, and never
 * becomes another process that got the same PID (Documentation/filesystems/proc.rst).
 */
class PinnedTree extends LiveTree implements Disposable {
  readonly #descriptor: number

  constructor(descriptor: number, ledger: Ledger, label: string) {
    super(`/proc/self/fd/${descriptor}`, ledger, label)
    this.#descriptor = descriptor
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}

/** `st_blocks` counts in these, whatever the file system's own blocks are: stat(2). */
const STAT_BLOCK = 512n

/** `path.join` would normalise what needs it not, at some per cent of the time of reading a small file. */
function below(root: string, file: string): string {
  return file === '.' && root !== '' ? root : `${root}/${file}`
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.replace(/\/+$/, '') : path
}

function timedRead(descriptor: number, into: Buffer, at: number, entry: Entry): number {
  const from = monotonicMs()
  const count = readSync(descriptor, into, at, into.length - at, null)
  entry.add(count, monotonicMs() - from)
  return count
}

const REASONS: Readonly<Record<string, RefusalReason>> = {
  ENOENT: 'gone',
  ESRCH: 'gone',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOTDIR: 'missing',
  ELOOP: 'missing',
}

/** Turns a failed system call into data; anything else is a bug and passes on. */
function refusalOf(error: unknown, path: string): Refusal {
  const errno = (error as NodeJS.ErrnoException | null)?.code
  if (errno === undefined || (error as NodeJS.ErrnoException).syscall === undefined) throw error
  return { reason: REASONS[errno] ?? 'failed', errno, path }
}
