import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { BIN, NODE, type Run, run, temporary } from '../e2e/mmapctl.ts'

/** A copy of the built command, and of programs, that any user can read. */
export function publicCopy(...programs: readonly string[]): ReturnType<typeof temporary> {
  const folder = temporary()
  chmodSync(folder.path, 0o755)
  const parts = ['bin', 'dist', 'package.json'].map((name) => join(BIN, '../..', name))
  spawnSync('cp', ['-r', ...parts, ...programs, folder.path])
  return folder
}

/** Runs such a copy as a user without rights. */
export function asNobody({ path }: { readonly path: string }, args: readonly string[]): Promise<Run> {
  const ids = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
  return run('setpriv', [...ids, NODE, join(path, 'bin/run.cjs'), ...args], { cwd: '/' })
}
