import type { SelfReport } from '../../analysis/abilities.ts'
import { hostAbilities } from '../../collectors/abilities/host.ts'
import { pageAbilities } from '../../collectors/abilities/pages.ts'
import { foreignAbilities, ownProcessAbilities } from '../../collectors/abilities/processes.ts'
import { capabilityAbilities, readReader } from '../../collectors/abilities/reader.ts'
import { collectHost } from '../../collectors/host.ts'
import { ABILITY_IDS, type Ability } from '../../model/ability.ts'
import { startTrialProcess } from '../../runners/trial-process.ts'
import { liveTrees, type Trees } from '../../sources/trees.ts'
import type { ColourMode } from '../colour.ts'
import type { Io } from '../io.ts'
import { measuringAbilities } from './measuring-abilities.ts'
import { perfAbilities } from './perf-abilities.ts'
import { terminalAbilities } from './terminal-abilities.ts'

/**
 * Tries everything that reports need, one after the other: what would change a process is done to processes that are
 * started for it, and those of others are opened and not read.
 */
export async function trySelf(
  io: Io,
  colour: ColourMode,
  onProgress: (done: number) => void,
): Promise<{ readonly report: SelfReport; readonly trees: Trees }> {
  const trees = liveTrees()
  const host = collectHost(trees)
  const reader = readReader(trees)
  const found: Ability[] = []
  const add = (more: readonly Ability[]): void => {
    found.push(...more)
    onProgress(found.length)
  }
  {
    using trial = await startTrialProcess(host.pageSize)
    add(ownProcessAbilities(trees, trial?.pid ?? null))
    add(foreignAbilities(trees, reader.uid))
    add(await perfAbilities(trees, io.env, trial))
    add(pageAbilities(trees, host.pageSize, trial === null ? null : await trial.softDirty()))
  }
  add(await measuringAbilities(trees, io.env))
  add(hostAbilities(trees))
  add(capabilityAbilities(reader))
  add(terminalAbilities(io, colour))
  const order = (one: Ability): number => ABILITY_IDS.indexOf(one.id)
  return { report: { host, reader, abilities: found.sort((a, b) => order(a) - order(b)) }, trees }
}
