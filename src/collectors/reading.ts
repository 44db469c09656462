import type { Read } from '../model/provenance.ts'
import type { FileTree, OpenFile } from '../sources/file-tree.ts'

/** Reads and parses a file; `null` when it could not be read, which the ledger has noted with the reason. */
export function readParsed<Value>(tree: FileTree, file: string, parse: (bytes: Buffer) => Value): Value | null {
  const read = tree.read(file)
  return read.ok ? parse(read.value) : null
}

/** The target of a link as a binary string; `null` when it could not be read. */
export function readLinkText(tree: FileTree, file: string): string | null {
  const read = tree.link(file)
  return read.ok ? read.value.toString('latin1') : null
}

/** Opens a file for reads at chosen places; `missing` where the tree has no such files. */
export function openFile(tree: FileTree, file: string): Read<OpenFile> {
  return tree.open?.(file) ?? { ok: false, refusal: { reason: 'missing', errno: '', path: tree.pathOf(file) } }
}
