import { MappingTable } from '../model/mapping-table.ts'
import { parseIo } from '../parsers/io.ts'
import { MapsParser } from '../parsers/maps.ts'
import { parseStat } from '../parsers/stat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { liveThread } from './live-thread.ts'
import { readParsed } from './reading.ts'

/** What of a process changes while it runs, at one moment. */
export interface MotionSample {
  /** Milliseconds on the clock of `performance.now`. */
  readonly at: number
  /** Ticks since boot: with its PID it names one process. */
  readonly startTime: number
  /** Faults since it started, of all its threads. */
  readonly minorFaults: number
  readonly majorFaults: number
  /** Resident pages. */
  readonly resident: number
  /** Bytes that it made dirty or wrote past the page cache; `null` where `io` may not be read. */
  readonly dirtied: number | null
  /** Bytes that it gave to write(2), wherever they went; `null` likewise. */
  readonly written: number | null
  /** `null` where they may not be read. */
  readonly mappings: MappingTable | null
}

/** Looks at a process; `null` when it is gone. Walks no page. */
export function sampleMotion(trees: Trees, pid: number): MotionSample | null {
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) return null
  using tree = pinned.value
  const stat = readParsed(tree, 'stat', parseStat)
  if (stat === null) return null
  const io = readParsed(tree, 'io', parseIo)
  return {
    at: performance.now(),
    startTime: stat.startTime,
    minorFaults: stat.minflt,
    majorFaults: stat.majflt,
    resident: stat.rssPages,
    dirtied: io?.writeBytes ?? null,
    written: io?.wchar ?? null,
    mappings: readMappings(tree, pid),
  }
}

function readMappings(tree: FileTree, pid: number): MappingTable | null {
  const own = mappingsOf(tree, 'maps')
  if (own === null || own.length > 0) return own
  const thread = liveThread(tree, pid)
  const others = thread === null ? null : mappingsOf(tree, `task/${thread}/maps`)
  return others !== null && others.length > 0 ? others : null
}

function mappingsOf(tree: FileTree, path: string): MappingTable | null {
  const table = new MappingTable()
  const parser = new MapsParser(table)
  const read = tree.scan(path, (bytes, length, final) => parser.write(bytes, length, final))
  return read.ok ? table : null
}
