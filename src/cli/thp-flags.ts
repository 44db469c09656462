import * as Flags from '@oclif/core/flags'
import { durationFlag, targetFlags } from './flags.ts'
import { type FilterFlags, mapsFlags } from './maps-flags.ts'
import { recordFlags, reportFlags } from './record-request.ts'
import type { TargetFlags } from './targets.ts'

/** How long the counters of the host are watched for rates. */
const DEFAULT_INTERVAL_MS = 250

const { kind, path, perms, 'min-rss': minRss, 'max-stall': maxStall } = mapsFlags

/** The flags of `thp`. */
export const thpFlags = {
  ...targetFlags,
  ...recordFlags,
  kind,
  path,
  perms,
  'min-rss': minRss,
  folios: Flags.boolean({
    allowNo: true,
    helpGroup: 'LOOK',
    description:
      'large folios of every size, from pagemap and kpageflags (root); by itself where a size below the PMD size is on',
  }),
  zeros: Flags.boolean({
    helpGroup: 'LOOK',
    description: 'read a sample of the huge memory and count pages of zeros (needs the right to trace the process)',
  }),
  counters: Flags.boolean({
    helpGroup: 'LOOK',
    description: 'have perf count the TLB misses of the process for --interval',
  }),
  interval: durationFlag({
    default: DEFAULT_INTERVAL_MS,
    defaultHelp: async () => `${DEFAULT_INTERVAL_MS}ms`,
    helpGroup: 'COST',
    description: 'how long to watch the host’s counters for rates; 0: not at all',
  }),
  'max-stall': maxStall,
  ...reportFlags,
}

/** The flags of `thp`, as parsed. */
export interface ThpFlagValues extends FilterFlags, TargetFlags {
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly reverse: boolean
  readonly limit?: number | undefined
  readonly folios?: boolean | undefined
  readonly zeros: boolean
  readonly counters: boolean
  readonly interval: number
  readonly 'max-stall': number
  readonly json: boolean
  readonly csv: boolean
  readonly quiet: boolean
}
