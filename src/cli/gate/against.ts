import { realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { splitCommand } from '../../model/gate/command-line.ts'
import type { Scenario } from '../../model/gate/scenario.ts'
import { shown } from '../../output/gate/text.ts'
import { UsageError } from '../usage-error.ts'
import { isDirectory } from './places.ts'
import type { Against } from './request.ts'

/** The other side of a comparison, by its flags; `null` when none is asked for. */
export function againstOf(
  {
    against,
    'against-dir': directory,
  }: { readonly against?: string | undefined; readonly 'against-dir'?: string | undefined },
  cwd: string,
): Against | null {
  if (against === undefined && directory === undefined) return null
  if (directory !== undefined && !isDirectory(resolve(cwd, directory))) {
    throw new UsageError(`--against-dir ${directory}: there is no such directory`)
  }
  const base = { words: null, directory: directory === undefined ? null : resolve(cwd, directory) }
  if (against === undefined) return base
  const split = splitCommand(against)
  if (!split.ok) {
    throw new UsageError(
      `--against cannot be split into words: ${split.problem}`,
      `quote it for the program, not for a shell`,
    )
  }
  return { ...base, words: split.words }
}

/** Refuses what would run the same program on both sides, and so pass whatever has grown. */
export function checkSides(
  scenarios: readonly Scenario[],
  { words, directory }: Against,
  { root, config, cwd }: { readonly root: string; readonly config: string | null; readonly cwd: string },
): void {
  if (directory === null || words !== null) return
  if (realpathSync(directory) === realpathSync(root)) {
    throw new UsageError(
      `--against-dir ${relative(cwd, directory) || '.'} is this checkout itself`,
      'give one of the old version',
    )
  }
  for (const { name, line, argv, env } of scenarios) {
    const named = [...argv, ...Object.values(env.set)].find((text) => isInside(text, root))
    if (named === undefined) continue
    const where =
      config === null || line === null ? '' : `${shown(relative(cwd, config))}:${line}: scenario "${name}": `
    throw new UsageError(
      `${where}${shown(named)} is in this checkout, and would be the same on both sides of --against-dir`,
      'write it relative to the directory that it runs in',
    )
  }
}

/** Whether a text names a path in a directory, also behind `--option=`. */
function isInside(text: string, root: string): boolean {
  const at = text.indexOf(root)
  if (root === '/' || at < 0) return false
  const [before = '', after = '/'] = [text[at - 1], text[at + root.length]]
  return !/[\w./-]/.test(before) && !/[\w.-]/.test(after)
}
