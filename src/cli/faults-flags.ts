import * as Flags from '@oclif/core/flags'
import { FAULT_GROUPINGS } from '../model/fault-attribution.ts'
import { COLOUR_MODES } from './colour.ts'
import { durationFlag, listFlag } from './flags.ts'

/** Stands between the two programs of `--compare`. */
export const SEPARATOR = ':::'

const MOST_RUNS = 1000
const MOST_HOTSPOTS = 15

/** What to measure, and how. */
export const faultsFlags = {
  pid: Flags.string({
    char: 'p',
    helpValue: 'TARGET',
    helpGroup: 'WHAT',
    description: 'attach to a running process, by PID or name, instead of running a program',
  }),
  duration: durationFlag({
    char: 'd',
    helpGroup: 'WHAT',
    description: 'with --pid: for so long; else until it ends, or Ctrl-C',
    dependsOn: ['pid'],
  }),
  compare: Flags.boolean({
    helpGroup: 'WHAT',
    description: `two programs, interleaved: -- OLD ARGS ${SEPARATOR} NEW ARGS`,
    exclusive: ['pid', 'by'],
  }),
  repeat: Flags.integer({
    char: 'r',
    min: 1,
    max: MOST_RUNS,
    helpValue: 'N',
    helpGroup: 'WHAT',
    description: 'run N times and tell median and range (with --compare: of each, 5 unless given)',
    exclusive: ['pid', 'by'],
  }),
  warmup: Flags.integer({
    min: 0,
    max: MOST_RUNS,
    helpValue: 'N',
    helpGroup: 'WHAT',
    description: 'N runs before those that count (with --compare: 1 unless given)',
    exclusive: ['pid'],
  }),
  cold: Flags.boolean({
    helpGroup: 'WHAT',
    description: 'before every run drop the page cache of the program’s own files, and of nothing else',
    exclusive: ['pid'],
  }),
  by: Flags.option({
    options: FAULT_GROUPINGS,
    helpGroup: 'WHERE',
    description: 'record where the faults are, and group them by this',
  })(),
  limit: Flags.integer({
    char: 'n',
    min: 0,
    default: MOST_HOTSPOTS,
    helpValue: 'N',
    helpGroup: 'WHERE',
    description: 'at most N hot spots; 0 for all',
  }),
  period: Flags.integer({
    min: 1,
    helpValue: 'N',
    helpGroup: 'WHERE',
    description: 'record every Nth fault, whatever it costs; every one, or every 101st of many, unless given',
    dependsOn: ['by'],
  }),
  folded: Flags.string({
    helpValue: 'FILE',
    helpGroup: 'WHERE',
    description: 'also write the call stacks of faults, folded, for a flame graph; implies --by symbol',
  }),
  backend: Flags.option({
    options: ['auto', 'perf', 'proc'] as const,
    default: 'auto' as const,
    helpGroup: 'HOW',
    description: 'perf: nothing runs without it; proc: the kernel’s own account alone',
  })(),
  events: listFlag({
    char: 'e',
    helpValue: 'LIST',
    helpGroup: 'HOW',
    description: 'further events, in perf’s own words; one that it does not know is refused',
  }),
  output: Flags.string({
    char: 'o',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
    description: 'write the report there, whole or not at all; tried before the program runs',
  }),
  stdout: Flags.string({
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
    description: 'send the program’s stdout there; --json and --csv then go to ours',
    exclusive: ['pid'],
  }),
  json: Flags.boolean({ helpGroup: 'OUTPUT', description: 'one JSON document', exclusive: ['csv'] }),
  csv: Flags.boolean({ helpGroup: 'OUTPUT', description: 'comma-separated values', exclusive: ['json'] }),
  header: Flags.boolean({ default: true, allowNo: true, helpGroup: 'OUTPUT', description: 'column titles of --csv' }),
  color: Flags.option({
    options: COLOUR_MODES,
    default: 'auto' as const,
    helpGroup: 'OUTPUT',
    description: 'colours; auto heeds NO_COLOR and FORCE_COLOR',
  })(),
  quiet: Flags.boolean({
    char: 'q',
    helpGroup: 'OUTPUT',
    description: 'the figures that are known, and nothing else: no head, no reasons, notes or advice',
  }),
}
