import type { Ability } from '../../model/ability.ts'
import { memoryCgroup, parseCgroup } from '../../parsers/cgroup.ts'
import { parsePressure } from '../../parsers/pressure.ts'
import type { Trees } from '../../sources/trees.ts'
import { cgroupFile, cgroupMounts, readersMounts, stepsBelow } from '../cgroup-mounts.ts'
import { readParsed } from '../reading.ts'
import { ability, refusalText, stateOf } from './trying.ts'

/** What the host tells of itself. */
export function hostAbilities(trees: Trees): readonly Ability[] {
  return [cgroupMemory(trees), pressure(trees), hugePageSettings(trees)]
}

/** The file of a memory cgroup that says what is charged to it. */
const CHARGED = { 1: 'memory.usage_in_bytes', 2: 'memory.current' } as const

function cgroupMemory(trees: Trees): Ability {
  const entries = readParsed(trees.reader, 'cgroup', parseCgroup) ?? []
  const ours = memoryCgroup(entries)
  if (ours === null) return ability('cgroup-memory', 'absent', 'this kernel has no memory controller')
  const mount = cgroupMounts(trees, readersMounts(trees)).find(({ version }) => version === ours.version)
  if (mount === undefined) {
    return ability('cgroup-memory', 'absent', `cgroup v${ours.version}: the memory hierarchy is not mounted here`)
  }
  const steps = stepsBelow(mount.root, ours.path)
  const below = (steps ?? []).join('/')
  const controllers =
    mount.version === 2 ? controllersOf(mount.tree.read(cgroupFile(mount, '', 'cgroup.controllers'))) : ''
  const found = `cgroup v${mount.version}${controllers}, ${ours.path}`
  const charged = mount.tree.read(cgroupFile(mount, below, CHARGED[mount.version]))
  if (charged.ok) return ability('cgroup-memory', 'works', found)
  // The root of v2 is nobody's cgroup and has no figures.
  if (mount.version === 2 && below === '' && charged.refusal.reason === 'gone' && controllers.includes('memory')) {
    return ability('cgroup-memory', 'works', `${found}: the root, which has no limits`)
  }
  return ability('cgroup-memory', stateOf(charged.refusal), `${found}: ${refusalText(charged.refusal)}`)
}

function controllersOf(read: { readonly ok: true; readonly value: Buffer } | { readonly ok: false }): string {
  const names = read.ok ? read.value.toString('latin1').trim() : ''
  return names === '' ? ' without controllers' : ` with ${names}`
}

function pressure(trees: Trees): Ability {
  const read = trees.proc.read('pressure/memory')
  if (!read.ok) {
    // With psi=0 the file is there, and reading it says EOPNOTSUPP.
    const { errno } = read.refusal
    const off = errno === 'EOPNOTSUPP' || errno === 'ENOTSUP'
    return off
      ? ability('pressure', 'absent', `${refusalText(read.refusal)}: switched off at boot`)
      : ability('pressure', stateOf(read.refusal), refusalText(read.refusal))
  }
  parsePressure(read.value)
  return ability('pressure', 'works', '/proc/pressure/memory was read')
}

function hugePageSettings(trees: Trees): Ability {
  const read = trees.sys.read('kernel/mm/transparent_hugepage/enabled')
  if (!read.ok) return ability('huge-page-settings', stateOf(read.refusal), refusalText(read.refusal))
  return ability('huge-page-settings', 'works', `transparent huge pages: ${read.value.toString('latin1').trim()}`)
}
