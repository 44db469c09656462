import { parseStat } from '../parsers/stat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { readParsed } from './reading.ts'

/** The files of a thread group whose leader has exited are empty; any other live thread has them all. */
export function liveThread(tree: FileTree, pid: number): number | null {
  const threads = tree.list('task')
  if (!threads.ok) return null
  for (const name of threads.value) {
    const stat = name === String(pid) ? null : readParsed(tree, `task/${name}/stat`, parseStat)
    if (stat !== null && stat.state !== 'Z' && stat.state !== 'X') return stat.pid
  }
  return null
}
