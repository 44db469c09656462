import type { MappingTable } from '../../model/mapping-table.ts'
import { EXEC, READ, WRITE } from '../../model/perms.ts'
import type { ClassifyContext } from './context.ts'

const GIB = 2 ** 30
const MIB = 2 ** 20
/** kMaximalCodeRangeSize of V8 on x86-64: without and with compressed pointers. */
const V8_RANGES = [128 * MIB, 512 * MIB]
/** glibc's HEAP_MAX_SIZE on 64-bit (malloc/arena.c): each arena heap is so large and so aligned. */
const GLIBC_HEAP = 64 * MIB
/** Compressed object pointers reach 32 GiB (HotSpot), and nothing else of a position-independent process lies there. */
const COMPRESSED_OOPS_END = 32 * GIB
/** Where the Go runtime asks for its arenas on 64-bit (runtime/malloc.go). */
const GO_ARENAS = 0xc000000000
const GO_ARENAS_END = GO_ARENAS + 2 ** 40

const ARENA = 'glibc malloc arena'
const ARENA_RESERVE = 'glibc malloc arena, unused'
const JVM_HEAP = 'JVM heap'
const JVM_CODE = 'JVM code cache'
const V8_HEAP = 'V8 heap'
const V8_CODE = 'V8 code'
const V8_RANGE = 'V8 code range'
const V8_RESERVE = 'V8 reservation'
const GO_HEAP = 'Go heap'

const EVIDENCE: Readonly<Record<string, string>> = {
  [ARENA]: 'a 64 MiB aligned heap of glibc malloc',
  [ARENA_RESERVE]: 'the rest of a 64 MiB aligned heap of glibc malloc',
  [JVM_HEAP]: 'below 32 GiB in a process with libjvm.so (compressed oops)',
  [JVM_CODE]: 'executable memory in a process with libjvm.so',
  [V8_HEAP]: 'VmFlags dc nr in a program built on V8',
  [V8_CODE]: 'VmFlags dc nr, executable, in a program built on V8',
  [V8_RANGE]: 'writable and executable, 128 or 512 MiB, in a program built on V8',
  [V8_RESERVE]: 'VmFlags dc nr, no access, in a program built on V8',
  [GO_HEAP]: 'at 0xc000000000, where the Go runtime asks for its arenas',
}

/** Recognises areas of language runtimes by marks that nothing else leaves. */
export class Runtimes {
  readonly #table: MappingTable
  readonly #jvm: boolean
  readonly #v8: boolean
  readonly #glibc: boolean

  constructor(table: MappingTable, context: ClassifyContext) {
    this.#table = table
    this.#jvm = hasName(table, /\/libjvm\.so(?: \(deleted\))?$/)
    this.#v8 = hasName(table, /\/lib(?:node|v8)[^/]*\.so/) || isV8Program(context.exe)
    this.#glibc = hasName(table, /\/libc(?:\.so\.6|-2\.\d+\.so)(?: \(deleted\))?$/)
  }

  /** What a nameless row is to the runtime in the process, or `null`. */
  label(row: number, flags: readonly string[] | null): string | null {
    const perms = (this.#table.perms[row] as number) & (READ | WRITE | EXEC)
    return (
      this.#v8Label(row, perms, flags) ??
      this.#jvmLabel(row, perms) ??
      this.#goLabel(row) ??
      this.#arena(row, perms, flags)
    )
  }

  /** What executable memory without a file of its own is to the runtime in the process, whatever pool its pages are of. */
  codeLabel(row: number): string | null {
    return this.#jvm && (this.#table.perms[row] as number) & EXEC ? JVM_CODE : null
  }

  /**
   * What a row that the kernel calls `[heap]` is to the runtime in the process: it calls so whatever overlaps the range
   * of brk (include/linux/mm.h vma_is_initial_heap), and what brk gives is never of such a size and executable.
   */
  heapLabel(row: number): string | null {
    return this.#v8 && this.#isCodeRange(row, this.#table.perms[row] as number) ? V8_RANGE : null
  }

  /** Why a label was given. */
  evidence(label: string): string {
    return EVIDENCE[label] as string
  }

  #v8Label(row: number, perms: number, flags: readonly string[] | null): string | null {
    if (this.#v8 && this.#isCodeRange(row, perms)) return V8_RANGE
    if (!(this.#v8 && flags?.includes('dc') && flags.includes('nr'))) return null
    if (perms === 0) return V8_RESERVE
    return perms & EXEC ? V8_CODE : V8_HEAP
  }

  /** V8 in Chromium sets no `dc`: it has one range for all its code, of a size that nothing else has. */
  #isCodeRange(row: number, perms: number): boolean {
    const size = (this.#table.end[row] as number) - (this.#table.start[row] as number)
    return (perms & (WRITE | EXEC)) === (WRITE | EXEC) && V8_RANGES.includes(size)
  }

  #jvmLabel(row: number, perms: number): string | null {
    if (!this.#jvm) return null
    if (perms & EXEC) return JVM_CODE
    return (this.#table.end[row] as number) <= COMPRESSED_OOPS_END ? JVM_HEAP : null
  }

  #goLabel(row: number): string | null {
    const start = this.#table.start[row] as number
    return start >= GO_ARENAS && start < GO_ARENAS_END ? GO_HEAP : null
  }

  #arena(row: number, perms: number, flags: readonly string[] | null): string | null {
    if (!this.#glibc || (flags !== null && !flags.includes('nr'))) return null
    if (perms === (READ | WRITE)) return this.#isArenaHead(row) ? ARENA : null
    return perms === 0 && row > 0 && this.#isArenaHead(row - 1) ? ARENA_RESERVE : null
  }

  /** A read-write area from a 64 MiB boundary that it, or it and the inaccessible rest, fills up to the next. */
  #isArenaHead(row: number): boolean {
    const table = this.#table
    const start = table.start[row] as number
    const end = table.end[row] as number
    if (start % GLIBC_HEAP !== 0 || table.name[row] !== 0) return false
    if (((table.perms[row] as number) & (READ | WRITE | EXEC)) !== (READ | WRITE)) return false
    if (end === start + GLIBC_HEAP) return true
    const rest = row + 1
    return (
      rest < table.length &&
      table.name[rest] === 0 &&
      table.start[rest] === end &&
      table.end[rest] === start + GLIBC_HEAP &&
      ((table.perms[rest] as number) & (READ | WRITE | EXEC)) === 0
    )
  }
}

function isV8Program(exe: string | null): boolean {
  return exe !== null && /\/(?:node|nodejs|chrome|chromium|electron|deno|d8)(?: \(deleted\))?$/.test(exe)
}

function hasName(table: MappingTable, pattern: RegExp): boolean {
  for (let id = 1; id < table.names.size; id++) {
    if (pattern.test(table.names.get(id))) return true
  }
  return false
}
