import { execFileSync } from 'node:child_process'

const PATIENCE_MS = 5000

/** The commit that a directory is at, abbreviated; `null` where there is no git, or no repository. */
export function currentCommit(directory: string): string | null {
  try {
    const said = execFileSync('git', ['-C', directory, 'rev-parse', '--short', 'HEAD'], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
    })
    return /^[0-9a-f]{4,64}$/.exec(said.trim())?.[0] ?? null
  } catch {
    return null
  }
}
