import { treeSnapshot } from '../analysis/gate/groups.ts'
import { parseSnapshot } from '../collectors/measured-memory.ts'
import type { MeasuredServer } from '../model/measured-run.ts'
import { measureServerProgram, type ServerOptions } from '../runners/measure/measure-server.ts'
import { checkProgram } from './check-program.ts'
import { assembleRun, measured, surroundingsOf } from './measure-run.ts'

/**
 * Runs a server through its moments and measures it at each: start, ready, warm-up, work, stop.
 *
 * Throws as `measureRun` does. That it never got ready, ended early, or was given its work in vain is part of the answer.
 */
export async function measureServer(options: ServerOptions): Promise<MeasuredServer> {
  const [name] = options.argv
  checkProgram(Buffer.from(name).toString('latin1'), options.env, options.cwd)
  const { run, checkpoints, ...rest } = await measured(measureServerProgram(options))
  const surroundings = surroundingsOf(options.cwd)
  return {
    ...rest,
    run: assembleRun(run, options.cwd),
    checkpoints: checkpoints.map(({ name: moment, snapshot, settled }) => ({
      name: moment,
      snapshot: treeSnapshot(parseSnapshot(snapshot), surroundings),
      settled,
    })),
  }
}
