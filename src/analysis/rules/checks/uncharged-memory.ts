import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.5
/** Of RAM and swap: what is less is in nobody's way. */
const MATTERS = 0.05

export const rule = defineRule({
  id: 'uncharged-memory',
  title: 'Most of its memory was never promised',
  severity: 'info',
  what: 'Private memory in MAP_NORESERVE mappings (VmFlag nr): more than half of the anonymous memory, and more than 5 % of RAM and swap.',
  why: 'Committed_AS does not have it: whoever plans by Committed_AS, or means to switch to vm.overcommit_memory 2, plans with too little. In mode 2 the same mappings are charged in full when they are made.',
  remedy:
    'Judge this process by its RSS and a limit of its cgroup; try `mmapctl overcommit PID --what-if 2` before a switch to mode 2.',
  falseAlarms: 'V8, Go, ZGC and glibc’s arenas of threads always map so; it is no fault of theirs.',
  references: ['mmap(2): MAP_NORESERVE', 'Documentation/mm/overcommit-accounting.rst'],
  needs: ['smaps', 'promises'],
  check: ({ promises }) => {
    const { commit, view } = promises
    const { memTotal, swapTotal } = view.readings.sample.meminfo
    const used = commit.noReserveUsed
    const all = used + commit.used
    const total = (memTotal ?? Number.NaN) + (swapTotal ?? 0)
    if (Number.isNaN(all) || Number.isNaN(total)) {
      return { kind: 'unknown', why: 'its anonymous memory or the size of RAM is not known' }
    }
    if (used <= all * SHARE || used <= total * MATTERS) return CLEAR
    return finding(
      'info',
      'certain',
      `${Math.round((used / all) * 100)} % of its memory is in no promise of the kernel`,
      {
        evidence: [
          { what: 'used without a promise', value: used, unit: 'bytes', source: 'smaps: Anonymous + Swap of nr' },
          { what: 'used and promised', value: commit.used, unit: 'bytes', source: 'smaps: Anonymous + Swap of ac' },
        ],
      },
    )
  },
})
