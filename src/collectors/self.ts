import { FailureError } from '../model/failure.ts'
import type { Trees } from '../sources/trees.ts'
import { cmdlineOf, parentOf } from './processes.ts'

/** Between npx and what it runs stand npm itself and a shell it starts. */
const WRAPPERS = 3

/**
 * The process that called us: a shell, as a rule. npx (`npm exec`) puts processes of its own in between, which nobody
 * who types `self` means; they are passed over.
 */
export function callingProcess(trees: Trees): number {
  if (trees.capture !== null) throw new FailureError({ code: 'no-match', what: 'self: it is not in the capture' })
  if (!trees.own) throw new FailureError({ code: 'no-match', what: 'self: it lives on this host, not below --procfs' })
  const parent = process.ppid
  if (process.env['npm_command'] !== 'exec') return parent
  let pid: number | null = parent
  for (let step = 0; step < WRAPPERS && pid !== null; step++) {
    if (isNpmExec(cmdlineOf(trees, pid))) return parentOf(trees, pid) ?? parent
    pid = parentOf(trees, pid)
  }
  return parent
}

/** npm overwrites its command line with a title: `npm exec mmapctl maps self`. */
function isNpmExec(cmdline: readonly string[]): boolean {
  return /^npm (?:exec|x)\b|\/npx(?:-cli\.js)?$/.test(cmdline.slice(0, 2).join(' '))
}
