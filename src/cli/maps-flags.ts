import * as Flags from '@oclif/core/flags'
import picomatch from 'picomatch'
import { withoutDeleted } from '../analysis/classify/names.ts'
import { FIGURES } from '../analysis/figures.ts'
import { type Filter, parsePermsPattern } from '../analysis/filter.ts'
import { GROUPINGS, type Grouping } from '../analysis/groups.ts'
import { parseAddress, type SplitAddress } from '../model/address.ts'
import { KIND_NAMES, type Kind } from '../model/kinds.ts'
import { similarNames } from '../model/similar.ts'
import { bytesFlag, listFlag, stallFlag } from './flags.ts'
import { UsageError } from './usage-error.ts'

/** How long smaps may be expected to stall the target before maps is read instead. */
const DEFAULT_MAX_STALL_MS = 100

/** What of the mappings to show, and how. */
export const mapsFlags = {
  columns: listFlag({
    char: 'o',
    helpValue: 'LIST',
    helpGroup: 'VIEW',
    description: 'columns, in this order',
  }),
  sort: Flags.string({
    char: 's',
    helpValue: 'COLUMN',
    helpGroup: 'VIEW',
    description: 'sort by a column; figures largest first',
  }),
  reverse: Flags.boolean({ char: 'r', helpGroup: 'VIEW', description: 'the other way round' }),
  limit: Flags.integer({
    char: 'n',
    min: 0,
    helpValue: 'N',
    helpGroup: 'VIEW',
    description: 'at most N rows; 0 for all',
  }),
  'group-by': Flags.option({
    options: [...GROUPINGS, 'none'] as const,
    helpGroup: 'VIEW',
    description: 'the rollup alone, by this; none: no rollup',
  })(),
  coalesce: Flags.boolean({
    default: true,
    allowNo: true,
    helpGroup: 'VIEW',
    description: 'show neighbouring segments of a file as one row',
  }),
  gaps: Flags.boolean({
    helpGroup: 'VIEW',
    description: 'holes of the address space: how many, the largest, and its share of all',
  }),
  flags: Flags.boolean({ helpGroup: 'VIEW', description: 'the VmFlags of each mapping, spelled out' }),
  'all-fields': Flags.boolean({
    char: 'X',
    helpGroup: 'VIEW',
    description: 'whatever this kernel prints in smaps, a column each',
  }),
  kind: listFlag({ helpValue: 'LIST', helpGroup: 'FILTER', description: 'mappings of these kinds' }),
  path: Flags.string({
    helpValue: 'GLOB',
    helpGroup: 'FILTER',
    description: 'mappings whose path, or its base name, matches',
  }),
  perms: Flags.string({
    helpValue: 'PERMS',
    helpGroup: 'FILTER',
    description: 'rw-p, with ? for any; or letters that must be there: wx',
  }),
  'min-rss': bytesFlag({ helpGroup: 'FILTER', description: 'mappings with at least so much resident' }),
  addr: Flags.string({
    helpValue: 'ADDRESS',
    helpGroup: 'FILTER',
    description: 'the mapping of this address and its neighbours',
  }),
  basic: Flags.boolean({
    helpGroup: 'COST',
    description: 'read maps alone: no page walk, the least that can be read',
  }),
  'max-stall': stallFlag({
    default: DEFAULT_MAX_STALL_MS,
    defaultHelp: async () => `${DEFAULT_MAX_STALL_MS}ms`,
    helpGroup: 'COST',
    description: 'read smaps only if the target’s mmap calls are expected to wait no longer than this for it',
  }),
}

/** The flags of `maps`, as parsed. */
export interface MapsFlagValues extends FilterFlags {
  readonly columns?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly reverse: boolean
  readonly limit?: number | undefined
  readonly 'group-by'?: Grouping | 'none' | undefined
  readonly coalesce: boolean
  readonly gaps: boolean
  readonly flags: boolean
  readonly 'all-fields': boolean
  readonly addr?: string | undefined
  readonly basic: boolean
  readonly 'max-stall': number
  readonly json: boolean
  readonly csv: boolean
  readonly ndjson: boolean
  readonly quiet: boolean
}

/** The filter flags, as parsed. */
export interface FilterFlags {
  readonly kind?: readonly string[] | undefined
  readonly path?: string | undefined
  readonly perms?: string | undefined
  readonly 'min-rss'?: number | undefined
}

/** Checks the filter flags. */
export function filterOf(flags: FilterFlags): Filter {
  return {
    ...(flags.kind === undefined ? {} : { kinds: new Set(flags.kind.map(kindOf)) }),
    ...(flags.path === undefined ? {} : { path: pathDecider(flags.path) }),
    ...(flags.perms === undefined ? {} : { perms: permsOf(flags.perms) }),
    ...(flags['min-rss'] === undefined ? {} : { minRss: flags['min-rss'] }),
  }
}

/** Checks `--addr`. */
export function addressOf(text: string): SplitAddress {
  const address = parseAddress(text)
  if (address === null)
    throw new UsageError(`--addr does not take "${text}"`, 'write it in hexadecimal, as 0x7f12a3b4c000')
  return address
}

/** Checks a column's name, in any spelling of upper and lower case. */
export function columnOf(text: string, known: readonly string[], flag: string): string {
  const found = known.find((name) => name.toLowerCase() === text.trim().toLowerCase())
  if (found !== undefined) return found
  const near = similarNames(text, known)
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `columns are ${[...new Set(known)].join(', ')}`
  throw new UsageError(`--${flag}: no column "${text}"`, hint)
}

/** The derived figures among column names. */
export function figuresAmong(columns: readonly string[]): readonly (typeof FIGURES)[number]['id'][] {
  return FIGURES.filter((each) => columns.includes(each.id)).map((each) => each.id)
}

function kindOf(text: string): Kind {
  const kind = KIND_NAMES.find((name) => name === text.trim())
  if (kind !== undefined) return kind
  const near = similarNames(text, KIND_NAMES)
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `kinds are ${KIND_NAMES.join(', ')}`
  throw new UsageError(`--kind: no kind "${text}"`, hint)
}

function permsOf(text: string): RegExp {
  const pattern = parsePermsPattern(text)
  if (pattern === null)
    throw new UsageError(`--perms does not take "${text}"`, 'write rw-p, rw?? or letters such as wx')
  return pattern
}

/**
 * A glob over the whole path, or over its base name when it has no slash. A name given exactly always matches, so that
 * `[heap]` need not be escaped; with the kernel's ` (deleted)` too, which a file may also be called.
 */
function pathDecider(glob: string): (name: string) => boolean {
  if (glob === '') throw new UsageError('--path is empty', 'give a path, a base name or a glob')
  const matches = globMatcher(glob)
  const byBase = !glob.includes('/')
  return (binary) => {
    const printed = Buffer.from(binary, 'latin1').toString('utf8')
    const name = withoutDeleted(printed)
    if (printed === glob || name === glob) return true
    return matches(byBase && name.startsWith('/') ? name.slice(name.lastIndexOf('/') + 1) : name)
  }
}

function globMatcher(glob: string): (name: string) => boolean {
  try {
    return picomatch(glob, { dot: true, strictBrackets: true, nonegate: true })
  } catch {
    throw new UsageError(`--path does not take "${glob}"`, 'brackets and braces must be closed')
  }
}
