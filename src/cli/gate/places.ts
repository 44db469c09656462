import { statSync } from 'node:fs'
import { relative } from 'node:path'
import type { Scenario } from '../../model/gate/scenario.ts'
import { shown } from '../../output/gate/text.ts'
import { UsageError } from '../usage-error.ts'

/** Refuses scenarios whose directory or standard input is not there, before anything has run. */
export function checkPlaces(scenarios: readonly Scenario[], config: string | null, cwd: string): void {
  for (const { name, line, cwd: directory, stdin } of scenarios) {
    const where =
      config === null || line === null ? '' : `${shown(relative(cwd, config))}:${line}: scenario "${name}": `
    const refuse = (what: string): never => {
      throw new UsageError(`${where}${what}`)
    }
    if (!isDirectory(directory)) refuse(`there is no directory ${shown(relative(cwd, directory))}`)
    if (stdin === null) continue
    const isThere = statSync(stdin, { throwIfNoEntry: false })
    if (isThere === undefined) refuse(`there is no file ${shown(relative(cwd, stdin))} for its stdin`)
    if (isThere?.isDirectory() === true) refuse(`its stdin ${shown(relative(cwd, stdin))} is a directory`)
  }
}

/** Whether there is such a directory. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
