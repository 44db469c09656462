import type { Ability, AbilityId, AbilityState } from '../../model/ability.ts'
import type { Refusal } from '../../model/provenance.ts'
import type { CallAnswer } from '../../sources/memory-ioctls.ts'

/** An ability, as it was tried. */
export function ability(id: AbilityId, state: AbilityState, found: string): Ability {
  return { id, state, found }
}

/** What a refused read means: denied is somebody's decision, all else is the kernel's lack. */
export function stateOf({ reason, errno }: Refusal): AbilityState {
  return reason === 'denied' || NOT_PERMITTED.has(errno) ? 'refused' : 'absent'
}

const NOT_PERMITTED: ReadonlySet<string> = new Set(['EACCES', 'EPERM'])

/** A refused read in a few words. */
export function refusalText({ errno, reason, path }: Refusal): string {
  return `${path}: ${errno || reason}`
}

/** What a system call came to. */
export function callAbility(id: AbilityId, what: string, answer: CallAnswer): Ability {
  if (answer.ok) return ability(id, 'works', `${what}: answered`)
  if ('unavailable' in answer) return ability(id, 'absent', answer.unavailable)
  const { errno } = answer
  return ability(id, NOT_PERMITTED.has(errno) ? 'refused' : 'absent', `${what}: ${errno}`)
}
