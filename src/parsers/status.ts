import { type Field, fieldsOf, kilobytes, lines, type Picked, pick, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'status'

/**
 * Kernel names of the sizes in bytes: fs/proc/task_mmu.c task_mem. None of them is printed for a process without an
 * address space (kernel thread, zombie, a group whose leader has exited).
 */
const SIZES = {
  vmPeak: 'VmPeak',
  /** Address space, reservations and device mappings included: not a measure of memory in use. */
  vmSize: 'VmSize',
  /** Size of the locked mappings, resident or not. */
  vmLck: 'VmLck',
  /** Pages pinned for long: io_uring buffers, RDMA, VFIO. */
  vmPin: 'VmPin',
  /** Peak of VmRSS. */
  vmHwm: 'VmHWM',
  /** RssAnon + RssFile + RssShmem, without hugetlb; slightly imprecise before Linux 6.16. */
  vmRss: 'VmRSS',
  /** Linux 4.5. */
  rssAnon: 'RssAnon',
  /** Linux 4.5. */
  rssFile: 'RssFile',
  /** Linux 4.5. */
  rssShmem: 'RssShmem',
  vmData: 'VmData',
  vmStk: 'VmStk',
  /** Text of the main program. */
  vmExe: 'VmExe',
  /** Executable and not writable memory outside of the main program. Old kernels let it wrap below 0: unknown then. */
  vmLib: 'VmLib',
  /** Page tables; those of all levels since Linux 4.15. */
  vmPte: 'VmPTE',
  /** Second-level page tables, Linux 4.0 to 4.14. */
  vmPmd: 'VmPMD',
  /** Anonymous memory only; swapped shared memory is not in it. */
  vmSwap: 'VmSwap',
  /** Linux 4.4; outside of VmRSS. */
  hugetlbPages: 'HugetlbPages',
} as const

/** The four ids of a credential line. */
export interface CredentialIds {
  readonly real: number
  readonly effective: number
  readonly saved: number
  readonly fs: number
}

/** `/proc/PID/status` or a thread's: fs/proc/array.c proc_pid_status, proc_pid_status(5). `null` is "not printed". */
export interface ProcStatus extends Picked<typeof SIZES> {
  /** Command name, raw bytes as latin1; the kernel's escapes `\n` and `\\` are undone, so it equals `comm`. */
  readonly name: string
  /** One letter: R S D Z T t X I, and P K W x on old kernels. */
  readonly state: string
  readonly tgid: number
  /** Process id, or thread id in a thread's file. */
  readonly pid: number
  readonly ppid: number
  /** As seen from the reader's user namespace. */
  readonly uid: CredentialIds | null
  readonly gid: CredentialIds | null
  readonly threads: number | null
  /** Recent kernels only (not in 6.1); else see `kernelThread` of `stat`. */
  readonly kthread: boolean | null
  /** Linux 4.15. */
  readonly coreDumping: boolean | null
  /** False after prctl(PR_SET_THP_DISABLE); Linux 5.0. */
  readonly thpEnabled: boolean | null
  /** The pid in each nested pid namespace, outermost first; Linux 4.1. */
  readonly nsPid: readonly number[] | null
  /** Effective capabilities, a bit for each CAP_*. */
  readonly capEff: bigint | null
  /** NUMA nodes it may allocate from, one by one. */
  readonly memsAllowedList: readonly number[] | null
  readonly voluntarySwitches: number | null
  readonly nonvoluntarySwitches: number | null
  /**
   * All other lines by the kernel's name, text as printed without the padding; also a size that is no number of
   * bytes, such as a VmLib that wrapped below 0.
   */
  readonly other: ReadonlyMap<string, string>
}

/** MAX_NUMNODES is 1024 at most; a larger list is not the kernel's. */
const MAX_NODES = 4096

/** Parses `/proc/PID/status`. Name, State, Tgid, Pid and PPid are required, all else is `null` when missing. */
export function parseStatus(bytes: Uint8Array): ProcStatus {
  const fields = new StatusFields(fieldsOf(FILE, lines(FILE, bytes)))
  return {
    name: fields.required('Name', nameOf),
    state: fields.required('State', stateOf),
    tgid: fields.required('Tgid', safeCount),
    pid: fields.required('Pid', safeCount),
    ppid: fields.required('PPid', safeCount),
    uid: fields.optional('Uid', idsOf),
    gid: fields.optional('Gid', idsOf),
    threads: fields.optional('Threads', safeCount),
    kthread: fields.optional('Kthread', switchOf),
    ...pick(SIZES, (key) => fields.size(key)),
    coreDumping: fields.optional('CoreDumping', switchOf),
    thpEnabled: fields.optional('THP_enabled', switchOf),
    nsPid: fields.optional('NSpid', countsOf),
    capEff: fields.optional('CapEff', maskOf),
    memsAllowedList: fields.optional('Mems_allowed_list', nodesOf),
    voluntarySwitches: fields.optional('voluntary_ctxt_switches', safeCount),
    nonvoluntarySwitches: fields.optional('nonvoluntary_ctxt_switches', safeCount),
    other: fields.rest(),
  }
}

/** Hands out fields and remembers which ones nobody asked for. */
class StatusFields {
  readonly #fields: Map<string, Field>

  constructor(fields: Map<string, Field>) {
    this.#fields = fields
  }

  required<Value>(key: string, parse: (text: string) => Value | null): Value {
    const value = this.optional(key, parse)
    if (value === null) throw new ParseError(FILE, 0, `a line "${key}"`)
    return value
  }

  optional<Value>(key: string, parse: (text: string) => Value | null): Value | null {
    const field = this.#fields.get(key)
    if (field === undefined) return null
    const value = parse(textOf(field))
    if (value === null) throw new ParseError(FILE, field.line, `a valid ${key}`, field.value)
    this.#fields.delete(key)
    return value
  }

  /** A wrapped size stays behind for `rest`: see `isWrapped`. */
  size(key: string): number | null {
    const field = this.#fields.get(key)
    return field === undefined || isWrapped(textOf(field)) ? null : this.optional(key, kilobytes)
  }

  rest(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.#fields.values(), (field) => [field.key, textOf(field).trim()]))
  }
}

/** The kernel puts one tab after the colon; what follows may begin with spaces that belong to a name. */
function textOf(field: Field): string {
  return field.value.startsWith('\t') ? field.value.slice(1) : field.value
}

/** Not a size that memory can have, but a negative one printed as unsigned: see vmLib. */
function isWrapped(text: string): boolean {
  const [, digits] = /^\s*([0-9]{16,20}) kB$/.exec(text) ?? []
  return digits !== undefined && BigInt(digits) >= 2n ** 53n && BigInt(digits) < 2n ** 64n
}

function nameOf(text: string): string {
  return text.replace(/\\([n\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : '\\'))
}

function stateOf(text: string): string | null {
  return /^[A-Za-z] \([^)]*\)$/.test(text) ? text.charAt(0) : null
}

function idsOf(text: string): CredentialIds | null {
  const ids = countsOf(text)
  if (ids === null || !isFour(ids)) return null
  const [real, effective, saved, fs] = ids
  return { real, effective, saved, fs }
}

function isFour(ids: readonly number[]): ids is readonly [number, number, number, number] {
  return ids.length === 4
}

function countsOf(text: string): readonly number[] | null {
  const counts = text.split('\t').map(safeCount)
  return counts.every((count) => count !== null) ? counts : null
}

function switchOf(text: string): boolean | null {
  return text === '1' ? true : text === '0' ? false : null
}

function maskOf(text: string): bigint | null {
  return /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : null
}

/** `0-1,4`, the `%*pbl` of lib/vsprintf.c: ascending ranges, or nothing for no node. */
function nodesOf(text: string): readonly number[] | null {
  const nodes: number[] = []
  for (const range of text === '' ? [] : text.split(',')) {
    const [, first = '', last = first] = /^([0-9]{1,4})(?:-([0-9]{1,4}))?$/.exec(range) ?? []
    const from = Number(first)
    const to = Number(last)
    if (first === '' || to < from || to >= MAX_NODES || from <= (nodes.at(-1) ?? -1)) return null
    for (let node = from; node <= to; node++) nodes.push(node)
  }
  return nodes
}
