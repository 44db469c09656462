import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BYTES_FORMS, DURATION_FORMS, parseBytes, parseDuration } from '../model/units.ts'
import { COLOUR_MODES } from './colour.ts'
import { UsageError } from './usage-error.ts'

/** TARGETs of a command. Read `args.target`, never `argv`: oclif sorts that by first occurrence. */
export const targetArgs = {
  target: Args.string({
    description:
      'a PID, self (the process that called mmapctl), a name (thread name, or base name of the executable), or the file of a capture',
    // Without this oclif reads a missing argument from a pipe, so that `echo 42 | mmapctl maps` would mean PID 42.
    ignoreStdin: true,
    multiple: true,
  }),
}

/** The same for commands that a capture cannot answer. */
export const runningTargetArgs = {
  target: {
    ...targetArgs.target,
    description:
      'a PID, self (the process that called mmapctl), or a name (thread name, or base name of the executable)',
  },
}

/** How processes are chosen besides by TARGET. */
export const targetFlags = {
  pgrep: Flags.string({ helpValue: 'REGEX', helpGroup: 'TARGET', description: 'processes whose command line matches' }),
  cgroup: Flags.string({ helpValue: 'PATH', helpGroup: 'TARGET', description: 'processes in this cgroup or below it' }),
  children: Flags.boolean({ helpGroup: 'TARGET', description: 'also all descendants of each process' }),
  all: Flags.boolean({ helpGroup: 'TARGET', description: 'take every process that a name or pattern fits' }),
  procfs: Flags.string({
    helpValue: 'DIR',
    helpGroup: 'TARGET',
    description: 'read this procfs, such as a host’s /proc mounted in a container',
  }),
  sysfs: Flags.string({ helpValue: 'DIR', helpGroup: 'TARGET', description: 'read this sysfs' }),
}

/** How a report is written. */
export const outputFlags = {
  json: Flags.boolean({ helpGroup: 'OUTPUT', description: 'one JSON document: bytes, hex addresses, provenance' }),
  csv: Flags.boolean({
    helpGroup: 'OUTPUT',
    description: 'comma-separated values, a mapping a row',
    exclusive: ['json', 'ndjson'],
  }),
  ndjson: Flags.boolean({
    helpGroup: 'OUTPUT',
    description: 'a JSON object a mapping, a line each',
    exclusive: ['json', 'csv'],
  }),
  bytes: Flags.boolean({ char: 'b', helpGroup: 'OUTPUT', description: 'integers of bytes instead of KiB, MiB, GiB' }),
  header: Flags.boolean({
    default: true,
    allowNo: true,
    helpGroup: 'OUTPUT',
    description: 'column titles (--no-header: none)',
  }),
  wide: Flags.boolean({
    char: 'w',
    helpGroup: 'OUTPUT',
    description: 'the usual columns and full paths, however long the line',
  }),
  color: Flags.option({
    options: COLOUR_MODES,
    default: 'auto' as const,
    helpGroup: 'OUTPUT',
    description: 'colours; auto heeds NO_COLOR and FORCE_COLOR',
  })(),
  quiet: Flags.boolean({
    char: 'q',
    helpGroup: 'OUTPUT',
    description: 'the rows alone: no head, no notes, no progress',
  }),
}

/** A size flag; refuses what different people read differently. */
export const bytesFlag = Flags.custom<number>({
  helpValue: 'SIZE',
  parse: async (input, _context, options) => {
    const bytes = parseBytes(input)
    if (bytes === null)
      throw new UsageError(`--${options.name} does not take "${input}"`, `write it as one of ${BYTES_FORMS}`)
    return bytes
  },
})

/** A duration flag, in whole milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (input, _context, options) => Math.round(duration(input, options.name)),
})

/** How long a process may be held up, in milliseconds and parts of them. */
export const stallFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (input, _context, options) => duration(input, options.name),
})

function duration(input: string, flag: string): number {
  const parsed = parseDuration(input)
  if (parsed !== null) return parsed
  throw new UsageError(`--${flag} does not take "${input}"`, `write it as one of ${DURATION_FORMS}`)
}

/** A list of words separated by commas. */
export const listFlag = Flags.custom<string>({ multiple: true, multipleNonGreedy: true, delimiter: ',' })
