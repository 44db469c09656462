import { anonymousPolicy, type Policy, shmemPolicy } from '../analysis/thp/policy.ts'
import type { ThpSettings, ThpSize } from '../model/thp-settings.ts'
import type { ListColumn } from './column-writer.ts'
import { fittingList } from './fitting-list.ts'
import type { NotedStyle } from './noted-list.ts'
import { formatBytes, formatCount } from './units.ts'
import { withFigures } from './with-figures.ts'
import { paragraph } from './wrap.ts'

const POLICIES: Readonly<Record<Policy, string>> = {
  always: 'always',
  'within-size': 'within size',
  advised: 'where asked',
  never: 'never',
}

/** Sizes that are off and have never been used say nothing, and are named in one line. */
export function sizeLines(settings: ThpSettings, { palette, width }: NotedStyle): readonly string[] {
  const { sizes } = settings
  const quiet = sizes.filter((size) => isQuiet(settings, size))
  const shown = sizes.filter((size) => !quiet.includes(size))
  const stat = (size: ThpSize | undefined, name: string): string => {
    const value = size?.stats[name] ?? 0
    return value === 0 ? '' : formatCount(value)
  }
  const level = (size: ThpSize | undefined, name: string): string => {
    const value = (size?.stats[name] ?? 0) * (size?.size ?? 0)
    return value === 0 ? '' : formatBytes(value)
  }
  const column = (title: string, cell: (size: ThpSize | undefined) => string): ListColumn => ({
    title,
    align: 'right',
    cell: (row) => cell(shown[row]),
  })
  const all: readonly ListColumn[] = [
    { title: 'FOLIO', align: 'right', cell: (row) => formatBytes(shown[row]?.size ?? null) },
    { title: 'ANONYMOUS', align: 'left', cell: (row) => anonymousText(settings, shown[row]) },
    { title: 'SHARED', align: 'left', cell: (row) => sharedText(settings, shown[row]) },
    column('IN USE', (size) => level(size, 'nr_anon')),
    column('PARTLY', (size) => level(size, 'nr_anon_partially_mapped')),
    column('FAULTS', (size) => stat(size, 'anon_fault_alloc')),
    column('FELL BACK', (size) => stat(size, 'anon_fault_fallback')),
    column('SPLIT', (size) => stat(size, 'split')),
    column('SHARED MADE', (size) => stat(size, 'shmem_alloc')),
  ]
  const columns = withFigures(all, shown.length)
  const lines = fittingList(columns, shown.length, EXPENDABLE, { palette, width })
  return [...lines, ...quietLines(quiet, width).map(palette.muted)]
}

const EXPENDABLE = ['SHARED MADE', 'SPLIT', 'PARTLY', 'FELL BACK', 'FAULTS', 'SHARED']

function quietLines(quiet: readonly ThpSize[], width: number | null): readonly string[] {
  if (quiet.length === 0) return []
  return paragraph(`off and unused: ${quiet.map(({ size }) => formatBytes(size)).join(', ')}`, width)
}

function isQuiet(settings: ThpSettings, size: ThpSize): boolean {
  const off =
    anonymousPolicy(settings, size.size) === 'never' &&
    shmemPolicy(settings, size.size, { owner: 'anonymous' }) === 'never'
  return off && size.size !== settings.pmdSize && Object.values(size.stats).every((value) => value === 0)
}

function anonymousText(settings: ThpSettings, size: ThpSize | undefined): string {
  if (size === undefined || size.enabled === null) return ''
  return effect(size.enabled, anonymousPolicy(settings, size.size))
}

function sharedText(settings: ThpSettings, size: ThpSize | undefined): string {
  if (size === undefined || size.shmemEnabled === null) return ''
  return effect(size.shmemEnabled, shmemPolicy(settings, size.size, { owner: 'anonymous' }))
}

/** The switch, and what it comes to where that is another word. */
function effect(word: string, policy: Policy): string {
  const meant = POLICIES[policy]
  return word === meant ? word : `${word}: ${meant}`
}
