import { relative } from 'node:path'
import { joinCommand } from '../../model/gate/command-line.ts'
import type { Scenario } from '../../model/gate/scenario.ts'

/**
 * A scenario's command as a baseline keeps it, which others review and compare: no directory of the machine or of a
 * user is in it, where that can be helped.
 */
export function shownCommand({ argv, cwd, stdin }: Scenario, root: string, home: string | undefined): string {
  const place = relative(root, cwd)
  const command = argv.map((word) => shownWord(word, root, home)).join(' ')
  const input = stdin === null ? '' : ` < ${shownWord(stdin, root, home)}`
  return `${place === '' ? '' : `cd ${joinCommand([place])} && `}${command}${input}`
}

function shownWord(word: string, root: string, home: string | undefined): string {
  if (word === root) return '.'
  if (word.startsWith(`${root}/`)) return joinCommand([`./${word.slice(root.length + 1)}`])
  if (home === undefined || home === '' || !word.startsWith(`${home}/`)) return joinCommand([word])
  // A shell would not expand a quoted one.
  return `~/${joinCommand([word.slice(home.length + 1)])}`
}
