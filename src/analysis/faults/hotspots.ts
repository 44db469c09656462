import type { Address } from '../../model/address.ts'
import type { Attribution, FaultGrouping } from '../../model/fault-attribution.ts'
import type { FaultSample, TraceEvent, TraceFacts } from '../../model/fault-trace.ts'
import { AddressSpaces } from './address-spaces.ts'
import { CellTable } from './cells.ts'
import { groupCells, kindsOf, leadingSpots } from './grouping.ts'
import { HeldShell } from './held.ts'
import { kindOf } from './kinds.ts'
import { PageHistory } from './page-history.ts'
import { busiestPrograms, programShares } from './programs.ts'
import { type FoldedStacks, foldInto } from './stacks.ts'
import { TimeBuckets } from './time-buckets.ts'

/** What is wanted of a recording. */
export interface AttributionQuestion {
  readonly by: FaultGrouping
  /** Hot spots at most; `null` for all. */
  readonly limit: number | null
  /** Whether stacks are kept for a flame graph, which takes time and memory. */
  readonly folded: boolean
}

/** Sentences and advice are made of so many. */
const LEADING = 5
const SOFTWARE = new Set(['page-faults', 'faults', 'minor-faults', 'major-faults'])
/** Mount points of the kernel's own code in perf's names of files. */
const KERNEL_DSO = /^\[(?:kernel|guest\.kernel)|\.ko(?:\.\w+)?\]?$/
/** perf's pages have 4 KiB; those of the machine may be larger. */
const PERF_PAGE = 4096
/** A canonical address of the upper half, all 16 digits. */
const KERNEL_IP = /^[89a-f][0-9a-f]{15}$/

/**
 * Relates the faults of a recording to memory and code: events in, in the order of time, one `Attribution` out.
 *
 * Samples are not kept. Memory grows with what is distinct: mappings, places in code, and pages that faulted.
 */
export class FaultAttribution {
  readonly #facts: TraceFacts
  readonly #question: AttributionQuestion
  readonly #held: HeldShell
  readonly #spaces = new AddressSpaces()
  readonly #history = new PageHistory()
  readonly #table = new CellTable()
  readonly #time: TimeBuckets | null
  readonly #stacks: FoldedStacks = new Map()
  /** What the processor said of the fault that a thread is taking, until the kernel has settled it. */
  readonly #codes = new Map<number, { readonly page: Address; readonly code: number }>()
  #samples = 0
  #lost = 0
  #withCode = 0
  /** Samples with the size of their page. */
  #sized = 0
  /** Samples of events that leave kernel mode out. */
  #inUserMode = 0
  #copiesAfterFork = 0
  #apart = false

  constructor(facts: TraceFacts, question: AttributionQuestion) {
    this.#facts = facts
    this.#question = question
    this.#held = new HeldShell(facts.heldPid)
    this.#time = question.by === 'time' ? new TimeBuckets(question.limit) : null
  }

  add(event: TraceEvent): void {
    for (const each of this.#held.add(event)) this.#take(each)
  }

  #take(event: TraceEvent): void {
    switch (event.type) {
      case 'sample':
        this.#sample(event)
        break
      case 'mmap':
        this.#meet(event)
        this.#spaces.mmap(event, this.#history.now)
        break
      case 'fork':
        this.#spaces.fork(event)
        if (event.pid !== event.parentPid) this.#history.fork(event.pid, event.parentPid)
        break
      case 'comm':
        this.#spaces.comm(event)
        if (event.exec) this.#history.exec(event.pid)
        break
      case 'exit':
        this.#spaces.exit(event)
        break
      case 'lost':
        this.#lost += event.lost
    }
  }

  /** Stacks with how many faults each, for a flame graph. */
  get stacks(): FoldedStacks {
    return this.#stacks
  }

  /** `unreadLines` is how many lines of the printed recording its parser could not read. */
  report(unreadLines: number): Attribution {
    for (const event of this.#held.release()) this.#take(event)
    const cells = [...this.#table.cells]
    const faults = cells.reduce((sum, cell) => sum + cell.faults, 0)
    const { by, limit } = this.#question
    const options = { by, faults, apart: this.#apart }
    const groups = this.#time?.hotspots(options) ?? groupCells(cells, options)
    return {
      by,
      hotspots: limit === null ? groups : groups.slice(0, limit),
      groups: groups.length,
      kinds: kindsOf(cells),
      leading: leadingSpots(cells, options).slice(0, LEADING),
      samples: this.#samples,
      faults,
      period: this.#facts.period,
      lost: this.#lost,
      unreadLines,
      unattributed: cells.reduce((sum, { mapping, faults: count }) => (mapping === null ? sum + count : sum), 0),
      userOnly: this.#samples > 0 ? this.#samples === this.#inUserMode : this.#facts.userOnly,
      evidence: this.#samples > 0 && this.#withCode === this.#samples ? 'error-code' : 'inferred',
      coded: this.#withCode,
      stacks: this.#question.folded,
      pageSizes: this.#sized > 0,
      processes: this.#spaces.processes,
      programs: programShares(cells, faults),
      busiest: busiestPrograms(cells),
      forks: this.#spaces.forks,
      copiesAfterFork: this.#copiesAfterFork,
      mappings: this.#spaces.mapped,
      wallMs: this.#facts.wallMs,
      recordingBytes: this.#facts.bytes,
    }
  }

  #sample(sample: FaultSample): void {
    const page = this.#pageOf(sample.address.page)
    if (sample.errorCode !== null) {
      this.#codes.set(sample.tid, { page, code: sample.errorCode })
      return
    }
    if (!SOFTWARE.has(sample.event)) return
    this.#samples++
    if (sample.modifiers.includes('u') && !sample.modifiers.includes('k')) this.#inUserMode++
    if (sample.event.startsWith('m')) this.#apart = true
    const errorCode = this.#takeCode(sample.tid, page)
    if (errorCode !== null) this.#withCode++
    if (sample.pageSize !== null) this.#sized++
    const faults = sample.period ?? this.#facts.period
    const major = sample.event === 'major-faults'
    this.#meet(sample)
    const { mapping, program } = this.#spaces.find(sample, page)
    const since = mapping?.since ?? 0
    const { again, forked } = this.#history.before(sample.pid, page, since)
    const inKernel = isKernelCode(sample)
    const ownCode = !inKernel && this.#codePage(sample) === page
    const { pageSize } = sample
    const apart = this.#apart ? major : null
    const { swapped } = this.#facts
    const facts = { mapping, page, major: apart, errorCode, pageSize, inKernel, ownCode, again, forked, swapped }
    const kind = kindOf(facts)
    if (kind === 'cow' && forked) {
      this.#copiesAfterFork += faults
      program.copiesAfterFork += faults
    }
    // What returns had been touched: it counts as touched again.
    const reason = kind === 'returned' ? 'first-touch' : kind
    const { pages, kindPages, refaults } = this.#history.enter(sample.pid, page, reason, since)
    const { site, pid, tid, comm } = sample
    const key = { mapping, program, kind, symbol: site.symbol, dso: site.dso, thread: { pid, tid, comm } }
    const counts = { faults, major: major ? faults : 0, pages, kindPages, refaults }
    this.#table.add(key, counts)
    this.#time?.add(sample.time, key, counts)
    if (this.#question.folded) foldInto(this.#stacks, sample, kind, faults)
  }

  #pageOf(address: Address): Address {
    return address - (address % this.#facts.pageSize)
  }

  /** The page of the instruction, of which the last three digits are the place in a page of 4 KiB. */
  #codePage({ ip }: FaultSample): Address | null {
    if (ip === null || ip.length <= 3) return null
    return this.#pageOf(Number.parseInt(ip.slice(0, -3), 16) * PERF_PAGE)
  }

  #meet(event: TraceEvent): void {
    const parent = this.#spaces.meet(event)
    if (parent !== null) this.#history.fork(event.pid, parent)
  }

  #takeCode(tid: number, page: Address): number | null {
    const pending = this.#codes.get(tid)
    if (pending === undefined) return null
    this.#codes.delete(tid)
    return pending.page === page ? pending.code : null
  }
}

function isKernelCode({ ip, site: { dso } }: FaultSample): boolean {
  if (ip !== null) return ip.length === 16 && KERNEL_IP.test(ip)
  return dso !== null && KERNEL_DSO.test(dso)
}
