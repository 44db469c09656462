import type { RecordField } from '../analysis/records.ts'
import type { ThpMapping, ThpProcess } from '../analysis/thp/process-report.ts'
import { hexPadded } from '../model/address.ts'
import type { FolioCounts } from '../model/folios.ts'
import { permsText } from '../model/perms.ts'
import { reasonCell } from './thp-reason-text.ts'

/** A mapping of a process, as a row of a table. */
export interface ThpRow {
  readonly process: ThpProcess
  readonly mapping: ThpMapping
  /** Bytes of a huge page. */
  readonly block: number
}

type Field = RecordField<ThpRow>

const bytes = (name: string, meaning: string, value: (mapping: ThpMapping) => number): Field => ({
  name,
  meaning,
  unit: 'bytes',
  value: ({ mapping }) => value(mapping),
})

/** Columns of mappings that can be asked for. */
export const MAPPING_FIELDS: readonly Field[] = [
  { name: 'pid', meaning: 'process', unit: 'id', value: ({ process }) => process.memory.pid },
  {
    name: 'address',
    meaning: 'where the mapping starts',
    unit: 'text',
    value: ({ process, mapping }) => hexPadded(process.table.start[mapping.facts.row] as number),
  },
  bytes('size', 'address space: end − start', ({ facts }) => facts.size),
  bytes('rss', 'smaps Rss', ({ facts }) => facts.rss),
  bytes('huge', 'mapped by huge entries: AnonHugePages + ShmemPmdMapped + FilePmdMapped', ({ facts }) => facts.huge),
  bytes('anonhuge', 'smaps AnonHugePages', ({ facts }) => facts.anonHuge),
  bytes('shmemhuge', 'smaps ShmemPmdMapped', ({ facts }) => facts.shmemHuge),
  bytes('filehuge', 'smaps FilePmdMapped', ({ facts }) => facts.fileHuge),
  bytes('hugetlb', 'smaps Shared_Hugetlb + Private_Hugetlb', ({ facts }) => facts.hugetlb),
  bytes('small', 'resident in small pages: Rss − huge', ({ facts }) => facts.small),
  bytes('folios', 'in large folios below the PMD size; needs --folios', ({ folios, facts }) =>
    folioBytes(folios, facts.huge),
  ),
  bytes('capable', 'in whole blocks of a huge page, as the mapping lies', ({ facts }) => facts.shape.capable),
  bytes('skew', 'how far behind a multiple of a huge page it starts', ({ facts }) => facts.shape.skew),
  bytes('gain', 'what would be huge if the reason were mended: at most', ({ gain }) => gain),
  {
    name: 'eligible',
    meaning: 'smaps THPeligible: 1 or 0; since Linux 6.8 for any size',
    unit: 'text',
    value: ({ mapping: { facts } }) => (facts.eligible === null ? '' : facts.eligible ? '1' : '0'),
  },
  {
    name: 'reason',
    meaning: 'why it is not huge, in a word: see the reasons',
    unit: 'text',
    value: ({ mapping }) => mapping.reason,
  },
  {
    name: 'why',
    meaning: 'the same for people',
    unit: 'text',
    value: ({ mapping, block }) => reasonCell(mapping, block),
  },
  {
    name: 'perms',
    meaning: 'permissions as the kernel prints them',
    unit: 'text',
    value: ({ process, mapping }) => permsText(process.table.perms[mapping.facts.row] as number),
  },
  {
    name: 'flags',
    meaning: 'VmFlags',
    unit: 'text',
    value: ({ mapping }) => mapping.facts.flags?.join(' ') ?? '',
  },
  {
    name: 'kind',
    meaning: 'what the mapping is',
    unit: 'text',
    value: ({ process, mapping }) => process.classes.kind(mapping.facts.row),
  },
  { name: 'path', meaning: 'file or name; (…) is a known runtime’s use of it', unit: 'text', value: nameOf },
]

/** The columns shown unless others are asked for. */
export const USUAL_MAPPING_FIELDS = [
  'address',
  'size',
  'rss',
  'huge',
  'hugetlb',
  'gain',
  'why',
  'kind',
  'path',
] as const
/** Left out where no mapping has any. */
export const RARE_MAPPING_FIELDS: readonly string[] = ['hugetlb']
/** Left out first to last when a terminal is too narrow. */
export const EXPENDABLE_MAPPING_FIELDS = ['kind', 'size', 'rss', 'huge', 'hugetlb'] as const
/** The columns of CSV unless others are asked for. */
export const CSV_MAPPING_FIELDS: readonly string[] = MAPPING_FIELDS.map(({ name }) => name).filter(
  (name) => name !== 'why',
)

/** Bytes in folios above a base page that are not mapped by huge entries; `NaN` when they were not looked at. */
function folioBytes(folios: FolioCounts | null, huge: number): number {
  if (folios === null) return Number.NaN
  const whole = folios.sizes.reduce((sum, { aligned, unaligned }) => sum + aligned + unaligned, 0)
  return Math.max(0, whole + folios.partialAnon + folios.partialFile - huge)
}

function nameOf({ process, mapping }: ThpRow): string {
  const { row } = mapping.facts
  const name = process.table.nameOf(row)
  if (name !== '') return name
  const label = process.classes.label(row)
  return label === null ? '' : `(${label})`
}
