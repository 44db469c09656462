/** An event as perf prints it, taken apart. */
export interface EventName {
  /** Without PMU and modifiers. */
  readonly event: string
  /** `u`, `k`, `uk`, …; empty when none. */
  readonly modifiers: string
  readonly pmu: string | null
}

/** Letters of perf-list(1)'s event modifiers. */
const MODIFIERS = /^(.+):([ukhIGHpPSDWebR]+)$/
const WITH_PMU = /^([^/\s]+)\/(.*)\/([A-Za-z]*)$/
/** A name of one's own among a PMU's terms, by which perf calls the event. */
const NAME = /(?:^|,)name=([^,]+)/
/** Printed by 6.8 and 6.12 with -A behind software events. */
const SOFTWARE = / \[software\]$/

/**
 * Takes an event's name apart.
 *
 * `page-faults:u`, `cpu_core/cycles/u`, `armv8_pmuv3_0/instructions:u/`, `page-faults [software]`; a tracepoint
 * (`exceptions:page_fault_user`) keeps its colon, since its name is made of other letters than the modifiers.
 */
export function parseEventName(text: string): EventName {
  const name = text.replace(SOFTWARE, '')
  const [, pmu, inner = '', behind = ''] = WITH_PMU.exec(name) ?? []
  const { event, modifiers } = splitModifiers(pmu === undefined ? name : inner)
  return { event: NAME.exec(inner)?.[1] ?? event, modifiers: modifiers + behind, pmu: pmu ?? null }
}

function splitModifiers(name: string): { event: string; modifiers: string } {
  const [, event, modifiers] = MODIFIERS.exec(name) ?? []
  return event === undefined ? { event: name, modifiers: '' } : { event, modifiers: modifiers ?? '' }
}
