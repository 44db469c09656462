import { unusedPromises } from '../../overcommit/policy.ts'
import { RISK_RULES } from '../../overcommit/risk-rules.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Promised and not used, of what is left. */
const LOW = 0.75
const MEDIUM = 1
/** Per cent of RAM and swap; with less left, promises that cannot be kept are a matter of time. */
const SCARCE = RISK_RULES['memory-left'].elevated

export const rule = defineRule({
  id: 'latent-overcommit',
  title: 'More has been promised than there is',
  severity: 'medium',
  what: 'Committed_AS without what is used of it (AnonPages, Shmem, swap), above 75 % of MemAvailable + SwapFree, where the kernel promises without a limit (vm.overcommit_memory 0 or 1).',
  why: 'Programs may use what they were promised without another system call: if they do, nothing refuses it, and the OOM killer ends one of them.',
  remedy:
    'Find who was promised much and uses little: `mmapctl overcommit --sort latent`; cap heaps (-Xmx, shared_buffers), give services a memory.max, add swap as a cushion.',
  falseAlarms:
    'Stacks of threads and heaps that are reserved at once (JVM) are promised whole and seldom filled: `mmapctl overcommit` tells them apart. What is mapped MAP_NORESERVE is in no promise, so the true figure may be larger too.',
  references: ['Documentation/mm/overcommit-accounting.rst', 'proc_meminfo(5): Committed_AS'],
  needs: ['commit'],
  check: ({ commit }) => {
    const { supply, supplyPercent, readings } = commit
    const { mode } = readings.settings
    if (mode === 2) return CLEAR
    const latent = unusedPromises(readings.sample.meminfo)
    const index = latent / supply
    if (mode === null || Number.isNaN(index)) {
      return { kind: 'unknown', why: 'vm.overcommit_memory, Committed_AS or what is left of memory is not known' }
    }
    if (index <= LOW) return CLEAR
    const scarce = supplyPercent < SCARCE
    const severity = index > MEDIUM ? (scarce ? 'high' : 'medium') : 'low'
    const percent = Math.round(index * 100)
    return finding(
      severity,
      'possible',
      `what is promised and not yet used is ${percent} % of the memory that is left`,
      {
        evidence: [
          {
            what: 'promised and not used',
            value: latent,
            unit: 'bytes',
            source: '/proc/meminfo: Committed_AS − AnonPages − Shmem − swap used',
          },
          { what: 'left', value: supply, unit: 'bytes', source: '/proc/meminfo: MemAvailable + SwapFree' },
          { what: 'left of RAM and swap', value: supplyPercent, unit: 'percent', source: '/proc/meminfo' },
        ],
      },
    )
  },
})
