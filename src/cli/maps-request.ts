import { FIGURES, keysOf } from '../analysis/figures.ts'
import type { MapsQuestion } from '../analysis/maps-report.ts'
import type { DepthOptions } from '../collectors/address-space.ts'
import { similarNames } from '../model/similar.ts'
import { COLUMN_NAMES } from '../output/mapping-columns.ts'
import type { WantedKeys } from '../parsers/smaps.ts'
import { addressOf, columnOf, figuresAmong, filterOf, type MapsFlagValues } from './maps-flags.ts'
import { UsageError } from './usage-error.ts'

/** The form a report is written in. */
export type Form = 'text' | 'json' | 'ndjson' | 'csv'

/** A `maps` command line, checked. */
export interface MapsRequest {
  readonly form: Form
  readonly question: MapsQuestion
  /** The report itself says in words what it could not read. */
  readonly worded: boolean
  /** Column names as typed; `null` for the usual ones. Those that are raw fields are checked once the kernel's are known. */
  readonly columns: readonly string[] | null
  readonly allFields: boolean
  readonly depth: Pick<DepthOptions, 'basic' | 'maxStallMs' | 'wanted'>
  /** The rollup alone was asked for, or no rollup at all. */
  readonly grouped: boolean
  readonly rollup: boolean
  /** Spell VmFlags out. */
  readonly flags: boolean
}

/** Figures that the usual view and its totals are made of. */
const USUAL_FIGURES = ['rss', 'pss', 'uss', 'dirty', 'swap', 'huge', 'hugetlb', 'anonymous'] as const

/** Checks a command line. On a terminal a very long list is cut to its largest rows unless something else was asked. */
export function mapsRequest(flags: MapsFlagValues, terminal: boolean): MapsRequest {
  const form = formOf(flags)
  const columns = flags.columns ?? null
  const sort = flags.sort ?? null
  refuseConflicts(flags)
  const grouping = flags['group-by'] === 'none' ? null : (flags['group-by'] ?? null)
  return {
    form,
    worded: form === 'text' && !flags.quiet,
    columns,
    allFields: flags['all-fields'],
    depth: {
      wanted: wantedKeys(form, [...(columns ?? []), ...(sort === null ? [] : [sort])], flags['all-fields']),
      basic: flags.basic,
      maxStallMs: flags['max-stall'],
    },
    grouped: grouping !== null,
    rollup: flags['group-by'] !== 'none',
    flags: flags.flags,
    question: {
      filter: filterOf(flags),
      grouping,
      order:
        sort === null
          ? flags.reverse
            ? { by: 'address', reverse: true }
            : null
          : { by: columnName(sort), reverse: flags.reverse },
      coalesce: flags.coalesce && form === 'text' && !flags.flags && !flags['all-fields'],
      limit: flags.limit === undefined || flags.limit === 0 ? null : flags.limit,
      overview: terminal && form === 'text' && sort === null && !flags.reverse && flags.limit === undefined,
      address: flags.addr === undefined ? null : addressOf(flags.addr),
      gaps: flags.gaps,
    },
  }
}

/** Flags that would silently do nothing beside another; each with the flags it does not go with. */
const CONFLICTS: readonly (readonly [flag: keyof MapsFlagValues, others: readonly (keyof MapsFlagValues)[]])[] = [
  ['addr', ['group-by', 'gaps', 'kind', 'path', 'perms', 'min-rss', 'sort', 'reverse', 'limit']],
  ['group-by', ['sort', 'reverse', 'limit', 'columns', 'all-fields', 'flags', 'csv', 'ndjson']],
  ['gaps', ['csv', 'ndjson']],
  ['columns', ['json', 'ndjson', 'all-fields']],
  ['flags', ['json', 'ndjson', 'csv']],
  ['all-fields', ['basic', 'json', 'ndjson', 'csv']],
  ['basic', ['min-rss']],
]

function refuseConflicts(flags: MapsFlagValues): void {
  for (const [flag, others] of CONFLICTS) {
    if (!isGiven(flags, flag)) continue
    const other = others.find((each) => isGiven(flags, each))
    if (other !== undefined) throw new UsageError(`--${flag} does not go with --${other}`)
  }
}

/** `--group-by none` only leaves the rollup out, and goes with everything. */
function isGiven(flags: MapsFlagValues, name: keyof MapsFlagValues): boolean {
  const value = flags[name]
  return value !== undefined && value !== false && value !== 'none'
}

function formOf(flags: MapsFlagValues): Form {
  if (flags.json) return 'json'
  if (flags.ndjson) return 'ndjson'
  return flags.csv ? 'csv' : 'text'
}

/** A name that is no derived figure may be a field of any kernel, so then all are kept. */
function wantedKeys(form: Form, names: readonly string[], allFields: boolean): WantedKeys {
  const raw = names.some((name) => !COLUMN_NAMES.includes(name.toLowerCase()))
  if (form === 'json' || form === 'ndjson' || allFields || raw || (form === 'csv' && names.length === 0)) return 'all'
  return keysOf([...USUAL_FIGURES, ...figuresAmong(names.map((name) => name.toLowerCase()))])
}

/** A column's own spelling; a name that is none may be a field of this kernel, which `checkSortKey` finds out. */
function columnName(name: string): string {
  const lower = name.trim().toLowerCase()
  return COLUMN_NAMES.includes(lower) ? lower : name.trim()
}

/** Columns of text that rows can be sorted by; every figure and field can be. */
const SORTABLE_TEXTS = ['address', 'path', 'perms', 'kind']

/** Refuses a sort key that no column of this kernel has. */
export function checkSortKey(key: string, fields: readonly string[]): void {
  const known = [...SORTABLE_TEXTS, ...FIGURES.map((each) => each.id), ...fields]
  if (!known.some((name) => name.toLowerCase() === key.toLowerCase())) {
    const near = similarNames(key, known)
    const hint =
      near.length > 0 ? `did you mean ${near.join(', ')}?` : `sort by one of ${[...new Set(known)].join(', ')}`
    throw new UsageError(`--sort does not take "${key}"`, hint)
  }
}

/** Resolves typed column names against those of this kernel; a column named twice is shown once. */
export function resolveColumns(names: readonly string[], fields: readonly string[], flag: string): readonly string[] {
  return [...new Set(names.map((name) => columnOf(name, [...COLUMN_NAMES, ...fields], flag)))]
}
