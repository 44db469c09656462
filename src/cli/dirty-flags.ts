import * as Flags from '@oclif/core/flags'
import { DIRTY_TABLES } from '../analysis/dirty/tables.ts'
import { durationFlag, stallFlag, targetFlags } from './flags.ts'
import { recordFlags, reportFlags } from './record-request.ts'

/** How long smaps may be expected to stall a process before maps is read instead. */
const DEFAULT_MAX_STALL_MS = 100
/** The flags of `dirty`. */
export const dirtyFlags = {
  ...targetFlags,
  by: Flags.option({
    options: DIRTY_TABLES,
    helpGroup: 'VIEW',
    description: 'what the table has a row for; without it file with a TARGET, process without',
  })(),
  ...recordFlags,
  'open-files': Flags.boolean({
    default: true,
    allowNo: true,
    helpGroup: 'COST',
    description: 'also files that are open for writing and not mapped (--no-open-files: mapped ones alone)',
  }),
  remote: Flags.boolean({
    helpGroup: 'COST',
    description: 'also open mapped files of network and FUSE file systems, which may wait for a server for ever',
  }),
  'max-stall': stallFlag({
    default: DEFAULT_MAX_STALL_MS,
    defaultHelp: async () => `${DEFAULT_MAX_STALL_MS}ms`,
    helpGroup: 'COST',
    description: 'read smaps only if a process’s mmap calls are expected to wait no longer than this for it',
  }),
  watch: Flags.boolean({
    helpGroup: 'WATCH',
    description: 'a line for every interval, until Ctrl-C: rates, and when the thresholds will be reached',
  }),
  interval: durationFlag({
    helpGroup: 'WATCH',
    description: 'time between two lines, 1s unless given; stretched where looking takes more than 1 % of it',
  }),
  count: Flags.integer({
    min: 1,
    helpValue: 'N',
    helpGroup: 'WATCH',
    description: 'end after N lines',
  }),
  ...reportFlags,
}
