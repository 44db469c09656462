import type { SelfReport } from '../analysis/abilities.ts'
import { ABILITIES } from '../reference/abilities.ts'

/** The body of a `doctor --self` document: all ways to have each ability, wherever we are. */
export function selfJson({ reader, abilities }: SelfReport): object {
  const { uid, gid, capabilities, container, seccomp, noNewPrivileges } = reader
  return {
    reader: {
      uid,
      gid,
      capabilities: { effective: mask(capabilities.effective), bounding: mask(capabilities.bounding) },
      container,
      seccomp,
      noNewPrivileges,
    },
    abilities: abilities.map(({ id, state, found }) => {
      const { group, title, costs, grants } = ABILITIES[id]
      return { id, group, title, state, found, costs, grants }
    }),
  }
}

function mask(bits: bigint | null): string | null {
  return bits === null ? null : `0x${bits.toString(16)}`
}
