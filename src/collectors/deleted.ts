import { kernelRange } from '../model/address.ts'
import type { MappingTable } from '../model/mapping-table.ts'
import type { FileTree } from '../sources/file-tree.ts'

const SUFFIX = ' (deleted)'
/** A process that maps more unlinked files than this is asked about the first ones only. */
const MOST = 256

/**
 * Tells unlinked files from files that are really called `… (deleted)`: the kernel prints both alike.
 *
 * For each such name its id and whether the file is unlinked. `map_files` decides (no link left, root only); without
 * it, a file of exactly the printed name with the same inode proves the name real. What neither settles is left out.
 */
export function resolveDeleted(tree: FileTree, table: MappingTable): ReadonlyMap<number, boolean> {
  const answers = new Map<number, boolean>()
  const open = markedNames(table)
  for (let row = 0; row < table.length && open.size > 0; row++) {
    const id = table.name[row] as number
    if (!open.delete(id) || !table.hasInode(row)) continue
    const answer = isUnlinked(tree, table, row)
    if (answer !== null) answers.set(id, answer)
  }
  return answers
}

/** Ids of the names in question: few of the names, which are few of the rows. */
function markedNames(table: MappingTable): Set<number> {
  const marked = new Set<number>()
  for (let id = 1; id < table.names.size && marked.size < MOST; id++) {
    if (isMarked(table.names.get(id))) marked.add(id)
  }
  return marked
}

function isMarked(name: string): boolean {
  return name.startsWith('/') && name.endsWith(SUFFIX)
}

function isUnlinked(tree: FileTree, table: MappingTable, row: number): boolean | null {
  const mapped = tree.facts(`map_files/${kernelRange(table.start[row] as number, table.end[row] as number)}`)
  if (mapped.ok && mapped.value.links === 0n) return true
  const name = table.nameOf(row)
  const literal = tree.facts(`root${Buffer.from(name, 'latin1').toString('utf8')}`)
  if (literal.ok && String(literal.value.inode) === table.inodeText(row)) return false
  return mapped.ok ? true : null
}
