import { fixture } from './support.ts'

/** A process of `weird-comm.txt`: its command name, its stat file and the Name line of its status file. */
export interface WeirdCommand {
  readonly comm: string
  readonly pid: number
  readonly stat: string
  readonly nameLine: string
}

const COMMANDS: readonly string[] = ['a) S 1 (b', 'x\ny\\z', '\xff\xfe)', '   sp', ')']

/** The processes of `weird-comm.txt`, each with the name that its program gave itself. */
export function weirdCommands(): readonly WeirdCommand[] {
  const text = Buffer.from(fixture('proc/weird-comm.txt')).toString('latin1')
  return text.split('\n---\n').flatMap((section, index) => {
    const name = section.indexOf('\nName:')
    const comm = COMMANDS[index]
    if (name === -1 || comm === undefined) return []
    const [nameLine = ''] = section.slice(name + 1).split('\n')
    return [{ comm, pid: Number.parseInt(section, 10), stat: section.slice(0, name + 1), nameLine }]
  })
}
