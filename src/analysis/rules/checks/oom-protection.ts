import type { OomStanding } from '../../../collectors/oom-table.ts'
import { inSentence, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** oom_score_adj from which on a process is practically never killed. */
const SAFE = -900
/** Of what all processes have resident. */
const MOST = 0.5
/** Of RAM: below that, what is protected is not what a host runs out of. */
const MATTERS = 0.1

export const rule = defineRule({
  id: 'oom-protection',
  title: 'Most memory belongs to processes that the OOM killer spares',
  severity: 'low',
  what: 'Processes with an oom_score_adj of −900 or less that have more than half of the resident memory of all, and more than 10 % of RAM.',
  why: 'When memory runs out the kernel kills what is left: small innocent processes, one after the other, which frees little. With nothing left to kill, the host panics or hangs.',
  remedy:
    'Leave at least one large process killable: raise its oom_score_adj (OOMScoreAdjust= of systemd, `choom -p PID -n 0`), and restart it by its supervisor. Limit what is protected with memory.max.',
  falseAlarms:
    'A database that owns the host may be protected on purpose, with its backends killable (PG_OOM_ADJUST_FILE). Shared memory is in the RSS of everybody who uses it.',
  references: ['proc_pid_oom_score_adj(5)', 'choom(1)'],
  needs: ['oomTable', 'meminfo'],
  check: ({ oomTable, meminfo }) => {
    const ram = meminfo.memTotal
    if (ram === null || oomTable.length === 0) {
      return { kind: 'unknown', why: 'the size of RAM or the processes are not known' }
    }
    const resident = (some: readonly OomStanding[]): number => sumOver(some, (each) => each.resident)
    const safe = oomTable.filter(({ adjustment }) => adjustment <= SAFE)
    const [kept, all] = [resident(safe), resident(oomTable)]
    if (kept <= all * MOST || kept <= ram * MATTERS) return CLEAR
    const [largest] = [...safe].sort((a, b) => b.resident - a.resident)
    const who = largest === undefined ? '' : `, first of all ${inSentence(largest.comm)}`
    return finding(
      'low',
      'likely',
      `${Math.round((kept / all) * 100)} % of the memory is spared by the OOM killer${who}`,
      {
        evidence: [
          { what: 'resident in what is spared', value: kept, unit: 'bytes', source: 'stat: rss; oom_score_adj' },
          { what: 'processes that are spared', value: safe.length, unit: 'count', source: 'oom_score_adj ≤ −900' },
          { what: 'resident in all', value: all, unit: 'bytes', source: 'stat: rss' },
        ],
      },
    )
  },
})
