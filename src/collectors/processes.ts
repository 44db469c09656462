import { type CgroupEntry, parseCgroup } from '../parsers/cgroup.ts'
import { parseCmdline } from '../parsers/cmdline.ts'
import { parseStat } from '../parsers/stat.ts'
import type { Trees } from '../sources/trees.ts'
import { readLinkText, readParsed } from './reading.ts'

/** PIDs of all processes that this reader may see, ascending. Empty when the tree is no procfs. */
export function listPids(trees: Trees): number[] {
  const names = trees.proc.list('.')
  if (!names.ok) return []
  return names.value
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}

/** Name of a process's main thread, a binary string; `null` when the process is gone. */
export function commOf(trees: Trees, pid: number): string | null {
  return readParsed(trees.proc, `${pid}/stat`, parseStat)?.comm ?? null
}

/** Whether a process found by a search is one with memory to show: no kernel thread, no zombie. */
export function hasMemory(trees: Trees, pid: number): boolean {
  const stat = readParsed(trees.proc, `${pid}/stat`, parseStat)
  return stat !== null && !stat.kernelThread && (stat.state !== 'Z' || stat.numThreads > 1)
}

/** Parent of a process; `null` when it is gone. */
export function parentOf(trees: Trees, pid: number): number | null {
  return readParsed(trees.proc, `${pid}/stat`, parseStat)?.ppid ?? null
}

/** Arguments of a process, binary strings; empty for kernel threads, zombies and what is gone. */
export function cmdlineOf(trees: Trees, pid: number): readonly string[] {
  return readParsed(trees.proc, `${pid}/cmdline`, parseCmdline) ?? []
}

/** Base name of the executable; `null` without permission or for kernel threads. */
export function exeName(trees: Trees, pid: number): string | null {
  const exe = readLinkText(trees.proc, `${pid}/exe`)
  return exe === null ? null : exe.slice(exe.lastIndexOf('/') + 1).replace(/ \(deleted\)$/, '')
}

/** cgroup memberships of a process; empty when it is gone. */
export function cgroupsOf(trees: Trees, pid: number): readonly CgroupEntry[] {
  return readParsed(trees.proc, `${pid}/cgroup`, parseCgroup) ?? []
}
