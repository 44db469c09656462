import type { ProcessMemory } from '../../collectors/process.ts'
import { packDevice } from '../../model/mapping-table.ts'
import type { MountFacts } from './backing.ts'

/** What of the mounts decides about huge pages of their files, by packed device: fs/proc_namespace.c, mm/shmem.c shmem_show_options. */
export function mountFacts(memory: ProcessMemory): ReadonlyMap<number, MountFacts> {
  const facts = new Map<number, MountFacts>()
  for (const { major, minor, fsType, superOptions } of memory.mounts) {
    const huge = superOptions.find((option) => option.startsWith('huge='))?.slice('huge='.length) ?? null
    facts.set(packDevice(major, minor), { fsType, huge })
  }
  return facts
}
