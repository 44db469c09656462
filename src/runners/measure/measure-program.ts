import type { RawMeasurement } from '../../model/raw-measurement.ts'
import { OomCounter } from './oom.ts'
import type { RungRefusal } from './rung.ts'
import { type ProgramOptions, startSession } from './session.ts'
import { countTlbMisses } from './tlb.ts'

/** What is to be measured of a program that ends by itself. */
export interface MeasureOptions extends ProgramOptions {
  /** After so long it is ended; `null` for never. */
  readonly timeoutMs: number | null
  /** Have perf count TLB misses; it takes some 50 ms to get ready. */
  readonly dtlbMisses: boolean
  /** Ends the program when it is aborted. */
  readonly abort?: AbortSignal
}

/** Runs a program once, and measures it. */
export async function measureProgram(options: MeasureOptions): Promise<RawMeasurement | RungRefusal> {
  const session = await startSession(options)
  if ('refused' in session) return session
  const { helper, method, passedOver } = session
  const tlb = options.dtlbMisses ? await countTlbMisses(helper.pid) : null
  const oom = new OomCounter(helper.pid)
  helper.release()
  const { end, atMs, tree } = await session.finish(options.timeoutMs, options.abort ?? null)
  return {
    method,
    passedOver,
    end,
    seconds: atMs / 1000,
    randomised: helper.randomised,
    tree,
    oomKills: oom.kills(tree.cgroups),
    dtlbMisses: tlb === null ? null : await tlb.finish(),
  }
}
