/** Time, not events: counted in every mode, whatever the modifiers say (kernel/events/core.c task_clock_event_update). */
const CLOCKS: ReadonlySet<string> = new Set(['task-clock', 'cpu-clock'])

/** Events of every kernel with perf events (include/uapi/linux/perf_event.h perf_sw_ids), by perf's names for them. */
const FIRST_EVENTS: ReadonlySet<string> = new Set([
  'page-faults',
  'faults',
  'minor-faults',
  'major-faults',
  ...CLOCKS,
  'context-switches',
  'cs',
  'cpu-migrations',
  'migrations',
  'alignment-faults',
  'emulation-faults',
])

/** Those that came later. */
const LATER_EVENTS: ReadonlySet<string> = new Set(['dummy', 'bpf-output', 'cgroup-switches'])

/** Whether every kernel that has perf events has this one. */
export function isInEveryKernel(event: string): boolean {
  return FIRST_EVENTS.has(event)
}

/** Whether the kernel counts an event itself, without a hardware counter. */
function isSoftwareEvent(event: string): boolean {
  return FIRST_EVENTS.has(event) || LATER_EVENTS.has(event)
}

/** Whether an event is the CPU's: neither the kernel's own nor a tracepoint. */
export function isHardwareEvent(event: string): boolean {
  return !isSoftwareEvent(event) && !/^[\w-]+:[\w-]+$/.test(event)
}

/** Whether an event is an amount of time. */
export function isClock(event: string): boolean {
  return CLOCKS.has(event)
}
