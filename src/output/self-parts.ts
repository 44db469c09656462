import { inContainer, inKubernetes, type SelfReport } from '../analysis/abilities.ts'
import type { Ability, AbilityState } from '../model/ability.ts'
import { ABILITIES, GRANTERS, type Grant } from '../reference/abilities.ts'
import { harmless } from './sanitise.ts'
import { formatBytes } from './units.ts'

/** States as they are counted, best first. */
const STATES: readonly (readonly [AbilityState, string])[] = [
  ['works', 'work'],
  ['refused', 'refused'],
  ['absent', 'absent'],
  ['untried', 'not tried'],
]

/** One line: how many of which. */
export function selfVerdict({ abilities }: SelfReport): string {
  const counts = STATES.flatMap(([state, word]) => {
    const number = abilities.filter((each) => each.state === state).length
    return number === 0 ? [] : [`${number} ${word}`]
  })
  return `of ${abilities.length} abilities ${counts.join(', ')}`
}

/** Who reads, and where. */
export function readerText({ host, reader }: SelfReport): string {
  const { uid, gid, container, seccomp, noNewPrivileges } = reader
  return [
    `Linux ${harmless(host.kernel.release)}`,
    `pages of ${formatBytes(host.pageSize)}`,
    `${uid === 0 ? 'root' : `user ${uid}, group ${gid}`}`,
    ...(seccomp === null || seccomp === 'off' ? [] : [`under a seccomp filter, which may refuse with EPERM`]),
    ...(noNewPrivileges === true ? ['no_new_privs: setcap and sudo have no effect'] : []),
    container.length === 0 ? 'no sign of a container' : `in a container (${container.join(', ')})`,
  ].join(' · ')
}

/** The ways to have what is missing that make sense here: all of them would be a page. */
export function grantsHere({ id }: Ability, report: SelfReport): readonly Grant[] {
  const sensible = (by: Grant['by']): boolean => {
    if (by === 'docker') return inContainer(report.reader) && !inKubernetes(report.reader)
    return by === 'kubernetes' ? inKubernetes(report.reader) : true
  }
  return ABILITIES[id].grants.filter(({ by }) => sensible(by))
}

/** A way with who can go it. */
export function grantText({ by, how }: Grant): string {
  return `${GRANTERS[by]}: ${how}`
}
