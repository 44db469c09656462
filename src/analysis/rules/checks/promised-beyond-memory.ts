import { claimOf } from '../../overcommit/process-commit.ts'
import { RISK_RULES } from '../../overcommit/risk-rules.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Below this nobody need care, however little is left. */
const LEAST = 256 * 2 ** 20

export const rule = defineRule({
  id: 'promised-beyond-memory',
  title: 'The process may use more memory than it can have',
  severity: 'medium',
  what: 'What the process was promised and does not use, without stacks of threads and copies of file pages, against what the host and every cgroup above it still have: 100 % or more.',
  why: 'It may fill what it was promised without another system call. Before it is full, the OOM killer ends it or another process: a heap that is larger than its container is the usual cause.',
  remedy:
    'Make the heap smaller than the limit (-Xmx or -XX:MaxRAMPercentage of a JVM, maxmemory of Redis, shared_buffers and work_mem of PostgreSQL), or raise the limit; `mmapctl overcommit PID` shows which mapping it is.',
  falseAlarms: 'A program that reserves much at once and is known never to fill it.',
  references: ['Documentation/mm/overcommit-accounting.rst', 'Documentation/admin-guide/cgroup-v2.rst: memory.max'],
  needs: ['smaps', 'promises'],
  check: ({ promises }) => {
    const { commit, supply, view, promises: list } = promises
    const claim = claimOf(commit)
    const percent = (claim / supply) * 100
    if (Number.isNaN(percent)) return { kind: 'unknown', why: 'what is left of memory, or what it uses, is not known' }
    if (claim < LEAST || percent < RISK_RULES.promises.high) return CLEAR
    const largest = [...list].sort((a, b) => b.latent - a.latent)[0]
    const own = supply < view.supply
    return finding(
      view.supplyPercent < RISK_RULES['memory-left'].elevated || own ? 'high' : 'medium',
      'likely',
      `it may still use ${Math.round(percent)} % of the memory that ${own ? 'its cgroup' : 'the host'} has left`,
      {
        evidence: [
          {
            what: 'promised and not used',
            value: claim,
            unit: 'bytes',
            source: 'smaps: Size of ac, less Anonymous and Swap',
          },
          {
            what: 'left',
            value: supply,
            unit: 'bytes',
            source: own ? 'limit − usage of its cgroups' : '/proc/meminfo: MemAvailable + SwapFree',
          },
          ...(largest === undefined
            ? []
            : [
                {
                  what: 'of which one mapping',
                  value: largest.latent,
                  unit: 'bytes' as const,
                  source: `smaps: ${largest.kind}`,
                },
              ]),
        ],
      },
    )
  },
})
