import type { RecordField } from '../analysis/records.ts'
import type { HugeProcess } from '../analysis/thp/process-list.ts'

const bytes = (name: string, meaning: string, value: (process: HugeProcess) => number): RecordField<HugeProcess> => ({
  name,
  meaning,
  unit: 'bytes',
  value,
})

/** Columns of processes that can be asked for. */
export const PROCESS_FIELDS: readonly RecordField<HugeProcess>[] = [
  { name: 'pid', meaning: 'process', unit: 'id', value: ({ pid }) => pid },
  bytes('rss', 'status VmRSS', ({ rss }) => rss),
  bytes('huge', 'mapped by huge entries: the next three together', ({ huge }) => huge),
  bytes('anonhuge', 'smaps_rollup AnonHugePages', ({ anonHuge }) => anonHuge),
  bytes('shmemhuge', 'smaps_rollup ShmemPmdMapped', ({ shmemHuge }) => shmemHuge),
  bytes('filehuge', 'smaps_rollup FilePmdMapped', ({ fileHuge }) => fileHuge),
  bytes('hugetlb', 'status HugetlbPages', ({ hugetlb }) => hugetlb),
  bytes('small', 'anonymous memory in small pages: smaps_rollup Anonymous − AnonHugePages', ({ small }) => small),
  bytes('missed', 'of it, what lies in mappings long enough for huge pages: at most', ({ missed }) => missed),
  {
    name: 'thp',
    meaning: 'status THP_enabled: on, or off by PR_SET_THP_DISABLE',
    unit: 'text',
    value: ({ thpEnabled }) => (thpEnabled === null ? '' : thpEnabled ? 'on' : 'off'),
  },
  { name: 'comm', meaning: 'thread name', unit: 'text', value: ({ comm }) => comm },
  {
    name: 'command',
    meaning: 'command line, or the thread name',
    unit: 'text',
    value: ({ cmdline, comm }) => (cmdline.length === 0 ? comm : cmdline.join(' ')),
  },
]

/** The columns shown unless others are asked for. */
export const USUAL_PROCESS_FIELDS = ['pid', 'rss', 'huge', 'hugetlb', 'small', 'missed', 'thp', 'command'] as const
/** Left out first to last when a terminal is too narrow. */
export const EXPENDABLE_PROCESS_FIELDS = ['thp', 'small', 'rss', 'hugetlb'] as const
