import { CLEAR, defineRule, finding } from '../rule.ts'

/** Of the level at which writers are made to wait. */
const NEAR = 0.9

export const rule = defineRule({
  id: 'dirty-throttling',
  title: 'Writers are being slowed down, or soon will be',
  severity: 'high',
  what: 'Dirty memory of the host, with what is being written, above half way between the two thresholds, or within 10 % of it.',
  why: 'From there on the kernel makes whoever dirties a page sleep, up to 200 ms at a time (balance_dirty_pages): stores to mapped files stand still in a page fault. At the limit nobody writes faster than the device.',
  remedy:
    'Find the writers: `mmapctl dirty`, and write_bytes of /proc/PID/io. Start the flusher earlier (vm.dirty_background_bytes) so that it keeps up, pace bulk writers with sync_file_range, or give them a cgroup of their own.',
  falseAlarms:
    'A bulk copy is meant to run at the speed of its device. The thresholds are a share of free memory and page cache, so that they sink when programs take memory; a cgroup with memory.max is throttled earlier, which these figures do not show.',
  references: [
    'Documentation/admin-guide/sysctl/vm.rst: dirty_background_bytes',
    'mm/page-writeback.c balance_dirty_pages',
  ],
  needs: ['writeback'],
  check: ({ writeback }) => {
    const { phase, throttleShare, freeRun, dirty, writeback: writing, thresholds, source } = writeback
    if (phase === 'unknown' || thresholds === null) {
      return { kind: 'unknown', why: 'the thresholds of dirty memory cannot be read' }
    }
    const slowed = phase === 'throttled' || phase === 'held'
    if (!slowed && throttleShare < NEAR) return CLEAR
    const summary =
      phase === 'held'
        ? 'dirty memory is at its limit: writers are as slow as the device'
        : slowed
          ? 'dirty memory is so much that writers are made to sleep'
          : `dirty memory is at ${Math.round(throttleShare * 100)} % of where writers are made to sleep`
    return finding(slowed ? 'high' : 'medium', 'certain', summary, {
      evidence: [
        { what: 'dirty', value: dirty, unit: 'bytes', source: 'vmstat: nr_dirty' },
        { what: 'being written', value: writing, unit: 'bytes', source: 'vmstat: nr_writeback' },
        { what: 'writers sleep from', value: freeRun, unit: 'bytes', source: `${source ?? 'vmstat'}: half way` },
        { what: 'limit', value: thresholds.limit, unit: 'bytes', source: 'vmstat: nr_dirty_threshold' },
      ],
    })
  },
})
