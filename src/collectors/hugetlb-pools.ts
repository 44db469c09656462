import { parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** A pool of huge pages of one size; counts are in pages, `null` where the kernel does not tell. */
export interface HugetlbPool {
  /** Bytes of one page. */
  readonly pageSize: number
  readonly total: number
  readonly free: number
  /** Free ones that are promised to mappings. */
  readonly reserved: number | null
  /** Of `total`, those beyond what was configured; they go when they are given back. */
  readonly surplus: number | null
  /** How many surplus pages there may be at most. */
  readonly overcommit: number | null
}

const DIRECTORY = 'kernel/mm/hugepages'

/** Reads the pools (Documentation/admin-guide/mm/hugetlbpage.rst), smallest page first; empty without hugetlb support. */
export function collectHugetlbPools(trees: Trees): readonly HugetlbPool[] {
  const names = trees.sys.list(DIRECTORY)
  if (!names.ok) return []
  return names.value
    .map((name) => readPool(trees, name))
    .filter((pool) => pool !== null)
    .sort((a, b) => a.pageSize - b.pageSize)
}

function readPool(trees: Trees, name: string): HugetlbPool | null {
  const [, kib] = /^hugepages-([0-9]{1,12})kB$/.exec(name) ?? []
  const file = (each: string): number | null => readParsed(trees.sys, `${DIRECTORY}/${name}/${each}`, parseInteger)
  const total = file('nr_hugepages')
  const free = file('free_hugepages')
  if (kib === undefined || total === null || free === null) return null
  return {
    pageSize: Number(kib) * 1024,
    total,
    free,
    reserved: file('resv_hugepages'),
    surplus: file('surplus_hugepages'),
    overcommit: file('nr_overcommit_hugepages'),
  }
}
