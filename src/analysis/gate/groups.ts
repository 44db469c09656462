import type { ProcessMappings, TreeMappings } from '../../collectors/measured-memory.ts'
import type { MappingGroup, TreeSnapshot } from '../../model/measured-run.ts'
import { classify } from '../classify/classify.ts'
import { fileSystems } from '../classify/context.ts'
import { anonShares } from './anon-share.ts'
import { groupKey } from './group-key.ts'

/** What the keys of groups depend on besides the mappings. */
export interface Surroundings {
  /** Where the program was started, an absolute path, a binary string. */
  readonly cwd: string
  /** Base page in bytes. */
  readonly pageSize: number
}

interface Sums {
  mappings: number
  size: number
  /** Pages without a file, by their share. */
  own: number
  /** Anonymous and shared memory, by its share. */
  anon: number
  /** Resident pages of each file: the most that one process has of it. */
  readonly files: Map<string, number>
}

const TMPFS = new Set(['tmpfs', 'ramfs', 'rootfs', 'devtmpfs'])

/** Groups the mappings of a whole tree by keys that are the same in the next run; the largest first. */
export function treeSnapshot(tree: TreeMappings, surroundings: Surroundings): TreeSnapshot {
  const sums = new Map<string, Sums>()
  let pss = 0
  for (const process of tree.processes) pss += addProcess(sums, process, surroundings)
  const groups = Array.from(sums, ([key, { mappings, size, own, anon, files }]): MappingGroup => {
    const resident = [...files.values()].reduce((sum, bytes) => sum + bytes, own)
    return { key, mappings, size, rss: resident, anon }
  })
  const total = (figure: 'rss' | 'anon'): number => groups.reduce((sum, group) => sum + group[figure], 0)
  return {
    at: tree.at / 1000,
    why: tree.why,
    anon: total('anon'),
    rss: total('rss'),
    pss,
    processes: tree.processes.length,
    groups: groups.sort((a, b) => b.rss - a.rss || b.size - a.size || (a.key < b.key ? -1 : 1)),
  }
}

/** Adds a process to the groups; its Pss. */
function addProcess(groups: Map<string, Sums>, process: ProcessMappings, { cwd, pageSize }: Surroundings): number {
  const { table, rollup } = process
  const mounts = fileSystems(process.mounts)
  const exe = process.exe?.replaceAll('\n', '\\012') ?? null
  const classes = classify(table, { exe, ...mounts, pageSize })
  const onTmpfs = (row: number): boolean => TMPFS.has(mounts.fsTypes.get(table.device.at(row)) ?? '')
  const total = rollup?.pssAnon == null ? null : rollup.pssAnon + (rollup.pssShmem ?? 0)
  const shares = anonShares(table, classes, total, onTmpfs)
  const resident = new Map<Sums, Map<string, number>>()
  let pss = 0
  for (let row = 0; row < table.length; row++) {
    const size = table.size(row)
    const name = table.nameOf(row)
    const key = groupKey({ kind: classes.kind(row), label: classes.label(row), name, size, cwd })
    const sums = groups.get(key) ?? { mappings: 0, size: 0, own: 0, anon: 0, files: new Map() }
    groups.set(key, sums)
    sums.mappings++
    sums.size += size
    sums.anon += shares[row] as number
    pss += table.value('Pss', row)
    if (!table.hasInode(row)) {
      sums.own += table.value('Pss', row)
      continue
    }
    // Of a file's pages those that were copied belong to the process, the others are the same ones in every process.
    const copied = table.value('Anonymous', row)
    if (copied > 0) sums.own += Math.min(copied, shares[row] as number)
    const files = resident.get(sums) ?? new Map<string, number>()
    resident.set(sums, files)
    const file = `${table.device.at(row)}:${table.inodeText(row)}`
    files.set(file, (files.get(file) ?? 0) + table.value('Rss', row) - copied)
  }
  for (const [sums, files] of resident) {
    for (const [file, bytes] of files) sums.files.set(file, Math.max(sums.files.get(file) ?? 0, bytes))
  }
  return pss
}
