import type { Ability, AbilityId, ReaderFacts } from '../../model/ability.ts'
import { parseStatus } from '../../parsers/status.ts'
import type { Trees } from '../../sources/trees.ts'
import { readLinkText, readParsed } from '../reading.ts'
import { ability } from './trying.ts'

/** Numbers of the first namespaces: include/linux/proc_ns.h PROC_USER_INIT_INO, PROC_PID_INIT_INO. */
const FIRST_NAMESPACES = { user: 'user:[4026531837]', pid: 'pid:[4026531836]' } as const
const SECCOMP = ['off', 'strict', 'filter'] as const

/** Files that container engines leave, and the variable that Kubernetes sets. */
const SIGNS = ['.dockerenv', 'run/.containerenv'] as const
const KUBERNETES = 'KUBERNETES_SERVICE_HOST'

const USER_NAMESPACE = 'a user namespace of its own'

/** Who we are to the kernel, and what we are inside of. */
export function readReader(trees: Trees): ReaderFacts {
  const status = readParsed(trees.reader, 'status', parseStatus)
  const other = (key: string): string | null => status?.other.get(key) ?? null
  const bounding = other('CapBnd')
  return {
    uid: status?.uid?.effective ?? process.geteuid?.() ?? Number.NaN,
    gid: status?.gid?.effective ?? process.getegid?.() ?? Number.NaN,
    capabilities: {
      effective: status?.capEff ?? null,
      bounding: bounding !== null && /^[0-9a-f]{1,16}$/.test(bounding) ? BigInt(`0x${bounding}`) : null,
    },
    container: containerSigns(trees),
    seccomp: SECCOMP[Number(other('Seccomp') ?? Number.NaN)] ?? null,
    noNewPrivileges: other('NoNewPrivs') === null ? null : other('NoNewPrivs') === '1',
  }
}

function containerSigns(trees: Trees): readonly string[] {
  const files = SIGNS.filter((file) => trees.root.facts(file).ok).map((file) => `/${file}`)
  const spaces = (['user', 'pid'] as const).filter((kind) => {
    const link = readLinkText(trees.reader, `ns/${kind}`)
    return link !== null && link !== FIRST_NAMESPACES[kind]
  })
  const names = spaces.map((kind) => (kind === 'pid' ? 'a PID namespace of its own' : USER_NAMESPACE))
  return [...files, ...(process.env[KUBERNETES] === undefined ? [] : [KUBERNETES]), ...names]
}

/** Numbers of linux/capability.h. */
const CAPABILITIES = {
  'cap-sys-ptrace': 19n,
  'cap-dac-read-search': 2n,
  'cap-sys-admin': 21n,
  'cap-perfmon': 38n,
  'cap-checkpoint-restore': 40n,
  'cap-ipc-lock': 14n,
} as const satisfies Partial<Record<AbilityId, bigint>>

/** Each capability that reports profit from: whether it is held, and whether it could be. */
export function capabilityAbilities({ capabilities, container }: ReaderFacts): readonly Ability[] {
  const { effective, bounding } = capabilities
  // Of files and processes outside of it such a capability is none.
  const held = container.includes(USER_NAMESPACE) ? 'held, inside of our own user namespace alone' : 'held'
  return Object.entries(CAPABILITIES).map(([id, bit]) => {
    const name = id as keyof typeof CAPABILITIES
    if (effective === null) return ability(name, 'untried', 'status does not tell capabilities')
    if ((effective & (1n << bit)) !== 0n) return ability(name, 'works', held)
    const possible = bounding === null || (bounding & (1n << bit)) !== 0n
    return ability(
      name,
      'refused',
      possible ? 'not held' : 'not held, and outside the bounding set: not to be had here',
    )
  })
}
