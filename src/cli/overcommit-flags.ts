import * as Flags from '@oclif/core/flags'
import { OWNER_FIELDS } from '../analysis/overcommit/owners.ts'
import { PROMISE_FIELDS } from '../analysis/overcommit/promises.ts'
import { durationFlag, stallFlag } from './flags.ts'
import { recordFlags } from './record-request.ts'

/** How long smaps of one process may be expected to stall it before maps is read instead. */
const DEFAULT_MAX_STALL_MS = 100

const names = (fields: readonly { readonly name: string }[]): string => fields.map((field) => field.name).join(', ')

/** What to ask of the promises. */
export const overcommitFlags = {
  'what-if': Flags.option({
    options: ['0', '1', '2'] as const,
    helpGroup: 'QUESTION',
    description: 'what vm.overcommit_memory in this mode would mean',
  })(),
  interval: durationFlag({
    helpGroup: 'QUESTION',
    description: 'look twice, so far apart, and say when limits are reached at that rate',
  }),
  ...recordFlags,
  basic: Flags.boolean({ helpGroup: 'COST', description: 'never read smaps: estimates from maps and status' }),
  'max-stall': stallFlag({
    default: DEFAULT_MAX_STALL_MS,
    defaultHelp: async () => `${DEFAULT_MAX_STALL_MS}ms`,
    helpGroup: 'COST',
    description: 'read smaps of a process only if its mmap calls are expected to wait no longer than this for it',
  }),
}

/** Columns of the two tables, for --help. */
export const COLUMN_HELP = [
  `Columns of the owners: ${names(OWNER_FIELDS)}.`,
  `Columns of a process’s promises: ${names(PROMISE_FIELDS)}.`,
] as const
