import type { FileFacts, FileSystemSpace } from '../model/file-facts.ts'
import type { PageCacheRead } from '../model/page-cache.ts'
import type { PageScanOrder, PageScanRead } from '../model/page-scan.ts'
import type { Read } from '../model/provenance.ts'
import type { FileCheck } from './page-cache.ts'

/**
 * Takes a chunk of a long file: `bytes[0, length)`. Returns how many bytes it used; the rest is offered again in front
 * of the next chunk. `final` is set once, when the file has ended. The buffer is reused after the call.
 */
export type ChunkConsumer = (bytes: Buffer, length: number, final: boolean) => number

/** A file held open for reads at chosen places: pagemap, kpageflags, memory, CPUID. Its reads are one entry of the ledger. */
export interface OpenFile extends Disposable {
  /** Fills `into` from a place in the file; returns how many bytes there were, fewer only at the end of the file. */
  readAt(position: number, into: Uint8Array): Read<number>
}

/**
 * A tree of files that reports are made from: the live `/proc`, another host's `/proc` mounted here, `/sys`, one
 * process, or a capture of any of them. Nothing above this interface knows which.
 *
 * Every read is synchronous (an asynchronous read costs a thread-pool round trip for each 4 KiB), bounded, and noted
 * in the ledger that the tree was made with. Failures are values: what a process refuses is data, not a crash.
 */
export interface FileTree {
  /** The path of a file of this tree as a user would type it. */
  pathOf(file: string): string
  /** Reads a whole small file. Fails with `too-long` above `limit` bytes (1 MiB unless told). */
  read(file: string, limit?: number): Read<Buffer>
  /** Reads a file of any length, chunk by chunk, in bounded memory. */
  scan(file: string, consume: ChunkConsumer): Read<void>
  /** Names in a directory, in no order. */
  list(directory: string): Read<string[]>
  /** Target of a symbolic link, in raw bytes. */
  link(file: string): Read<Buffer>
  /** Facts of the file that a path leads to. */
  facts(file: string): Read<FileFacts>
  /** Opens a file for reads at chosen places; absent where no tree has such files, as in captures. */
  open?(file: string): Read<OpenFile>
  /** What of a process's pages is in memory or in swap, without a frame: `file` is its pagemap. Absent as `open` is. */
  scanPages?(file: string, order: PageScanOrder): PageScanRead
  /** How full the file system is that a path leads to. */
  space(path: string): Read<FileSystemSpace>
  /**
   * What the page cache holds of the regular file that a path leads to; `check` sees it before it is opened. The path is
   * a binary string: names of files need not be UTF-8.
   */
  pageCache(file: string, check: FileCheck): PageCacheRead
  /** A tree below this one that stays the same directory even if its name is reused, as PIDs are. */
  pin(directory: string): Read<FileTree & Disposable>
}
