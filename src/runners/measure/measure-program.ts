import type { RawMeasurement } from '../../model/raw-measurement.ts'
import { OomCounter } from './oom.ts'
import type { RungRefusal } from './rung.ts'
import { type ProgramOptions, type Session, startSession } from './session.ts'
import { countTlbMisses } from './tlb.ts'

/** What is to be measured of any program. */
export interface RunOptions extends ProgramOptions {
  /** Have perf count TLB misses; it takes some 50 ms to get ready. */
  readonly dtlbMisses: boolean
  /** Ends the program when it is aborted. */
  readonly abort?: AbortSignal
}

/** What is to be measured of a program that ends by itself. */
export interface MeasureOptions extends RunOptions {
  /** After so long it is ended; `null` for never. */
  readonly timeoutMs: number | null
}

/** Runs a program once, and measures it. */
export async function measureProgram(options: MeasureOptions): Promise<RawMeasurement | RungRefusal> {
  const session = await startSession(options)
  if ('refused' in session) return session
  const account = await Account.open(session, options)
  session.helper.release()
  return await account.close(options.timeoutMs, options.abort ?? null)
}

/** What is counted from before a program runs until it has ended. */
export class Account {
  readonly #session: Session
  readonly #oom: OomCounter
  readonly #tlb: Awaited<ReturnType<typeof countTlbMisses>> | null

  private constructor(session: Session, tlb: Awaited<ReturnType<typeof countTlbMisses>> | null) {
    this.#session = session
    this.#tlb = tlb
    this.#oom = new OomCounter(session.helper.pid)
  }

  /** Begins to count, while the program is held. */
  static async open(session: Session, { dtlbMisses }: RunOptions): Promise<Account> {
    return new Account(session, dtlbMisses ? await countTlbMisses(session.helper.pid) : null)
  }

  /** Waits for the program's end, and adds up. */
  async close(timeoutMs: number | null, abort: AbortSignal | null): Promise<RawMeasurement> {
    const { helper, method, passedOver } = this.#session
    const { end, atMs, tree } = await this.#session.finish(timeoutMs, abort)
    return {
      method,
      passedOver,
      end,
      seconds: atMs / 1000,
      randomised: helper.randomised,
      tree,
      oomKills: this.#oom.kills(tree.cgroups),
      dtlbMisses: this.#tlb === null ? null : await this.#tlb.finish(),
    }
  }
}
