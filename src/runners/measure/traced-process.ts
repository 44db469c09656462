import { statSync } from 'node:fs'
import type { RawProcess } from '../../model/raw-measurement.ts'
import { readStat } from '../proc-counters.ts'
import { countMaps, readProc, readProcLink } from './proc-files.ts'

const SET_USER_ID = 0o4000
const SET_GROUP_ID = 0o2000

/** Whose memory a process has. */
export type Memory =
  | 'own'
  /** That of its parent, until it becomes another program: vfork(2). */
  | 'shared'
  /** Seen before its parent has told how it was made. */
  | 'unknown'

/** One process of the tree while it is traced. */
export class TracedProcess {
  readonly pid: number
  readonly parent: number
  readonly #root: boolean
  /** Threads that have not come to their end. */
  threads: Set<number>
  memory: Memory
  seenAtEnd = false
  /** Its cgroups when it was last looked at, as printed. */
  cgroups: string | null = null
  /** Images that are the gate's and not the program's; only the first process has any. */
  #gateImages: number
  #images: string[] = []
  #comm = ''
  #exe: string | null = null
  #setId = false
  #mappings: number | null = null
  #minor: number | null = null
  #major: number | null = null
  #earlierMinor = 0
  /** Faults before the program was let go. */
  #before = { minor: 0, major: 0 }
  /** What the kernel has kept as the largest RSS, of images that do not count: the gate's, a parent's before vfork. */
  #floor = 0
  #earlierPeak = 0

  constructor(pid: number, parent: number, memory: Memory, gateImages = 0) {
    this.pid = pid
    this.parent = parent
    this.memory = memory
    this.threads = new Set([pid])
    this.#gateImages = gateImages
    this.#root = gateImages > 0
  }

  /** A thread whose files tell of the process. */
  get task(): number {
    if (this.threads.has(this.pid)) return this.pid
    const [first = this.pid] = this.threads
    return first
  }

  get isGate(): boolean {
    return this.#gateImages > 0
  }

  /** It is its parent's copy still, or the copy of a copy: fork(2) without another program after it. */
  get isCopy(): boolean {
    return this.#images.length === 0 && !this.isGate
  }

  /** From here on its faults count. */
  startCounting(): void {
    const stat = readStat(this.pid)
    if (stat !== null) this.#before = { minor: stat.minflt, major: stat.majflt }
  }

  /**
   * It has become another program. The kernel keeps the largest RSS of all images of a process, and gives it to who
   * waits; the image itself is gone when its tracer hears of it.
   */
  becameAnother(maxRss: number): void {
    const counts = !this.isGate && this.memory === 'own'
    if (counts && maxRss > this.#floor) this.#earlierPeak = Math.max(this.#earlierPeak, maxRss)
    if (!counts) this.#floor = Math.max(this.#floor, maxRss)
    this.memory = 'own'
    this.threads = new Set([this.pid])
    if (this.#gateImages > 0) this.#gateImages--
    if (this.isGate) return
    if (this.#images.length > 0) {
      this.#countFaults(this.pid)
      this.#earlierMinor = this.#minor ?? 0
    }
    this.#identify(this.pid)
    this.#images.push(this.#comm)
    this.#setId ||= isSetId(this.pid)
  }

  /** Reads what is left of it at the end of one of its threads. */
  lookAtEnd(task: number): void {
    this.look(task)
    this.#mappings = this.memory === 'shared' ? null : (countMaps(task) ?? this.#mappings)
    this.cgroups = readProc(`/proc/${task}/cgroup`)
    this.seenAtEnd = true
  }

  /** Reads who it is now, and its faults so far. */
  look(task: number): void {
    this.#identify(task)
    this.#countFaults(task)
  }

  #countFaults(task: number): void {
    const stat = readStat(task)
    if (stat === null) return
    this.#minor = Math.max(0, stat.minflt - this.#before.minor)
    this.#major = Math.max(0, stat.majflt - this.#before.major)
  }

  /** What is told of it, with what the watch knows. */
  report(peakRss: number | null, outlived: boolean): RawProcess {
    return {
      pid: this.pid,
      parent: this.parent,
      root: this.#root,
      ofLauncher: false,
      comm: this.#comm,
      exe: this.#exe,
      peakRss,
      earlierPeakRss: this.#earlierPeak,
      seenAtEnd: this.seenAtEnd,
      outlived,
      mappings: this.#mappings,
      minorFaults: this.#minor,
      majorFaults: this.#major,
      earlierMinorFaults: this.#earlierMinor,
      images: this.#images,
      setId: this.#setId,
    }
  }

  #identify(task: number): void {
    this.#comm = (readProc(`/proc/${task}/comm`) ?? this.#comm).replace(/\n$/, '')
    this.#exe = readProcLink(`/proc/${task}/exe`) ?? this.#exe
  }
}

/** Whether its file asks for other rights than its caller's, which a tracer without rights of its own takes away. */
function isSetId(pid: number): boolean {
  try {
    const { mode, uid } = statSync(`/proc/${pid}/exe`)
    return ((mode & SET_USER_ID) !== 0 && uid !== process.geteuid?.()) || (mode & SET_GROUP_ID) !== 0
  } catch {
    return false
  }
}
