import type { MappingTable } from '../model/mapping-table.ts'
import { EXEC, READ, WRITE } from '../model/perms.ts'
import { atLeast } from '../parsers/kernel-version.ts'
import { isGuardRegion } from '../parsers/pagemap.ts'
import { parseStackPointer } from '../parsers/syscall.ts'
import { halvesOf, WORD_BYTES } from '../parsers/words.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { HostFacts } from './host.ts'
import { openFile } from './reading.ts'

/** A thread whose stack has writable memory directly below it. */
export interface UnguardedStack {
  readonly tid: number
  readonly stackPointer: number
  /** The mapping that it is in. */
  readonly row: number
}

/** Where the threads of a process have their stacks. */
export interface ThreadStacks {
  /** Threads that told their stack pointer: those that wait. */
  readonly told: number
  readonly unguarded: readonly UnguardedStack[]
  /** Threads that may have a guard that this kernel has and does not show (6.13 and 6.14), or a capture does not hold. */
  readonly unsure: number
}

/** More threads than this are asked the first ones only. */
const MOST_THREADS = 1024
/** So much is searched for a guard below a stack pointer; stacks are not larger. */
const MOST_SEARCHED = 64 * 2 ** 20

/**
 * Asks every waiting thread for its stack pointer, and looks for what stops it from running into its neighbour: a
 * mapping without access, a hole, or a guard region (MADV_GUARD_INSTALL, which glibc 2.42 uses). `null` where the
 * stack pointers may not be seen.
 */
export function collectThreadStacks(tree: FileTree, table: MappingTable, host: HostFacts): ThreadStacks | null {
  const tids = tree.list('task')
  if (!tids.ok) return null
  const found: UnguardedStack[] = []
  let denied = false
  for (const tid of tids.value.slice(0, MOST_THREADS)) {
    const read = tree.read(`task/${tid}/syscall`)
    if (!read.ok) denied ||= read.refusal.reason !== 'gone'
    const stackPointer = read.ok ? parseStackPointer(read.value) : null
    if (stackPointer === null) continue
    const row = rowOf(table, stackPointer)
    if (row !== null) found.push({ tid: Number(tid), stackPointer, row })
  }
  if (denied && found.length === 0) return null
  const stacks = found.sort((a, b) => a.stackPointer - b.stackPointer)
  const bare = stacks.filter((stack, index) => !isFenced(table, stack, stacks[index - 1]))
  const regions = bare.map((stack) => guardRegion(tree, table, stack, stacks[stacks.indexOf(stack) - 1], host))
  return {
    told: stacks.length,
    unguarded: bare.filter((_, index) => regions[index] === false),
    unsure: regions.filter((region) => region === null).length,
  }
}

/** The kernel keeps a gap below what grows down, so that the main thread needs no guard. */
function isFenced(table: MappingTable, { row }: UnguardedStack, lower: UnguardedStack | undefined): boolean {
  if (table.nameOf(row) === '[stack]' || table.flagsOf(row)?.includes('gd') === true) return true
  if (lower?.row === row) return false
  const below = row - 1
  if (below < 0 || table.end[below] !== table.start[row]) return true
  return ((table.perms[below] as number) & (READ | WRITE | EXEC)) === 0
}

function guardRegion(
  tree: FileTree,
  table: MappingTable,
  { row, stackPointer }: UnguardedStack,
  lower: UnguardedStack | undefined,
  { kernel, pageSize }: HostFacts,
): boolean | null {
  if (!atLeast(kernel, 6, 13)) return false
  if (!atLeast(kernel, 6, 15)) return null
  const pagemap = openFile(tree, 'pagemap')
  if (!pagemap.ok) return null
  using map = pagemap.value
  const bottom = lower?.row === row ? lower.stackPointer : (table.start[row] as number)
  const from = Math.floor(Math.max(bottom, stackPointer - MOST_SEARCHED) / pageSize)
  const words = Buffer.alloc((Math.ceil(stackPointer / pageSize) - from) * WORD_BYTES)
  const read = map.readAt(from * WORD_BYTES, words)
  if (!read.ok) return null
  const halves = halvesOf(words)
  for (let index = 0; index < read.value / WORD_BYTES; index++) if (isGuardRegion(halves, index)) return true
  return false
}

function rowOf(table: MappingTable, address: number): number | null {
  let [low, high] = [0, table.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    if (address < (table.start[middle] as number)) high = middle - 1
    else if (address >= (table.end[middle] as number)) low = middle + 1
    else return middle
  }
  return null
}
