import type { HostFacts } from '../collectors/host.ts'
import type { Ability, ReaderFacts } from '../model/ability.ts'

/** What mmapctl may do here. */
export interface SelfReport {
  readonly host: HostFacts
  readonly reader: ReaderFacts
  /** All of them, in their order. */
  readonly abilities: readonly Ability[]
}

/** Whether anything says that we are in a container. */
export function inContainer({ container }: ReaderFacts): boolean {
  return container.length > 0
}

/** Whether Kubernetes runs it. */
export function inKubernetes({ container }: ReaderFacts): boolean {
  return container.includes('KUBERNETES_SERVICE_HOST')
}
