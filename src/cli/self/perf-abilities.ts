import { ability } from '../../collectors/abilities/trying.ts'
import { readParsed } from '../../collectors/reading.ts'
import type { Ability, AbilityId, AbilityState } from '../../model/ability.ts'
import type { PerfCause, PerfFailure } from '../../model/perf-failure.ts'
import { perfFailureText } from '../../output/perf-failure-text.ts'
import { parseInteger } from '../../parsers/sysfs.ts'
import { findPerf, type PerfTool } from '../../runners/perf-tool.ts'
import { PrivateDirectory } from '../../runners/private-directory.ts'
import { type CountedEvents, tryCounting, tryRecording } from '../../runners/trial-perf.ts'
import type { TrialProcess } from '../../runners/trial-process.ts'
import type { Trees } from '../../sources/trees.ts'

const FAULTS = ['page-faults', 'minor-faults', 'major-faults']
const KERNEL_FAULTS = ['page-faults:k']
const HARDWARE = ['cycles', 'instructions', 'dTLB-load-misses', 'dTLB-store-misses', 'iTLB-load-misses']

const COUNTING = ['fault-counts', 'kernel-faults', 'hardware-events', 'fault-records', 'error-codes'] as const

/** Tries perf: whether it is there, and what it counts and records here. */
export async function perfAbilities(
  trees: Trees,
  env: NodeJS.ProcessEnv,
  trial: TrialProcess | null,
): Promise<readonly Ability[]> {
  const paranoid = readParsed(trees.proc, 'sys/kernel/perf_event_paranoid', (bytes) =>
    // −1 is a level too.
    bytes.toString('latin1').startsWith('-') ? -1 : parseInteger(bytes, 'perf_event_paranoid'),
  )
  const level = paranoid === null ? '' : `; kernel.perf_event_paranoid is ${paranoid}`
  const { tool, failure } = await findPerf(env)
  if (tool === null) {
    const why = perfFailureText(failure).message
    const without = COUNTING.map((id) => ability(id, 'untried', 'there is no perf to try it with'))
    return [ability('perf', 'absent', `${why}${level}`), ...without]
  }
  const found = ability('perf', 'works', `perf ${tool.version}, ${tool.path}${level}`)
  using directory = new PrivateDirectory()
  const software = await tryCounting(tool, FAULTS, directory.path)
  const kernel = await tryCounting(tool, KERNEL_FAULTS, directory.path)
  const hardware = await tryCounting(tool, HARDWARE, directory.path)
  return [
    found,
    counted('fault-counts', software),
    counted('kernel-faults', kernel),
    counted('hardware-events', hardware),
    ...(await recording(tool, trial, directory.path)),
  ]
}

function counted(id: AbilityId, answer: CountedEvents | PerfFailure): Ability {
  if ('cause' in answer) return failed(id, answer)
  const { counted: yes, unsupported: no } = answer
  if (yes.length === 0) return ability(id, 'absent', `this machine does not count ${no.join(', ')}`)
  return ability(id, 'works', `counted ${yes.join(', ')}${no.length === 0 ? '' : `; not ${no.join(', ')}`}`)
}

async function recording(tool: PerfTool, trial: TrialProcess | null, directory: string): Promise<readonly Ability[]> {
  if (trial === null) {
    const found = 'no process of our own could be started'
    return [ability('fault-records', 'untried', found), ability('error-codes', 'untried', found)]
  }
  const answer = await tryRecording(tool, trial.pid, directory, async () => {
    await trial.touch()
  })
  if ('cause' in answer) {
    return [failed('fault-records', answer), ability('error-codes', 'untried', 'faults cannot be recorded at all')]
  }
  const { samples, errorCodes } = answer
  return [
    ability(
      'fault-records',
      samples > 0 ? 'works' : 'absent',
      `perf record -d on a process of ours: ${samples} faults with their address`,
    ),
    errorCodes
      ? ability('error-codes', 'works', 'the tracepoints exceptions:page_fault_* were recorded')
      : ability('error-codes', 'refused', 'perf may not open the tracepoints exceptions:page_fault_*, or has none'),
  ]
}

function failed(id: AbilityId, failure: PerfFailure): Ability {
  return ability(id, STATES[failure.cause] ?? 'absent', perfFailureText(failure).message)
}

/** Causes that are somebody's decision; all others are a lack. */
const STATES: { readonly [Cause in PerfCause]?: AbilityState } = {
  forbidden: 'refused',
  paranoid: 'refused',
  tracefs: 'refused',
  mlock: 'refused',
  refused: 'refused',
  'no-answer': 'untried',
}
