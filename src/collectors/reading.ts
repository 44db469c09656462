import type { FileTree } from '../sources/file-tree.ts'

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
