import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PerfRefusal } from './attach.ts'
import type { PerfTool } from './perf-tool.ts'
import { attachRecord, type RecordPlan, type RecordSession } from './record.ts'
import { RecordBudget } from './record-budget.ts'

/** A prime: programs touch pages in strides, and a period that divides the stride would see the same place each time. */
const SPARSE_PERIOD = 101
/** Pages of its ring buffer for each CPU: few, because one in a hundred samples is written, and users may lock few. */
const SPARSE_PAGES = { root: 128, others: 32 }
const LOOK_MS = 20

/** Records the faults of a process as the plan says, and no longer than it allows. */
export function attachRecording(perf: PerfTool, pid: number, plan: RecordPlan): Promise<RecordSession | PerfRefusal> {
  return plan.bounded ? attachBounded(perf, pid, plan) : attachRecord(perf, pid, plan)
}

type Outcome = Awaited<ReturnType<RecordSession['finish']>>

/**
 * Records every fault, and beside it every 101st. When the whole recording has cost the program more than it should, it
 * is ended, and the sparse one, which has seen the whole run too, is what is left. perf cannot change the period of a
 * recording under way, and a second one started late would miss the processes that are there by then.
 */
async function attachBounded(perf: PerfTool, pid: number, plan: RecordPlan): Promise<RecordSession | PerfRefusal> {
  const mostPages = process.geteuid?.() === 0 ? SPARSE_PAGES.root : SPARSE_PAGES.others
  const directory = join(plan.directory, 'sparse')
  mkdirSync(directory, { recursive: true })
  // Of another event than the whole one: where two record the same, Linux 6.18 writes the ID of one into the records of
  // the other, and perf cannot read them. Minor and major faults are not told apart then.
  const sparsePlan = { ...plan, period: SPARSE_PERIOD, errorCodes: false, together: true, directory, mostPages }
  // First, so that it gets its part of the memory that a user may lock.
  const sparse = await attachRecord(perf, pid, sparsePlan)
  const whole = await attachRecord(perf, pid, plan)
  if (!('finish' in sparse)) return whole
  if ('finish' in whole) return new BoundedSession(whole, sparse, plan)
  await drop(sparse.finish())
  return whole
}

class BoundedSession implements RecordSession {
  readonly #whole: RecordSession
  readonly #sparse: RecordSession
  readonly #budget: RecordBudget
  #timer: NodeJS.Timeout | undefined
  #dropped: Promise<void> | null = null

  constructor(whole: RecordSession, sparse: RecordSession, plan: RecordPlan) {
    this.#whole = whole
    this.#sparse = sparse
    this.#budget = new RecordBudget({ stacks: plan.stacks, errorCodes: whole.errorCodes })
  }

  get told(): boolean {
    return this.#whole.told
  }

  async begin(): Promise<void> {
    await Promise.all([this.#whole.begin(), this.#sparse.begin()])
    const from = performance.now()
    this.#timer = setInterval(() => this.#look(performance.now() - from), LOOK_MS)
  }

  async pause(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([this.#dropped ?? this.#whole.pause(), this.#sparse.pause()])
  }

  get pageSizes(): boolean {
    return this.#kept.pageSizes
  }

  get file(): string {
    return this.#kept.file
  }

  get period(): number {
    return this.#kept.period
  }

  get errorCodes(): boolean {
    return this.#kept.errorCodes
  }

  async finish(): Promise<Outcome> {
    clearInterval(this.#timer)
    if (this.#dropped !== null) {
      await this.#dropped
      return this.#sparse.finish()
    }
    const [outcome] = await Promise.all([this.#whole.finish(), drop(this.#sparse.finish())])
    return outcome
  }

  get #kept(): RecordSession {
    return this.#dropped === null ? this.#whole : this.#sparse
  }

  #look(elapsedMs: number): void {
    const bytes = statSync(this.#whole.file, { throwIfNoEntry: false })?.size ?? 0
    if (this.#dropped !== null || !this.#budget.isSpent(bytes, elapsedMs)) return
    clearInterval(this.#timer)
    this.#dropped = drop(this.#whole.finish())
  }
}

/** Waits for a recording that is not wanted, and removes it. */
async function drop(finished: Promise<Outcome>): Promise<void> {
  const outcome = await finished
  if ('file' in outcome) rmSync(outcome.file, { force: true })
}
