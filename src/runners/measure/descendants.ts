import { readdirSync } from 'node:fs'
import { readStat } from '../proc-counters.ts'
import { readProc } from './proc-files.ts'

/** Children of a process, those of all its threads. */
export function childrenOf(pid: number): readonly number[] {
  const found: number[] = []
  for (const thread of threadsOf(pid)) {
    const text = readProc(`/proc/${pid}/task/${thread}/children`)
    // Without CONFIG_PROC_CHILDREN there is no such file.
    if (text === null) return thread === String(pid) ? childrenByParent(pid) : found
    for (const child of text.split(' ')) if (child !== '') found.push(Number(child))
  }
  return found
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** The same by asking every process for its parent. */
function childrenByParent(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .filter((each) => readStat(each)?.ppid === pid)
}
