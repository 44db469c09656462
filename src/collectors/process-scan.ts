import { type ProcStat, parseStat } from '../parsers/stat.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** A process and what was asked of it. */
export interface Scanned<Facts> {
  readonly pid: number
  readonly stat: ProcStat
  readonly facts: Facts
}

/** Many processes, read one after the other; those without an answer are counted, not errors. */
export interface ProcessScan<Facts> {
  /** In the order asked for. */
  readonly processes: readonly Scanned<Facts>[]
  /** Processes that did not let themselves be read: ptrace access is needed. */
  readonly denied: readonly { readonly pid: number; readonly stat: ProcStat }[]
  /** Ended between the listing and the reading. */
  readonly vanished: number
  readonly kernelThreads: number
  readonly zombies: number
}

/** What reading one process comes to. */
export type ScanAnswer<Facts> = Facts | 'denied' | 'vanished'

/**
 * Reads processes one after the other. Each is held by its directory, so that no file read of it can be another's that
 * got its PID; `read` gets that directory. Kernel threads and zombies have no memory and are only counted.
 *
 * @param onProgress Told after every process how many are done.
 */
export function scanProcesses<Facts extends object>(
  trees: Trees,
  pids: readonly number[],
  read: (tree: FileTree, stat: ProcStat) => ScanAnswer<Facts>,
  onProgress?: (done: number) => void,
): ProcessScan<Facts> {
  const processes: Scanned<Facts>[] = []
  const denied: { pid: number; stat: ProcStat }[] = []
  const counts = { vanished: 0, kernelThreads: 0, zombies: 0 }
  pids.forEach((pid, index) => {
    const answer = scanOne(trees, pid, read)
    if ('facts' in answer) processes.push({ pid, ...answer })
    else if ('denied' in answer) denied.push({ pid, stat: answer.denied })
    else counts[answer.counted]++
    onProgress?.(index + 1)
  })
  return { processes, denied, ...counts }
}

type Outcome<Facts> =
  | { readonly stat: ProcStat; readonly facts: Facts }
  | { readonly denied: ProcStat }
  | { readonly counted: 'vanished' | 'kernelThreads' | 'zombies' }

function scanOne<Facts extends object>(
  trees: Trees,
  pid: number,
  read: (tree: FileTree, stat: ProcStat) => ScanAnswer<Facts>,
): Outcome<Facts> {
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) return { counted: 'vanished' }
  using tree = pinned.value
  const stat = readParsed(tree, 'stat', parseStat)
  if (stat === null) return { counted: 'vanished' }
  if (stat.kernelThread) return { counted: 'kernelThreads' }
  // A dead leader with living threads still has its memory.
  if (stat.state === 'Z' && stat.numThreads <= 1) return { counted: 'zombies' }
  const facts = read(tree, stat)
  if (facts === 'vanished') return { counted: 'vanished' }
  return facts === 'denied' ? { denied: stat } : { stat, facts }
}
