import type { Read } from '../model/provenance.ts'
import type { FileTree } from '../sources/file-tree.ts'

const LINE_FEED = 10
/** The gate page's line: printed with every process, part of none. */
const GATE = Buffer.from('ffffffffff600000-')

/** Counts the mappings of a process that count against `vm.max_map_count`, without parsing them. */
export function countLines(process: FileTree, file: string): Read<number> {
  let count = 0
  const read = process.scan(file, (bytes, length, final) => {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, from)
      if (end < 0 || end >= length) break
      if (bytes.compare(GATE, 0, GATE.length, from, from + GATE.length) !== 0) count++
      from = end + 1
    }
    return final ? length : from
  })
  return read.ok ? { ok: true, value: count } : read
}
