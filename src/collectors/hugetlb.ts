import type { HugetlbNode, HugetlbPool } from '../model/hugetlb.ts'
import { hugepageDirectory } from '../parsers/hugepage-directory.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { readParsed } from './reading.ts'

const POOLS = 'kernel/mm/hugepages'
const NODES = 'devices/system/node'

/**
 * Reads the hugetlb pools, smallest page first. Empty on a kernel without hugetlb, or where sysfs is not to be had.
 *
 * @param defaultSize Hugepagesize of meminfo, in bytes.
 * @param byNode Read the pools' parts on each node too.
 */
export function collectHugetlbPools(
  sys: FileTree,
  { defaultSize, byNode }: { readonly defaultSize: number | null; readonly byNode: boolean },
): readonly HugetlbPool[] {
  const names = sys.list(POOLS)
  if (!names.ok) return []
  const nodes = byNode ? numaNodes(sys) : []
  return names.value.flatMap((name) => readPool(sys, name, nodes, defaultSize) ?? []).sort((a, b) => a.size - b.size)
}

function readPool(
  sys: FileTree,
  name: string,
  nodes: readonly number[],
  defaultSize: number | null,
): HugetlbPool | null {
  const size = hugepageDirectory(name)
  const file = (kind: string): number | null => count(sys, `${POOLS}/${name}/${kind}_hugepages`)
  const total = file('nr')
  const free = file('free')
  if (size === null || total === null || free === null) return null
  return {
    size,
    isDefault: defaultSize === null ? null : size === defaultSize,
    total,
    free,
    reserved: file('resv'),
    surplus: file('surplus'),
    overcommit: count(sys, `${POOLS}/${name}/nr_overcommit_hugepages`),
    nodes: nodes.flatMap((node) => readNode(sys, name, node) ?? []),
  }
}

function readNode(sys: FileTree, name: string, node: number): HugetlbNode | null {
  const directory = `${NODES}/node${node}/hugepages/${name}`
  const total = count(sys, `${directory}/nr_hugepages`)
  const free = count(sys, `${directory}/free_hugepages`)
  if (total === null || free === null) return null
  return { node, total, free, surplus: count(sys, `${directory}/surplus_hugepages`) }
}

function numaNodes(sys: FileTree): readonly number[] {
  const names = sys.list(NODES)
  if (!names.ok) return []
  return names.value
    .flatMap((name) => /^node([0-9]{1,5})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function count(sys: FileTree, file: string): number | null {
  return readParsed(sys, file, (bytes) => parseInteger(bytes, file))
}
