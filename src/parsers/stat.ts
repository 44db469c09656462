import type { Address } from '../model/address.ts'
import { exactInteger, latin1 } from './lines.ts'
import { ParseError } from './parse-error.ts'

/**
 * `/proc/PID/stat` or `/proc/PID/task/TID/stat`: fs/proc/array.c do_task_stat, proc_pid_stat(5).
 *
 * `null` is "unknown": the kernel is too old for the field, or hides it (see `addressAccess`).
 */
export interface ProcStat {
  /** Process id, or thread id in a thread's file. */
  readonly pid: number
  /** Command name, raw bytes as latin1; up to 15 bytes, up to 63 for kernel threads. It may hold `)` and line feeds. */
  readonly comm: string
  /** One letter: R S D Z T t X I, and P K W x on old kernels. */
  readonly state: string
  readonly ppid: number
  readonly pgrp: number
  readonly session: number
  /** Controlling terminal as the kernel packs it; 0 for none. */
  readonly ttyNr: number
  /** Foreground process group of the terminal; −1 for none. */
  readonly tpgid: number
  /** PF_* bits of include/linux/sched.h. */
  readonly flags: number
  /** PF_KTHREAD (0x00200000) of `flags`. */
  readonly kernelThread: boolean
  /** Minor faults; a process's file counts its live and dead threads. */
  readonly minflt: number
  /** Minor faults of waited-for children. */
  readonly cminflt: number
  /** Major faults; a process's file counts its live and dead threads. */
  readonly majflt: number
  /** Major faults of waited-for children. */
  readonly cmajflt: number
  /** User time in ticks (AT_CLKTCK a second). */
  readonly utime: number
  /** System time in ticks. */
  readonly stime: number
  /** User time of waited-for children in ticks. */
  readonly cutime: number
  /** System time of waited-for children in ticks. */
  readonly cstime: number
  readonly priority: number
  readonly nice: number
  readonly numThreads: number
  /** Start in ticks since boot, suspended time included; with the pid it names one process for the life of the host. */
  readonly startTime: number
  /** Address space in bytes, 0 without an address space (kernel thread, zombie). */
  readonly vsize: number
  /** Resident pages of the base page size. Imprecise: per-CPU remainders are not summed. */
  readonly rssPages: number
  /** RLIMIT_RSS in bytes, which the kernel enforces nowhere. A 32-bit kernel says 4294967295 for "unlimited". */
  readonly rssLimit: bigint | 'unlimited' | null
  /**
   * Whether the kernel shows the addresses below: `hidden` without ptrace read access to the process, `none` when it
   * has no address space (kernel thread, zombie) or the file ends before them.
   */
  readonly addressAccess: 'shown' | 'hidden' | 'none'
  readonly startCode: Address | null
  readonly endCode: Address | null
  /** Bottom of the main stack. */
  readonly startStack: Address | null
  /** −1 for a thread that is not a group leader, else a signal number. */
  readonly exitSignal: number | null
  /** CPU it last ran on. */
  readonly processor: number | null
  readonly rtPriority: number | null
  /** SCHED_* of include/uapi/linux/sched.h. */
  readonly policy: number | null
  /** Delay of block I/O in ticks; stays 0 when delay accounting is off. */
  readonly blkioDelay: number | null
  /** Guest time in ticks. */
  readonly guestTime: number | null
  /** Guest time of waited-for children in ticks. */
  readonly cguestTime: number | null
  readonly startData: Address | null
  readonly endData: Address | null
  /** Where the heap begins, also when it is empty and no `[heap]` line exists. */
  readonly startBrk: Address | null
  readonly argStart: Address | null
  readonly argEnd: Address | null
  readonly envStart: Address | null
  readonly envEnd: Address | null
  /** In the form that waitpid(2) reports. */
  readonly exitCode: number | null
  /** Fields after the 52nd, which no known kernel prints, as text. */
  readonly other: readonly string[]
}

const FILE = 'stat'
const PF_KTHREAD = 0x0020_0000
const UNLIMITED = 2n ** 64n - 1n
/** The kernel's number of the first field after `(comm)`. */
const FIRST = 3
const LAST_REQUIRED = 24
const LAST_KNOWN = 52

/**
 * Parses `/proc/PID/stat`.
 *
 * comm is printed raw and may hold spaces, parentheses and line feeds: it reaches from the first ` (` to the last `)`
 * of the whole file. Fields up to rss are required, the rest is `null` when an old kernel or an emulation lacks it.
 */
export function parseStat(bytes: Uint8Array): ProcStat {
  const text = latin1(bytes)
  const open = text.indexOf(' (')
  const close = text.lastIndexOf(')')
  if (open === -1 || close < open + 2) throw new ParseError(FILE, 1, 'the command name in parentheses', text)
  if (!text.endsWith('\n')) throw new ParseError(FILE, 1, 'a line feed at the end of the line', text.slice(close))
  if (text[close + 1] !== ' ') throw new ParseError(FILE, 1, 'a space after the command name', text.slice(close))
  const fields = new StatFields(text.slice(close + 2, -1).split(' '))
  const flags = fields.count(9)
  return {
    pid: required(exactInteger(text.slice(0, open)), 1, text.slice(0, open)),
    comm: text.slice(open + 2, close),
    state: fields.state(),
    ppid: fields.integer(4),
    pgrp: fields.integer(5),
    session: fields.integer(6),
    ttyNr: fields.integer(7),
    tpgid: fields.integer(8),
    flags,
    // `&` works on 32 bits, which is what the kernel prints here.
    kernelThread: (flags & PF_KTHREAD) !== 0,
    minflt: fields.count(10),
    cminflt: fields.count(11),
    majflt: fields.count(12),
    cmajflt: fields.count(13),
    utime: fields.count(14),
    stime: fields.count(15),
    cutime: fields.count(16),
    cstime: fields.count(17),
    priority: fields.integer(18),
    nice: fields.integer(19),
    numThreads: fields.count(20),
    startTime: fields.count(22),
    vsize: fields.count(23),
    rssPages: fields.count(LAST_REQUIRED),
    rssLimit: fields.limit(25),
    ...addresses(fields),
    exitSignal: fields.optional(38),
    processor: fields.optional(39),
    rtPriority: fields.optional(40),
    policy: fields.optional(41),
    blkioDelay: fields.optional(42),
    guestTime: fields.optional(43),
    cguestTime: fields.optional(44),
    other: fields.after(LAST_KNOWN),
  }
}

type AddressName =
  | 'addressAccess'
  | 'startCode'
  | 'endCode'
  | 'startStack'
  | 'startData'
  | 'endData'
  | 'startBrk'
  | 'argStart'
  | 'argEnd'
  | 'envStart'
  | 'envEnd'
  | 'exitCode'

/** The fields that depend on ptrace access; startcode is 1 when they are hidden, 0 without an address space. */
function addresses(fields: StatFields): Pick<ProcStat, AddressName> {
  const startCode = fields.optional(26)
  const shown = startCode !== null && startCode > 1
  const address = (field: number): Address | null => (shown ? fields.address(field) : null)
  const exitCode = fields.optional(52)
  return {
    addressAccess: shown ? 'shown' : startCode === 1 ? 'hidden' : 'none',
    startCode: address(26),
    endCode: address(27),
    startStack: address(28),
    startData: address(45),
    endData: address(46),
    startBrk: address(47),
    argStart: address(48),
    argEnd: address(49),
    envStart: address(50),
    envEnd: address(51),
    // A hidden exit code reads 0, so only another value, or one beside visible addresses, is a statement.
    exitCode: shown || exitCode !== 0 ? exitCode : null,
  }
}

/** The fields after `(comm)`, asked for by the numbers of proc_pid_stat(5). */
class StatFields {
  readonly #texts: readonly string[]

  constructor(texts: readonly string[]) {
    this.#texts = texts
  }

  state(): string {
    const text = this.#texts[0] ?? ''
    if (!/^[A-Za-z]$/.test(text)) throw new ParseError(FILE, 1, 'a state letter as field 3', text)
    return text
  }

  /** A field that every kernel prints and that may be negative. */
  integer(field: number): number {
    return required(this.optional(field), field, this.#text(field) ?? 'the end of the file')
  }

  /** A field that every kernel prints and that is never negative. */
  count(field: number): number {
    const value = this.integer(field)
    if (value < 0) throw new ParseError(FILE, 1, `no negative number as field ${field}`, this.#text(field))
    return value
  }

  optional(field: number): number | null {
    const text = this.#text(field)
    return text === undefined ? null : required(exactInteger(text), field, text)
  }

  /** 0 stands for "not known to the kernel": no address is 0. */
  address(field: number): Address | null {
    const text = this.#text(field)
    return text === undefined || text === '0' ? null : this.count(field)
  }

  limit(field: number): bigint | 'unlimited' | null {
    const text = this.#text(field)
    if (text === undefined) return null
    if (!/^[0-9]{1,20}$/.test(text)) throw new ParseError(FILE, 1, `an integer as field ${field}`, text)
    const limit = BigInt(text)
    return limit === UNLIMITED ? 'unlimited' : limit
  }

  after(field: number): readonly string[] {
    return this.#texts.slice(field + 1 - FIRST)
  }

  #text(field: number): string | undefined {
    return this.#texts[field - FIRST]
  }
}

function required(value: number | null, field: number, found: string): number {
  if (value === null) throw new ParseError(FILE, 1, `an integer as field ${field}`, found)
  return value
}
