import type { ProcessFacts } from '../../collectors/process-facts.ts'
import { type PsField, psColumn, type SumMeaning } from './field.ts'

type Row = ProcessFacts
type Read = (row: Row) => number

const rss = (row: Row): number => row.status.sizes.vmRss
const rssAnon = (row: Row): number => row.status.sizes.rssAnon
const rssFile = (row: Row): number => row.status.sizes.rssFile
const rssShmem = (row: Row): number => row.status.sizes.rssShmem
const swap = (row: Row): number => row.status.sizes.vmSwap
const hugetlb = (row: Row): number => row.status.sizes.hugetlbPages

/** A figure that everybody may read. */
function told(json: string, sum: SumMeaning, value: Read, meaning: string): PsField {
  return psColumn(json, 'bytes', 'status', `${meaning} of status`, value, { sum })
}

/** A figure that takes a page walk; `bound` is one of status that it is never above. */
function walked(json: string, sum: SumMeaning, key: Key | Read, bound: Read | null, meaning: string): PsField {
  const value = typeof key === 'function' ? key : read(key)
  return psColumn(json, 'bytes', 'smaps_rollup', `${meaning} of smaps_rollup`, value, { sum, bound })
}

type Key = keyof NonNullable<Row['walk']['figures']>

function read(key: Key): Read {
  return (row) => row.walk.figures?.[key] ?? Number.NaN
}

const pss = read('pss')
const swapPss = read('swapPss')
const privateClean = read('privateClean')
const privateDirty = read('privateDirty')
const sharedDirty = read('sharedDirty')

/** Columns of memory in bytes. */
export const MEMORY_FIELDS: readonly PsField[] = [
  walked(
    'memory',
    'exact',
    (row) => pss(row) + swapPss(row),
    (row) => rss(row) + swap(row),
    'what it costs in RAM and swap, shared pages by its share: Pss + SwapPss',
  ),
  walked('pss', 'exact', 'pss', rss, 'resident pages, each divided by how often it is mapped: Pss'),
  walked(
    'uss',
    'exact',
    (row) => privateClean(row) + privateDirty(row),
    rss,
    'resident pages that nobody else maps: Private_Clean + Private_Dirty',
  ),
  told('rss', 'bound', rss, 'resident pages, shared ones in full, without hugetlb: VmRSS'),
  told('rssAnon', 'bound', rssAnon, 'anonymous part of RSS, Linux 4.5: RssAnon'),
  told('rssFile', 'bound', rssFile, 'part of RSS in pages of files, Linux 4.5: RssFile'),
  told('rssShmem', 'bound', rssShmem, 'part of RSS in shared memory and tmpfs, Linux 4.5: RssShmem'),
  told('rssPeak', 'none', (row) => row.status.sizes.vmHwm, 'highest RSS so far: VmHWM'),
  walked('pssAnon', 'exact', 'pssAnon', rssAnon, 'anonymous part of PSS, Linux 5.4: Pss_Anon'),
  walked('pssFile', 'exact', 'pssFile', rssFile, 'part of PSS in pages of files, Linux 5.4: Pss_File'),
  walked('pssShmem', 'exact', 'pssShmem', rssShmem, 'part of PSS in shared memory and tmpfs, Linux 5.4: Pss_Shmem'),
  told('swap', 'bound', swap, 'anonymous memory in swap, what a fork shares in full: VmSwap'),
  walked('swapPss', 'exact', 'swapPss', swap, 'its share of anonymous memory in swap: SwapPss'),
  walked('swapMapped', 'bound', 'swap', null, 'swapped pages that it maps, also of shared memory, in full: Swap'),
  walked(
    'dirty',
    'bound',
    (row) => sharedDirty(row) + privateDirty(row),
    rss,
    'written pages (of anonymous memory those in use): Shared_Dirty + Private_Dirty',
  ),
  walked(
    'huge',
    'bound',
    huge,
    (row) => rss(row) + hugetlb(row),
    'mapped by huge pages, transparent ones and hugetlb: AnonHugePages, ShmemPmdMapped, FilePmdMapped, *_Hugetlb',
  ),
  told('hugetlb', 'bound', hugetlb, 'hugetlb pages, which are in neither RSS nor PSS: HugetlbPages'),
  told('locked', 'bound', (row) => row.status.sizes.vmLck, 'size of locked mappings, resident or not: VmLck'),
  told('pinned', 'bound', (row) => row.status.sizes.vmPin, 'pages pinned for long (io_uring, RDMA, VFIO): VmPin'),
  told('pageTables', 'exact', pageTables, 'its page tables, which are kernel memory: VmPTE (and VmPMD)'),
  told('size', 'none', (row) => row.status.sizes.vmSize, 'address space, no measure of memory in use: VmSize'),
]

/** What kernels without the feature do not print counts as nothing, as in `maps`. */
function huge(row: Row): number {
  const { figures } = row.walk
  if (figures === null) return Number.NaN
  const optional = [figures.shmemPmdMapped, figures.filePmdMapped, figures.sharedHugetlb, figures.privateHugetlb]
  return optional.reduce((sum, part) => sum + (Number.isNaN(part) ? 0 : part), figures.anonHugePages)
}

/** Kernels before 4.15 count the second level apart. */
function pageTables(row: Row): number {
  const { vmPte, vmPmd } = row.status.sizes
  return vmPte + (Number.isNaN(vmPmd) ? 0 : vmPmd)
}
