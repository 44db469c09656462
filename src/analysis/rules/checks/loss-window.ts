import { CLEAR, defineRule, type Evidence, finding } from '../rule.ts'

/** Centiseconds: the kernel's default is 3000. */
const LONGEST_EXPIRY = 6000

export const rule = defineRule({
  id: 'loss-window',
  title: 'Written data may stay in memory for long',
  severity: 'medium',
  what: 'Writeback that is switched off or waits longer than a minute: vm.dirty_writeback_centisecs, vm.dirty_expire_centisecs, vm.laptop_mode.',
  why: 'What programs have written and not synced is lost on power failure; these settings are how much of it there may be in time.',
  remedy:
    'Restore the defaults: `sysctl vm.dirty_writeback_centisecs=500 vm.dirty_expire_centisecs=3000 vm.laptop_mode=0`.',
  falseAlarms: 'Devices with flash storage or batteries choose it to spare both, and sync what matters.',
  references: ['Documentation/admin-guide/sysctl/vm.rst'],
  needs: ['sysctls'],
  check: ({ sysctls }) => {
    const found: Evidence[] = []
    const writeback = sysctls.get('vm/dirty_writeback_centisecs')
    const expiry = sysctls.get('vm/dirty_expire_centisecs')
    const laptop = sysctls.get('vm/laptop_mode')
    if (writeback === undefined && expiry === undefined) {
      return { kind: 'unknown', why: 'the writeback settings cannot be read' }
    }
    const centiseconds = (what: string, value: number): Evidence => ({
      what,
      value: value / 100,
      unit: 'seconds',
      source: `/proc/sys/vm/${what}`,
    })
    if (writeback === 0) found.push(centiseconds('dirty_writeback_centisecs', writeback))
    if (expiry !== undefined && expiry > LONGEST_EXPIRY) found.push(centiseconds('dirty_expire_centisecs', expiry))
    if (laptop !== undefined && laptop > 0) {
      found.push({ what: 'laptop_mode', value: laptop, unit: 'count', source: '/proc/sys/vm/laptop_mode' })
    }
    if (found.length === 0) return CLEAR
    const summary =
      writeback === 0 ? 'old dirty pages are never written by time' : 'dirty pages may wait for longer than a minute'
    return finding('medium', 'certain', summary, { evidence: found })
  },
})
