import type { FaultRun, RawRun, RefusedEvent } from '../model/faults.ts'
import type { PerfFailure } from '../model/perf-failure.ts'
import { type CountingMachine, eventLists } from '../runners/fault-events.ts'
import { findPerf, type PerfTool } from '../runners/perf-tool.ts'
import { checkEvents } from './faults-events.ts'
import { noPerf } from './faults-failures.ts'
import type { FaultsRequest } from './faults-request.ts'

/** The perf that runs are counted by, and what it is asked for; what one run shows of it, the next one knows. */
export class PerfInUse {
  #tool: PerfTool | null = null
  #absent: PerfFailure | null = null
  #refused: readonly RefusedEvent[] = []
  #lists: readonly (readonly string[])[] = []

  /** `null` when there is none, or none any more. */
  get tool(): PerfTool | null {
    return this.#tool
  }

  /** Why there is none. */
  get absent(): PerfFailure | null {
    return this.#absent
  }

  /** Events that were asked for, and that it does not count here. */
  get refused(): readonly RefusedEvent[] {
    return this.#refused
  }

  /** What to ask for, best first; without what it has refused before. */
  get lists(): readonly (readonly string[])[] {
    return this.#lists
  }

  /** Finds perf as the request has it; fails where the request needs it. */
  async find(request: FaultsRequest, env: NodeJS.ProcessEnv, machine: CountingMachine): Promise<void> {
    const { backend, events, record } = request
    if (backend === 'proc') {
      this.#absent = { cause: 'not-wanted', event: null, detail: null, paranoid: null, packages: [] }
      return
    }
    const { tool, failure } = await findPerf(env)
    this.#tool = tool
    this.#absent = failure
    if (tool !== null) await this.#settle(tool, events, machine)
    if (this.#tool === null && (backend === 'perf' || record !== null)) throw noPerf(this.#absent)
  }

  async #settle(tool: PerfTool, events: readonly string[], machine: CountingMachine): Promise<void> {
    const probed = events.length > 0 ? await checkEvents(tool, events) : { accepted: [], refused: [] }
    this.#refused = probed.refused
    this.#lists = eventLists(machine, probed.accepted)
    for (const { failure } of probed.refused) if (failure.cause === 'no-answer') this.#giveUp(failure)
  }

  /** Learns from a run: no other waits for a perf that does not answer, or tries a list that it refuses. */
  learn({ perf }: RawRun, { failure }: FaultRun): void {
    if (failure?.cause === 'no-answer') this.#giveUp(failure)
    const taken = failure === null ? this.#lists.indexOf(perf?.requested ?? []) : -1
    if (taken > 0) this.#lists = this.#lists.slice(taken)
  }

  #giveUp(failure: PerfFailure): void {
    this.#tool = null
    this.#absent = failure
  }
}
