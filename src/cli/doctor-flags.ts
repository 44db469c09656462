import * as Flags from '@oclif/core/flags'
import { SEVERITIES } from '../analysis/rules/rule.ts'
import { durationFlag, listFlag, outputFlags, stallFlag, targetFlags } from './flags.ts'

const { json, wide, color, quiet } = outputFlags

const FORMATS = ['text', 'json', 'markdown'] as const
export type DoctorFormat = (typeof FORMATS)[number]

/** Flags of `doctor`. */
export const doctorFlags = {
  ...targetFlags,
  rules: listFlag({
    helpValue: 'LIST',
    helpGroup: 'RULES',
    description: 'check these rules alone; all for every rule',
  }),
  ignore: listFlag({ helpValue: 'LIST', helpGroup: 'RULES', description: 'leave these rules out' }),
  severity: Flags.option({
    options: SEVERITIES,
    helpGroup: 'RULES',
    description: 'show findings that matter at least so much (info)',
  })(),
  'fail-on': Flags.option({
    options: SEVERITIES,
    helpGroup: 'RULES',
    description: 'end with status 3 when a finding matters at least so much',
  })(),
  config: Flags.string({
    char: 'c',
    helpValue: 'FILE',
    helpGroup: 'RULES',
    description: 'the configuration; else mmapctl.yml, .mmapctl.yml, mmapctl.json or package.json, here or above',
  }),
  interval: durationFlag({
    default: 500,
    defaultHelp: async () => '500ms',
    helpGroup: 'RULES',
    description: 'time between two looks at the host’s counters; 0 leaves rates out',
  }),
  'max-stall': stallFlag({
    default: 100,
    defaultHelp: async () => '100ms',
    description: 'longest predicted wait of the process’s own mmap calls; above it only maps is read',
  }),
  zeros: Flags.boolean({
    helpGroup: 'RULES',
    description: 'sample the contents of huge pages, for thp-bloat (needs the right to trace)',
  }),
  self: Flags.boolean({
    helpGroup: 'SELF',
    description: 'what mmapctl itself may do on this host, tried by doing it, and how to have the rest',
    exclusive: [...Object.keys(targetFlags), 'rules', 'ignore', 'severity', 'fail-on', 'config'],
  }),
  require: listFlag({
    helpValue: 'LIST',
    helpGroup: 'SELF',
    description: 'end with status 3 unless these abilities work',
    dependsOn: ['self'],
  }),
  format: Flags.option({
    options: FORMATS,
    helpGroup: 'OUTPUT',
    description: 'a form of the report; markdown is for an incident’s notes',
    exclusive: ['json', 'markdown'],
  })(),
  json,
  markdown: Flags.boolean({ helpGroup: 'OUTPUT', description: '--format markdown', exclusive: ['json'] }),
  wide,
  color,
  quiet,
}

/** The form that flags ask for. */
export function formatOf(flags: {
  readonly format?: DoctorFormat | undefined
  readonly json: boolean
  readonly markdown: boolean
}): DoctorFormat {
  return flags.format ?? (flags.json ? 'json' : flags.markdown ? 'markdown' : 'text')
}
