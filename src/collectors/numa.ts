import { cpuNumbers } from '../parsers/cpu-list.ts'
import { latin1 } from '../parsers/lines.ts'
import { type NumaMapping, parseNumaMaps } from '../parsers/numa-maps.ts'
import { parseStatus } from '../parsers/status.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** A node that has memory. */
export interface NumaNode {
  readonly id: number
  readonly cpus: readonly number[]
}

/** Where the pages of a process are. */
export interface NumaPlacement {
  /** Nodes with memory. */
  readonly nodes: readonly NumaNode[]
  /** Where each mapping's pages are; `null` with one node, where it need not be asked. */
  readonly mappings: readonly NumaMapping[] | null
  /** CPUs that the process may use; `null` where status does not tell. */
  readonly allowedCpus: readonly number[] | null
}

/** numa_maps of 65 000 mappings has some megabytes. */
const MOST_BYTES = 256 * 2 ** 20

/** The nodes with memory; `null` where sysfs does not tell. */
export function collectNodes(trees: Trees): readonly NumaNode[] | null {
  const ids = readParsed(trees.sys, 'devices/system/node/has_memory', listOf)
  if (ids === null) return null
  return ids.map((id) => ({ id, cpus: readParsed(trees.sys, `devices/system/node/node${id}/cpulist`, listOf) ?? [] }))
}

/** Where a process's pages are; `null` where that may not be read. Walks its pages, as smaps does, where there are several nodes. */
export function collectPlacement(tree: FileTree, nodes: readonly NumaNode[]): NumaPlacement | null {
  const list = readParsed(tree, 'status', parseStatus)?.other.get('Cpus_allowed_list')
  const allowedCpus = list === undefined ? null : cpuNumbers(list)
  if (nodes.length < 2) return { nodes, mappings: null, allowedCpus }
  const read = tree.read('numa_maps', MOST_BYTES)
  return read.ok ? { nodes, mappings: parseNumaMaps(read.value), allowedCpus } : null
}

function listOf(bytes: Uint8Array): readonly number[] {
  return cpuNumbers(latin1(bytes).trim()) ?? []
}
