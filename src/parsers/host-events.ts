import { HOST_EVENTS, type HostEventName, type HostEvents } from '../model/host-events.ts'
import { ParseError } from './parse-error.ts'
import { parseVmstat } from './vmstat.ts'

/** What the host counted between two readings of /proc/vmstat; `null` where they cannot be understood. */
export function parseHostEvents(before: Uint8Array, after: Uint8Array): HostEvents | null {
  try {
    const from = parseVmstat(before)
    const to = parseVmstat(after)
    const events: Partial<Record<HostEventName, number>> = {}
    for (const [key, name] of Object.entries(HOST_EVENTS)) {
      const [first, last] = [from.get(key), to.get(key)]
      if (first !== undefined && last !== undefined && last >= first) events[name] = last - first
    }
    return events
  } catch (error) {
    if (error instanceof ParseError) return null
    throw error
  }
}
