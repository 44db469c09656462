import { MappingTable } from '../model/mapping-table.ts'
import { MapsParser } from '../parsers/maps.ts'
import { type MountEntry, parseMountinfo } from '../parsers/mountinfo.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { type OpenFiles, readOpenFiles } from './open-files.ts'
import { type ProcessScan, type ScanAnswer, scanProcesses } from './process-scan.ts'
import { listPids } from './processes.ts'
import { readLinkText, readParsed } from './reading.ts'

/** Decides by its mappings alone, no page walked, whether a process is worth a closer look. */
export type ScanFilter = (table: MappingTable, mounts: readonly MountEntry[]) => boolean

/** What the scan found of a process. */
export interface ScanVerdict {
  /** Whether it passed the filter. */
  readonly passed: boolean
  /** What it has open for writing; nothing where that was not asked for. */
  readonly open: OpenFiles
}

/** What to look at. */
export interface ScanOptions {
  readonly filter: ScanFilter
  readonly openFiles: boolean
  /** The mounts that we see. */
  readonly mounts: readonly MountEntry[]
  readonly onProgress?: ((done: number) => void) | undefined
}

const NOTHING_OPEN: OpenFiles = { files: [], refusal: null }

/**
 * Finds the processes worth a closer look among all but our own. Of each only maps and the files that it has open are
 * read, which costs it next to nothing, where smaps would walk its pages.
 */
export function scanForDirty(trees: Trees, options: ScanOptions): ProcessScan<ScanVerdict> {
  const pids = listPids(trees).filter((pid) => !(trees.own && pid === process.pid))
  const mountsOf = mountCache()
  const known = new Set<string>()
  let refused: OpenFiles | null = options.openFiles ? null : NOTHING_OPEN
  const read = (tree: FileTree): ScanAnswer<ScanVerdict> => {
    const table = new MappingTable()
    const parser = new MapsParser(table)
    const maps = tree.scan('maps', (bytes, length, final) => parser.write(bytes, length, final))
    if (!maps.ok) return maps.refusal.reason === 'denied' ? 'denied' : 'vanished'
    const mounts = { own: options.mounts, theirs: mountsOf(tree) }
    const open = refused ?? readOpenFiles(trees, tree, mounts, known)
    // What cannot be asked about one file cannot be asked about the next.
    if (open.refusal !== null) refused = { files: [], refusal: open.refusal }
    for (const { key } of open.files) known.add(key)
    return { passed: options.filter(table, [...mounts.own, ...mounts.theirs]), open }
  }
  return scanProcesses(trees, pids, read, options.onProgress)
}

/** Mounts by mount namespace: most processes share one, and its list can be long. */
function mountCache(): (tree: FileTree) => readonly MountEntry[] {
  const known = new Map<string, readonly MountEntry[]>()
  return (tree) => {
    const namespace = readLinkText(tree, 'ns/mnt') ?? ''
    const cached = namespace === '' ? undefined : known.get(namespace)
    if (cached !== undefined) return cached
    const mounts = readParsed(tree, 'mountinfo', parseMountinfo) ?? []
    known.set(namespace, mounts)
    return mounts
  }
}
