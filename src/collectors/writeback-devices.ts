import { type BdiStats, parseBdiStats } from '../parsers/bdi-stats.ts'
import type { MountEntry } from '../parsers/mountinfo.ts'
import { parseInteger, parseSwitch } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { readLinkText, readParsed } from './reading.ts'

/** A backing device (bdi): what a flusher writes to, with its own share of the limits. */
export interface WritebackDevice {
  /** As the kernel calls it: `254:0` for disks and most mounts, else `btrfs-1`, `fuseblk`, … */
  readonly bdi: string
  /** Name of the block device; `null` when it is none. */
  readonly disk: string | null
  /** Mount points of file systems on it, in the order of mountinfo; binary strings. */
  readonly mountPoints: readonly string[]
  /** `null` without debugfs, which is root's and may not be mounted. */
  readonly stats: BdiStats | null
  /** Least and most share of the dirty limit, per cent; `null` when not read. */
  readonly minRatio: number | null
  readonly maxRatio: number | null
  /** Held to its own share even while the host is far below the limit; `null` before Linux 6.2. */
  readonly strictLimit: boolean | null
}

/** Where debugfs has them. */
const STATS = 'kernel/debug/bdi'

/**
 * The devices that have a mounted file system or something to write; thousands of idle ones (loop, zram) are passed
 * over, which for those without statistics means: all that are not mounted.
 */
export function readWritebackDevices(trees: Trees, mounts: readonly MountEntry[]): readonly WritebackDevice[] {
  const names = trees.sys.list('class/bdi')
  if (!names.ok) return []
  const mounted = mountsByBdi(trees, mounts, new Set(names.value))
  const measured = trees.sys.list(STATS).ok
  return names.value
    .map((bdi) => ({ bdi, mountPoints: mounted.get(bdi) ?? [], stats: measured ? statsOf(trees, bdi) : null }))
    .filter(({ mountPoints, stats }) => mountPoints.length > 0 || isBusy(stats))
    .map((device) => ({ ...device, disk: diskOf(trees, device.bdi), ...limitsOf(trees, device.bdi) }))
}

function isBusy(stats: BdiStats | null): boolean {
  return (stats?.reclaimable ?? 0) + (stats?.writeback ?? 0) > 0
}

function statsOf(trees: Trees, bdi: string): BdiStats | null {
  return readParsed(trees.sys, `${STATS}/${bdi}/stats`, parseBdiStats)
}

function limitsOf(trees: Trees, bdi: string): Pick<WritebackDevice, 'minRatio' | 'maxRatio' | 'strictLimit'> {
  const folder = `class/bdi/${bdi}`
  return {
    minRatio: readParsed(trees.sys, `${folder}/min_ratio`, (bytes) => parseInteger(bytes, 'min_ratio')),
    maxRatio: readParsed(trees.sys, `${folder}/max_ratio`, (bytes) => parseInteger(bytes, 'max_ratio')),
    strictLimit: readParsed(trees.sys, `${folder}/strict_limit`, (bytes) => parseSwitch(bytes, 'strict_limit')),
  }
}

/** `vda` of `254:0`. */
function diskOf(trees: Trees, bdi: string): string | null {
  return blockPath(trees, bdi)?.split('/').at(-1) ?? null
}

/** `devices/…/block/nvme0n1/nvme0n1p2`, below the sysfs. */
function blockPath(trees: Trees, device: string): string | null {
  if (!/^\d+:\d+$/.test(device)) return null
  return readLinkText(trees.sys, `dev/block/${device}`)?.replace(/^(?:\.\.\/)+/, '') ?? null
}

/** A partition has no bdi of its own: the disk's has all of them. */
function mountsByBdi(
  trees: Trees,
  mounts: readonly MountEntry[],
  known: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const bdiOf = new Map<string, string | null>()
  for (const { major, minor, mountPoint } of mounts) {
    const device = `${major}:${minor}`
    if (!bdiOf.has(device)) bdiOf.set(device, known.has(device) ? device : wholeDisk(trees, device))
    const bdi = bdiOf.get(device) ?? ''
    if (!known.has(bdi)) continue
    found.set(bdi, [...(found.get(bdi) ?? []), mountPoint])
  }
  return found
}

function wholeDisk(trees: Trees, device: string): string | null {
  const parent = blockPath(trees, device)?.split('/').slice(0, -1).join('/')
  if (parent === undefined) return null
  return readParsed(trees.sys, `${parent}/dev`, (bytes) => bytes.toString('latin1').trim())
}
