import { isShort } from '../host-shortage.ts'
import { inSentence } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** So many of those that are next are named. */
const NAMED = 3

export const rule = defineRule({
  id: 'next-oom-victim',
  title: 'The OOM killer is near, and whom it takes first',
  severity: 'high',
  what: 'Less than 10 % of RAM and swap left, or less than 20 % and all tasks waiting for memory more than 5 % of the time; then the processes by /proc/PID/oom_score.',
  why: 'When memory has run out, the kernel kills the process with the highest score: mostly the largest, which is mostly the one that the host is there for.',
  remedy:
    'Give memory back now (`mmapctl ps --sort rss`); protect what must live with a negative oom_score_adj (OOMScoreAdjust= of systemd) and give the others a memory.max.',
  falseAlarms:
    'Where a cgroup runs out, only its own processes are looked at; scores that differ by one or two are equal to the kernel; memory in hugetlb pages counts for nobody.',
  references: ['proc_pid_oom_score(5)', 'mm/oom_kill.c oom_badness'],
  needs: ['commit', 'oomTable'],
  check: ({ commit, oomTable }) => {
    const { supplyPercent, readings } = commit
    const full = readings.sample.pressure?.full?.avg10
    if (Number.isNaN(supplyPercent)) return { kind: 'unknown', why: 'what is left of memory is not known' }
    if (!isShort(commit)) return CLEAR
    const victims = oomTable
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.resident - a.resident)
      .slice(0, NAMED)
    const [first] = victims
    if (first === undefined) return { kind: 'unknown', why: 'no process tells its OOM score' }
    const who = inSentence(first.comm)
    return finding('high', 'likely', `memory is short, and ${who} (${first.pid}) is killed first when it runs out`, {
      evidence: [
        {
          what: 'left of RAM and swap',
          value: supplyPercent,
          unit: 'percent',
          source: '/proc/meminfo: MemAvailable + SwapFree',
        },
        ...(full === undefined
          ? []
          : [
              {
                what: 'all waited',
                value: full,
                unit: 'percent' as const,
                source: '/proc/pressure/memory: full avg10',
              },
            ]),
        ...victims.map(({ pid, comm, score, resident }) => ({
          what: `${inSentence(comm)} (${pid}), score ${score}, resident`,
          value: resident,
          unit: 'bytes' as const,
          source: `/proc/${pid}/oom_score, stat: rss`,
        })),
      ],
    })
  },
})
