import * as Flags from '@oclif/core/flags'
import { COLOUR_MODES } from '../colour.ts'
import { durationFlag } from '../flags.ts'
import { FORMATS } from './formats.ts'
import { MISMATCH } from './request.ts'

const MOST_RUNS = 100
const LARGEST_STATUS = 255
const LARGEST_PORT = 65_535

export const colourFlag = Flags.option({
  options: COLOUR_MODES,
  default: 'auto' as const,
  helpGroup: 'OUTPUT',
  description: 'colours; auto heeds NO_COLOR and FORCE_COLOR',
})()

/** Flags of every command that measures scenarios. */
export const scenarioFlags = {
  config: Flags.string({
    char: 'c',
    helpValue: 'FILE',
    helpGroup: 'WHAT',
    description: 'the configuration; else mmapctl.yml, .mmapctl.yml, mmapctl.json or package.json, here or above',
  }),
  name: Flags.string({
    helpValue: 'NAME',
    helpGroup: 'WHAT',
    description: 'what to call the program behind -- in a baseline; else its own name',
  }),
  warmup: Flags.integer({
    min: 0,
    max: MOST_RUNS,
    helpValue: 'N',
    helpGroup: 'HOW',
    description: 'runs before those that count (1, of servers 0)',
  }),
  env: Flags.option({
    options: ['clean', 'inherit'] as const,
    helpGroup: 'HOW',
    description: 'clean: PATH, HOME and LANG alone; so unless a program stands behind --',
  })(),
  aslr: Flags.option({
    options: ['off', 'on'] as const,
    helpGroup: 'HOW',
    description: 'address randomisation; off unless told, where that is allowed: figures repeat better',
  })(),
  timeout: durationFlag({ helpGroup: 'HOW', description: 'a run that takes longer has failed' }),
  'expect-exit': Flags.integer({
    min: 0,
    max: LARGEST_STATUS,
    helpValue: 'STATUS',
    helpGroup: 'HOW',
    description: 'the exit status of a run that did its work (0)',
  }),
  stdin: Flags.string({
    helpValue: 'FILE',
    helpGroup: 'HOW',
    description: 'the standard input of the program behind --; empty unless told',
  }),
  'ready-port': Flags.integer({
    min: 1,
    max: LARGEST_PORT,
    helpValue: 'PORT',
    helpGroup: 'SERVER',
    description: 'the program is a server, ready when it listens there',
    exclusive: ['ready-log', 'ready-url'],
  }),
  'ready-log': Flags.string({
    helpValue: 'REGEX',
    helpGroup: 'SERVER',
    description: '… when a line of its output matches',
    exclusive: ['ready-port', 'ready-url'],
  }),
  'ready-url': Flags.string({
    helpValue: 'URL',
    helpGroup: 'SERVER',
    description: '… when this answers',
    exclusive: ['ready-port', 'ready-log'],
  }),
  'ready-timeout': durationFlag({
    helpGroup: 'SERVER',
    description: 'a server that is not ready by then has failed (30s)',
  }),
  'warmup-drive': Flags.string({
    helpValue: 'COMMAND',
    helpGroup: 'SERVER',
    description: 'a shell command that warms it up, with the same work as --drive',
  }),
  drive: Flags.string({
    helpValue: 'COMMAND',
    helpGroup: 'SERVER',
    description: 'a shell command that puts it under load, with $MMAPCTL_PORT and $MMAPCTL_PID',
  }),
  requests: Flags.integer({
    min: 1,
    helpValue: 'N',
    helpGroup: 'SERVER',
    description: 'how many requests --drive makes: growth is told by the request',
  }),
  settle: durationFlag({ helpGroup: 'SERVER', description: 'how long to wait for its memory to come to rest (10s)' }),
  stop: Flags.string({ helpValue: 'SIGNAL', helpGroup: 'SERVER', description: 'what ends it (SIGTERM)' }),
  grace: durationFlag({ helpGroup: 'SERVER', description: 'how long it may take to end before it is killed (10s)' }),
}

/** Flags of `check`. */
export const checkFlags = {
  ...scenarioFlags,
  max: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'METRIC=SIZE',
    helpGroup: 'LIMITS',
    description: 'a budget: peak-rss=256MiB, mappings=120; may be given several times',
  }),
  limit: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'METRIC=LIMIT',
    helpGroup: 'LIMITS',
    description: 'against the baseline: peak-rss=+5%, anon=+2%+256KiB (both exceeded), minor-faults=none',
  }),
  against: Flags.string({
    helpValue: 'COMMAND',
    helpGroup: 'LIMITS',
    description:
      'run this in turn with the program and compare the two, without a baseline; one word alone gets the same arguments',
  }),
  'against-dir': Flags.string({
    helpValue: 'DIR',
    helpGroup: 'LIMITS',
    description: 'the same, with the same commands in this checkout of the old version',
  }),
  'on-env-mismatch': Flags.option({
    options: MISMATCH,
    default: 'no-verdict' as const,
    helpGroup: 'LIMITS',
    description: 'when the baseline was recorded on an unlike machine',
  })(),
  'no-verdict': Flags.option({
    options: ['fail', 'pass'] as const,
    default: 'fail' as const,
    helpGroup: 'LIMITS',
    description: 'pass: exit with 0 instead of 4 when there is no verdict, until there is a baseline',
  })(),
  'accept-polled': Flags.boolean({
    helpGroup: 'LIMITS',
    description: 'budgets count although a peak could only be polled',
  }),
  runs: Flags.integer({
    char: 'r',
    min: 1,
    max: MOST_RUNS,
    helpValue: 'N',
    helpGroup: 'HOW',
    description: 'runs at first (3)',
  }),
  'max-runs': Flags.integer({
    min: 1,
    max: MOST_RUNS,
    helpValue: 'N',
    helpGroup: 'HOW',
    description: 'runs at most, when the first are suspicious (8)',
  }),
  init: Flags.boolean({
    helpGroup: 'WHAT',
    description: 'measure the program behind -- and write a first mmapctl.yml',
    exclusive: ['config', 'against', 'against-dir', 'limit', 'max'],
  }),
  format: Flags.option({
    options: FORMATS,
    multiple: true,
    multipleNonGreedy: true,
    char: 'f',
    helpGroup: 'OUTPUT',
    description: 'a form of the report; several, each with its --output',
  })(),
  output: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    char: 'o',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
    description: 'where the form before it goes, whole or not at all; else to stdout',
  }),
  color: colourFlag,
  json: Flags.boolean({ helpGroup: 'OUTPUT', description: '--format json' }),
  quiet: Flags.boolean({ char: 'q', helpGroup: 'OUTPUT', description: 'nothing of scenarios that pass, no progress' }),
}
