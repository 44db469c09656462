import type { ProcessMemory } from '../collectors/process.ts'
import { FailureError } from '../model/failure.ts'
import type { Trees } from '../sources/trees.ts'

/** The failure to read a process's mappings, which everybody's files have been shown instead of. */
export function noPermission(
  { pid, stat, user }: ProcessMemory,
  { asRoot, capture }: Pick<Trees, 'asRoot' | 'capture'>,
): FailureError {
  const process = { pid, comm: stat.comm }
  return new FailureError({ code: 'no-permission', process, user, root: asRoot, captured: capture !== null })
}
