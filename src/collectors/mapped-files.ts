import { kernelRange } from '../model/address.ts'
import type { FileFacts } from '../model/file-facts.ts'
import { fileKey } from '../model/file-key.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import type { FileTree } from '../sources/file-tree.ts'

/** What is known of a mapped file. */
export interface MappedFile {
  readonly facts: FileFacts
  /** Asked through the mapping itself, so surely of that file; else by its name, with the same inode. */
  readonly proof: 'mapping' | 'name'
}

/** Facts of mapped files by device and inode, as `fileKey` of the model makes them; a file that could not be asked is not there. */
export type MappedFiles = ReadonlyMap<string, MappedFile>

/** More distinct files than this are asked about the first ones only. */
const MOST = 4096

/**
 * Asks what each mapped file is like now. `map_files` answers for the mapping itself (root only); else the file of the
 * printed name counts when it has the same inode. Never opens a file: `stat` alone.
 */
export function collectMappedFiles(process: FileTree, table: MappingTable): MappedFiles {
  const files = new Map<string, MappedFile>()
  const asked = new Set<string>()
  for (let row = 0; row < table.length && asked.size < MOST; row++) {
    const key = table.hasInode(row) ? fileKey(table, row) : ''
    if (key === '' || asked.has(key)) continue
    asked.add(key)
    const file = byMapping(process, table, row) ?? byName(process, table, row)
    if (file !== null) files.set(key, file)
  }
  return files
}

function byMapping(process: FileTree, table: MappingTable, row: number): MappedFile | null {
  const range = kernelRange(table.start[row] as number, table.end[row] as number)
  const facts = process.facts(`map_files/${range}`)
  return facts.ok ? { facts: facts.value, proof: 'mapping' } : null
}

function byName(process: FileTree, table: MappingTable, row: number): MappedFile | null {
  const name = table.nameOf(row)
  if (!name.startsWith('/')) return null
  const facts = process.facts(`root${Buffer.from(name, 'latin1').toString('utf8')}`)
  const same = facts.ok && String(facts.value.inode) === table.inodeText(row)
  return same ? { facts: facts.value, proof: 'name' } : null
}
