import { classify } from '../../src/analysis/classify/classify.ts'
import { classifyContext } from '../../src/analysis/classify/context.ts'
import { type MappingFacts, mappingFacts } from '../../src/analysis/thp/facts.ts'
import { mountFacts } from '../../src/analysis/thp/mounts.ts'
import type { RuleContext } from '../../src/analysis/thp/rules.ts'
import { collectThpSettings } from '../../src/collectors/thp-settings.ts'
import type { ThpSettings } from '../../src/model/thp-settings.ts'
import { FakeSys } from './fake-sys.ts'
import { fixtureText } from './fixtures.ts'
import { sampleReport } from './reports.ts'

export const MIB = 2 ** 20
export const HUGE = 2 * MIB

/** The switches of the captured kernel: mode madvise, everything else as it comes. */
export const SETTINGS: ThpSettings = capturedSettings()

function capturedSettings(): ThpSettings {
  using sys = new FakeSys()
  sys.addListing(fixtureText('system/sys-thp.txt'))
  const settings = collectThpSettings(sys.trees().sys, 4096, true)
  if (settings === null) throw new Error('the captured kernel has huge pages')
  return settings
}

/** The same with other switches; those of a size by its bytes. */
export function settingsWith(
  changes: Partial<Omit<ThpSettings, 'sizes'>>,
  sizes: Readonly<Record<number, { enabled?: string; shmemEnabled?: string }>> = {},
): ThpSettings {
  return {
    ...SETTINGS,
    ...changes,
    sizes: SETTINGS.sizes.map((each) => ({ ...each, ...sizes[each.size] })),
  }
}

/** What rules are told of a quiet host. */
export const QUIET: RuleContext = {
  settings: SETTINGS,
  pageSize: 4096,
  thpEnabled: true,
  khugepagedRuns: true,
  pressure: { fallbackShare: Number.NaN, chargeRefused: false, freeHuge: 2 ** 30 },
}

/** Eight aligned MiB of advised anonymous memory, touched and in small pages. */
export const ADVISED: MappingFacts = {
  row: 0,
  size: 8 * MIB,
  backing: { of: 'anonymous' },
  flags: ['rd', 'wr', 'mr', 'mw', 'me', 'ac', 'hg'],
  shape: { capable: 8 * MIB, head: 0, tail: 0, skew: 0, gain: 0 },
  rss: 8 * MIB,
  anonymous: 8 * MIB,
  anonHuge: 0,
  shmemHuge: 0,
  fileHuge: 0,
  huge: 0,
  small: 8 * MIB,
  within: 8 * MIB,
  hugetlb: 0,
  swap: 0,
  shared: 0,
  ksm: 0,
  eligible: true,
  policy: 'advised',
  smaller: [],
  cut: 0,
}

/** The facts of a captured process, with the start of each mapping in hexadecimal. */
export function sampleFacts(sample: string, settings: ThpSettings | null = SETTINGS) {
  const { memory, host, table } = sampleReport(sample)
  const classes = classify(table, classifyContext(memory, host))
  const facts = mappingFacts({ table, classes, settings, mounts: mountFacts(memory), block: HUGE })
  return facts.map((each) => ({ start: (table.start[each.row] as number).toString(16), facts: each }))
}
