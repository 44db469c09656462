import { onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** `/proc/uptime`: fs/proc/uptime.c, proc_uptime(5). */
export interface Uptime {
  /** Seconds since boot, suspended time included (hundredths). */
  readonly upSeconds: number
  /** Seconds that the CPUs spent idle, summed over all of them: usually more than `upSeconds`. */
  readonly idleSeconds: number
}

/** Parses `/proc/uptime`. */
export function parseUptime(bytes: Uint8Array): Uptime {
  const line = onlyLine('uptime', bytes)
  const [, up, idle] = /^([0-9]{1,12}\.[0-9]{2}) ([0-9]{1,12}\.[0-9]{2})$/.exec(line) ?? []
  if (up === undefined || idle === undefined) throw new ParseError('uptime', 1, 'seconds up and seconds idle', line)
  return { upSeconds: Number(up), idleSeconds: Number(idle) }
}
