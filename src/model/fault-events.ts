/** Events the kernel counts itself (include/uapi/linux/perf_event.h perf_sw_ids), by perf's names for them. */
const SOFTWARE_EVENTS: ReadonlySet<string> = new Set([
  'page-faults',
  'faults',
  'minor-faults',
  'major-faults',
  'task-clock',
  'cpu-clock',
  'context-switches',
  'cs',
  'cpu-migrations',
  'migrations',
  'alignment-faults',
  'emulation-faults',
])

/** Whether an event needs no hardware counter. */
export function isSoftwareEvent(event: string): boolean {
  return SOFTWARE_EVENTS.has(event)
}

/** Whether an event is the CPU's: neither the kernel's own nor a tracepoint. */
export function isHardwareEvent(event: string): boolean {
  return !isSoftwareEvent(event) && !/^[\w-]+:[\w-]+$/.test(event)
}
