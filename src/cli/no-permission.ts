import type { ProcessMemory } from '../collectors/process.ts'
import { FailureError } from '../model/failure.ts'

/** The failure to read a process's mappings, which everybody's files have been shown instead of. `root`: who asked is. */
export function noPermission({ pid, stat, user }: ProcessMemory, root: boolean): FailureError {
  return new FailureError({ code: 'no-permission', process: { pid, comm: stat.comm }, user, root })
}
