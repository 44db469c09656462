import * as Flags from '@oclif/core/flags'
import { PS_GROUPINGS, type PsGrouping } from '../analysis/ps/groups.ts'
import type { ColourMode } from './colour.ts'
import { outputFlags, stallFlag, targetFlags } from './flags.ts'
import { recordFlags, reportFlags } from './record-request.ts'

/** How long a page walk may be expected to stall a process before it is left out. */
const DEFAULT_MAX_STALL_MS = 100

const { pgrep, cgroup, children, procfs, sysfs } = targetFlags

/** The flags of `ps`. */
export const psFlags = {
  pgrep,
  cgroup,
  children,
  user: Flags.string({
    helpValue: 'USER',
    helpGroup: 'TARGET',
    description: 'of all these only the processes of this user, by name or number',
  }),
  procfs,
  sysfs,
  'group-by': Flags.option({
    options: PS_GROUPINGS,
    helpGroup: 'VIEW',
    description: 'add processes up that share this',
  })(),
  ...recordFlags,
  limit: Flags.integer({
    char: 'n',
    min: 0,
    helpValue: 'N',
    helpGroup: 'VIEW',
    aliases: ['top'],
    description: 'at most N rows, 0 for all; on a terminal as many as fit (also --top)',
  }),
  basic: Flags.boolean({
    helpGroup: 'COST',
    description: 'nothing that takes a lock of the process: no page walk, no command line; works on hung processes too',
  }),
  'max-stall': stallFlag({
    default: DEFAULT_MAX_STALL_MS,
    defaultHelp: async () => `${DEFAULT_MAX_STALL_MS}ms`,
    helpGroup: 'COST',
    description: 'walk a process only if its mmap calls are expected to wait no longer than this for it',
  }),
  ...reportFlags,
  json: Flags.boolean({ helpGroup: 'OUTPUT', description: 'one JSON document: bytes, totals, where the RAM is' }),
  csv: Flags.boolean({
    helpGroup: 'OUTPUT',
    description: 'comma-separated values, the table alone',
    exclusive: ['json', 'ndjson'],
  }),
  ndjson: Flags.boolean({
    helpGroup: 'OUTPUT',
    description: 'a JSON object a row, a line each',
    exclusive: ['json', 'csv'],
  }),
  wide: { ...outputFlags.wide, description: 'the usual columns and whole command lines, however long the line' },
}

/** The flags of `ps`, as parsed. */
export interface PsFlagValues {
  readonly pgrep?: string | undefined
  readonly cgroup?: string | undefined
  readonly children: boolean
  readonly user?: string | undefined
  readonly procfs?: string | undefined
  readonly sysfs?: string | undefined
  readonly 'group-by'?: PsGrouping | undefined
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly reverse: boolean
  readonly limit?: number | undefined
  readonly basic: boolean
  readonly 'max-stall': number
  readonly json: boolean
  readonly csv: boolean
  readonly ndjson: boolean
  readonly bytes: boolean
  readonly header: boolean
  readonly wide: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}
