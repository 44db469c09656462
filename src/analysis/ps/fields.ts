import { type PsField, psColumn } from './field.ts'
import { MEMORY_FIELDS } from './memory-fields.ts'

const EXACT = { sum: 'exact' } as const

/** Every column of a list of processes, in the order of JSON and CSV. */
export const PS_FIELDS: readonly PsField[] = [
  psColumn('pid', 'id', 'status', 'process ID', (row) => row.pid),
  ...MEMORY_FIELDS,
  psColumn(
    'commit',
    'bytes',
    'smaps',
    'private memory the kernel has promised to back: Size of mappings with the VmFlag ac; reads all of smaps',
    (row) => row.space.commit,
    EXACT,
  ),
  psColumn(
    'mappings',
    'count',
    'maps',
    'mappings, which vm.max_map_count limits: lines of maps',
    (row) => row.space.mappings,
    EXACT,
  ),
  psColumn('minflt', 'count', 'stat', 'minor faults since its start: stat', (row) => row.minflt, EXACT),
  psColumn('majflt', 'count', 'stat', 'major faults since its start: stat', (row) => row.majflt, EXACT),
  psColumn(
    'oomScore',
    'count',
    'oom_score',
    'what the OOM killer goes by, the largest first: oom_score',
    (row) => row.oomScore,
  ),
  psColumn(
    'oomScoreAdj',
    'count',
    'oom_score_adj',
    'correction of it, −1000 (never) to 1000: oom_score_adj',
    (row) => row.oomScoreAdj,
  ),
  psColumn('threads', 'count', 'status', 'threads: Threads of status', (row) => row.status.threads, EXACT),
  psColumn('ageSeconds', 'seconds', 'stat', 'how long it has run: starttime of stat', (row) => row.ageSeconds, {
    name: 'age',
  }),
  psColumn('ppid', 'id', 'status', 'its parent: PPid of status', (row) => row.status.ppid),
  psColumn('uid', 'id', 'status', 'effective user id: Uid of status', (row) => row.status.uid),
  psColumn('user', 'text', 'status', 'name of that user, else the number: /etc/passwd', (row) => row.user),
  psColumn(
    'state',
    'text',
    'status',
    'R running, S and D waiting, T stopped, I idle: State of status',
    (row) => row.status.state,
  ),
  psColumn(
    'container',
    'text',
    'cgroup',
    'short id of its container, by the name of its cgroup',
    (row) => row.container ?? Number.NaN,
  ),
  psColumn(
    'cgroup',
    'text',
    'cgroup',
    'cgroup that its memory is accounted to: cgroup',
    (row) => row.cgroup ?? Number.NaN,
  ),
  psColumn('comm', 'text', 'status', 'name of its main thread: Name of status', (row) => row.status.name, {
    name: 'name',
  }),
  psColumn(
    'cmdline',
    'text',
    'cmdline',
    'its arguments, or [its name] when it has none: cmdline',
    (row) => (row.cmdline === null || row.cmdline.length === 0 ? `[${row.status.name}]` : row.cmdline.join(' ')),
    { name: 'command' },
  ),
]

/** The column of this name. */
export function psField(name: string): PsField {
  return PS_FIELDS.find((field) => field.name === name) as PsField
}
