import { RISK_RULES } from '../../overcommit/risk-rules.ts'
import { areManyPromises, latentPromises, MANY_PROMISES, STACKS } from '../host-shortage.ts'
import { countInSentence } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Of what is left. */
const MEDIUM = 1
/** Per cent of RAM and swap; with less left, promises that cannot be kept are a matter of time. */
const SCARCE = RISK_RULES['memory-left'].elevated

const STACKS_ALONE =
  'Nothing, if it is stacks: `mmapctl overcommit --sort latent` tells whose they are. In mode 2 of vm.overcommit_memory they would have to be smaller (`ulimit -s`, pthread_attr_setstacksize).'

export const rule = defineRule({
  id: 'latent-overcommit',
  title: 'More has been promised than there is',
  severity: 'medium',
  what: 'Committed_AS without what is used of it (AnonPages, Shmem, swap), above 75 % of MemAvailable + SwapFree, where the kernel promises without a limit (vm.overcommit_memory 0 or 1). Only for information where stacks of threads may be all that is above: each is charged in full, 8 MiB as a rule, and hardly filled.',
  why: 'Programs may use what they were promised without another system call: if they do, nothing refuses it, and the OOM killer ends one of them.',
  remedy:
    'Find who was promised much and uses little: `mmapctl overcommit --sort latent`; cap heaps (-Xmx, shared_buffers), give services a memory.max, add swap as a cushion.',
  falseAlarms:
    'Heaps that are reserved at once (a JVM with -Xms, a database’s buffers before they are used) are promised whole and filled late or never: `mmapctl overcommit` tells whose they are. Stacks are taken for RLIMIT_STACK a thread; programs with smaller ones (JVM, Go, musl) may so be told too mildly. What is mapped MAP_NORESERVE is in no promise, so the true figure may be larger too.',
  references: ['Documentation/mm/overcommit-accounting.rst', 'proc_meminfo(5): Committed_AS'],
  toldWith: [{ rule: 'thread-stack-volume', of: 'cause' }],
  needs: ['commit', 'threadPromise'],
  check: ({ commit, threadPromise }) => {
    const { supply, supplyPercent, readings } = commit
    const { mode } = readings.settings
    if (mode === 2) return CLEAR
    const { bytes: latent, share: index } = latentPromises(commit)
    if (mode === null || Number.isNaN(index)) {
      return { kind: 'unknown', why: 'vm.overcommit_memory, Committed_AS or what is left of memory is not known' }
    }
    if (!areManyPromises(commit) || threadPromise === null) return CLEAR
    const { threads, stacks } = threadPromise
    const scarce = supplyPercent < SCARCE
    // Nobody fills a stack: what remains without them is what may be claimed.
    const claimed = Math.max(0, latent - stacks) / supply
    const severity = claimed > MEDIUM ? (scarce ? 'high' : 'medium') : claimed > MANY_PROMISES ? 'low' : 'info'
    const percent = Math.round(index * 100)
    const harmless = claimed <= MANY_PROMISES
    const whose = harmless ? ', which stacks of threads may explain' : ''
    return finding(
      severity,
      'possible',
      `what is promised and not yet used is ${percent} % of the memory that is left${whose}`,
      {
        ...(harmless ? { remedy: STACKS_ALONE, cause: STACKS } : {}),
        evidence: [
          {
            what: 'promised and not used',
            value: latent,
            unit: 'bytes',
            source: '/proc/meminfo: Committed_AS − AnonPages − Shmem − swap used',
          },
          {
            what: `stacks of ${countInSentence(threads)} threads, at most`,
            value: stacks,
            unit: 'bytes',
            source: 'stat: num_threads × limits: Max stack size, up to VmData',
          },
          { what: 'left', value: supply, unit: 'bytes', source: '/proc/meminfo: MemAvailable + SwapFree' },
          { what: 'left of RAM and swap', value: supplyPercent, unit: 'percent', source: '/proc/meminfo' },
        ],
      },
    )
  },
})
