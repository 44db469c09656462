import { DURABILITIES } from '../../model/durability.ts'
import { FAULT_KINDS } from '../../model/fault-attribution.ts'
import type { GateMetric } from '../../model/gate/metrics.ts'
import { THP_REASONS } from '../../model/thp-reasons.ts'
import type { WatchFigure } from '../../model/watch.ts'
import { type Topic, type TopicKind, topicsOf } from '../topic.ts'

const METRICS: Readonly<Record<GateMetric, string>> = {
  'peak-rss': 'The largest resident memory of a run: the highest VmHWM of any one of its processes.',
  anon: 'The most private anonymous and shared memory of all processes of a run at one moment, shared pages by their share.',
  'minor-faults': 'Minor faults of the whole run, those of all its processes.',
  mappings: 'The most mappings that any one process had at its end, which is what vm.max_map_count limits.',
  'after.anon': 'anon of a server when its load is over.',
  'growth.anon':
    'How much anon grew from the end of the warm-up to the end of the load: a leak, when the work was the same.',
  'after.mappings': 'Mappings of a server when its load is over.',
  'growth.mappings': 'How many mappings there are more after the load than after the warm-up.',
  'ready.anon': 'anon of a server when it is ready.',
  'warm.anon': 'anon of a server after its warm-up.',
  'page-tables': 'The highest sum of page tables (VmPTE) of all processes that was seen.',
  locked: 'The highest sum of locked memory (VmLck) of all processes that was seen.',
  huge: 'What huge pages map, of all processes at the moment of anon.',
  'file-huge':
    'Memory of files that huge pages map (FilePmdMapped) in any one process, the most of them, when most was resident.',
  'dtlb-misses': 'dTLB-load-misses of perf, on machines that count them.',
  'major-faults': 'Faults that waited for a device. Shown, not compared: they tell of the page cache.',
  swap: 'The highest sum of VmSwap of all processes that was seen. Shown, not compared: it tells of the machine.',
  dirty:
    'Written pages of all processes at the moment of anon. Shown, not compared: a program that was just linked counts as dirty.',
}

const FIGURES: Readonly<Record<WatchFigure, string>> = {
  rss: 'Resident memory: VmRSS of status, or Rss of smaps_rollup where that was read.',
  anon: 'Anonymous resident memory: RssAnon.',
  file: 'Resident pages of files: RssFile.',
  shmem: 'Resident shared memory: RssShmem.',
  pss: 'Resident memory with shared pages divided by those who map them: Pss of smaps_rollup.',
  uss: 'Resident pages that nobody else maps: Private_Clean + Private_Dirty of smaps_rollup.',
  dirty: 'Resident pages that were written to: Shared_Dirty + Private_Dirty of smaps_rollup.',
  swap: 'Anonymous memory in swap: VmSwap.',
  huge: 'Memory mapped by huge entries of the page table: AnonHugePages + ShmemPmdMapped + FilePmdMapped.',
  hugetlb: 'Pages of the hugetlb pool: HugetlbPages.',
  locked: 'Size of locked mappings: VmLck.',
  pageTables: 'Page tables: VmPTE.',
  size: 'Address space: VmSize. Not memory.',
  mappings: 'How many mappings there are: lines of maps.',
  threads: 'Threads, as status counts them.',
  minorFaults: 'Minor faults a second: minflt of stat.',
  majorFaults: 'Major faults a second: majflt of stat.',
  cgroupPressureSome: 'Part of the time that some task of its cgroup waited for memory: avg10 of memory.pressure.',
  cgroupPressureFull: 'Part of the time that all tasks of its cgroup waited for memory: avg10 of memory.pressure.',
  pressureSome: 'Part of the time that some task of the host waited for memory: avg10 of /proc/pressure/memory.',
  pressureFull: 'Part of the time that all tasks of the host waited for memory: avg10 of /proc/pressure/memory.',
}

/** Columns of `mmapctl faults --csv`, of its counters and of its hot spots. */
const FAULT_COLUMNS: Readonly<Record<string, string>> = {
  subject: 'first, or second for the program that is compared with it.',
  run: 'Number of the run, from 1.',
  warmup: '1 for a run that does not count.',
  exit: 'How the run ended: a status, or a signal.',
  event:
    'perf’s name of the event; kernel:minor and kernel:major are the kernel’s own account; peak-rss and wall are ours.',
  modifiers: 'u where kernel mode is left out: such a count is not comparable with one of both modes.',
  value: 'The count; empty where there is none.',
  unit: 'What the value is in; empty for a count.',
  state: 'counted, scaled (counted part of the time), estimate, lower-bound, not-counted, not-supported.',
  source: 'Who counted: perf and its event, or a file of the kernel; how, for what follows from others.',
  faults: 'Faults of this hot spot; with a period, samples multiplied by it.',
  share: 'Part of all faults, from 0 to 1.',
  major: 'How many of them waited for a device.',
  kind: 'What most of them were for.',
  pages: 'Distinct pages that faulted.',
  refaults: 'Faults on pages that had faulted before.',
  key: 'What the hot spot is called in the grouping that was asked for.',
  pid: 'Process of the mapping.',
  start: 'Where the mapping begins.',
  end: 'Where it ends, exclusive.',
  perms: 'Its permissions.',
  name: 'Its file or name.',
  symbol: 'Function whose instruction faulted.',
  dso: 'Program or library that the function is in.',
  thread: 'Thread that faulted: name, PID/TID.',
}

/** Words of our own that are in reports and their JSON. */
export const OWN_WORDS: readonly Topic[] = [
  ...words('kind of fault', 'mmapctl faults --by kind', 'docs/faults.md', FAULT_KINDS),
  ...words('durability', 'mmapctl dirty', 'docs/dirty.md', DURABILITIES),
  ...words('reason of thp', 'mmapctl thp PID', 'docs/thp.md', THP_REASONS),
  ...words('metric of check', 'mmapctl check', 'docs/check.md', Object.entries(METRICS)),
  ...words('figure of watch', 'mmapctl watch PID', 'docs/watch.md', Object.entries(FIGURES)),
  ...words('column of faults', 'mmapctl faults --csv', 'docs/faults.md', Object.entries(FAULT_COLUMNS)),
]

function words(
  kind: TopicKind,
  shownBy: string,
  reference: string,
  entries: Iterable<readonly [name: string, meaning: string, ...rest: readonly unknown[]]>,
): readonly Topic[] {
  return topicsOf(
    kind,
    { shownBy, reference },
    Array.from(entries, ([name, meaning]) => [name, null, sentence(meaning)]),
  )
}

/** A meaning as a sentence: tables have them without. Names of the kernel's files begin one as they are. */
export function sentence(text: string): string {
  const name = /^(?:smaps|status|stat|statm|maps|cgroup|pagemap)\b|^[a-z]+[A-Z]/.test(text)
  const begun = name ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  return /[.!?]$/.test(text) ? begun : `${begun}.`
}
