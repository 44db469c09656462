import type { HostFacts } from '../../collectors/host.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import { packDevice } from '../../model/mapping-table.ts'
import type { MountEntry } from '../../parsers/mountinfo.ts'

/** What decides about kinds besides the table itself. Every part may be unknown; kinds then fall back to less. */
export interface ClassifyContext {
  /** Target of `/proc/PID/exe` as maps would print it, a binary string; `null` when it could not be read. */
  readonly exe: string | null
  /** File system type by packed device, from mountinfo; empty when it could not be read. */
  readonly fsTypes: ReadonlyMap<number, string>
  /** Devices mounted with `dax` or `dax=always`. */
  readonly daxDevices: ReadonlySet<number>
  /** Base page size in bytes. */
  readonly pageSize: number
}

/** Prepares what was read for the classification. */
export function classifyContext(memory: ProcessMemory, host: HostFacts): ClassifyContext {
  const exe = memory.exe?.replaceAll('\n', '\\012') ?? null
  return { exe, ...fileSystems(memory.mounts), pageSize: host.pageSize }
}

/** What the mounts say of devices. */
export function fileSystems(mounts: readonly MountEntry[]): Pick<ClassifyContext, 'fsTypes' | 'daxDevices'> {
  const fsTypes = new Map<number, string>()
  const daxDevices = new Set<number>()
  for (const mount of mounts) {
    const device = packDevice(mount.major, mount.minor)
    fsTypes.set(device, mount.fsType)
    if (mount.superOptions.some((option) => option === 'dax' || option === 'dax=always')) daxDevices.add(device)
  }
  return { fsTypes, daxDevices }
}
