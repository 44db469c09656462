import type { CgroupLevel } from '../../../collectors/cgroup-limits.ts'
import { refusalText } from '../../../model/errno.ts'
import type { Refusal } from '../../../model/provenance.ts'
import type { Consequence, LimitId } from '../../overcommit/limits.ts'
import type { LimitOutlook } from '../../overcommit/outlook.ts'
import { levelsOf } from '../../overcommit/process-report.ts'
import { inSentence } from '../rows.ts'
import { CLEAR, defineRule, type Evidence, finding, type Severity } from '../rule.ts'

/** Per cent of a limit at which something is killed or refused. */
const HIGH = 90
const CRITICAL = 97
/** Per cent of memory.high, which slows down and kills nobody. */
const SLOW = 100

/** Part of a limit: with so much swap left it makes a process slow before it ends it. */
const ROOM = 0.1

/** The kernel's file of each limit. */
const FILES: Partial<Record<LimitId, string>> = {
  'cgroup-max': 'memory.max',
  'cgroup-limit': 'memory.limit_in_bytes',
  'cgroup-high': 'memory.high',
  'cgroup-memsw': 'memory.memsw.limit_in_bytes',
  'cgroup-kmem': 'memory.kmem.limit_in_bytes',
}

const EFFECTS: Partial<Record<Consequence, string>> = {
  'cgroup-kill': 'a process of it is killed then',
  'group-kill': 'all its processes are killed then',
  wait: 'its processes wait then until somebody frees memory',
  slow: 'its processes are slowed down',
  refused: 'allocations of the kernel fail then',
}

export const rule = defineRule({
  id: 'cgroup-near-limit',
  title: 'A cgroup close to its limit',
  severity: 'high',
  what: 'Of the cgroup of the process and all above it, v1 or v2: usage without page cache of files, which is dropped first, against memory.max, memory.high, or the v1 limits; 90 % or more. Also kills by the OOM killer in its cgroup.',
  why: 'At memory.max the kernel swaps pages of the cgroup out, and ends one of its processes when it may swap no more, though the host has memory; above memory.high it makes all of them wait, which looks like a hang.',
  remedy:
    'Raise the limit (MemoryMax=, MemoryHigh= of systemd, --memory of a container) or make the process smaller: its heap settings must leave room for stacks, code and page tables. `mmapctl overcommit PID` shows every limit.',
  falseAlarms:
    'Slab memory that could be reclaimed counts as used; a program that fills its limit and stays there, such as a cache, was meant to.',
  references: ['Documentation/admin-guide/cgroup-v2.rst: memory.max', 'Documentation/admin-guide/cgroup-v1/memory.rst'],
  needs: ['promises', 'meminfo'],
  check: ({ promises, meminfo }) => {
    const { cgroups } = promises.readings.sample
    if (!('levels' in cgroups)) return { kind: 'unknown', why: reasonOf(cgroups.why) }
    const near = promises.outlook.limits.filter(
      ({ id, percent }) => id in FILES && percent >= (id === 'cgroup-high' ? SLOW : HIGH),
    )
    const levels = levelsOf(promises.readings.sample)
    const [worst] = [...near].sort((a, b) => rank(b) - rank(a) || b.percent - a.percent)
    const own = levels[0]
    if (worst === undefined) return killedBefore(own)
    const swaps = SWAPS_FIRST.includes(worst.id) && swapLeft(meminfo.swapFree, levels) >= worst.limit * ROOM
    const deadly = worst.percent >= CRITICAL && !swaps
    const severity: Severity = worst.id === 'cgroup-high' ? 'medium' : deadly ? 'critical' : 'high'
    const ends = EFFECTS[worst.effect]
    const effect =
      swaps && ends !== undefined ? `it swaps, and when no swap is left ${ends.replace(' then', '')}` : ends
    const name = inSentence(worst.where)
    const summary = `the cgroup ${name} has used ${Math.floor(worst.percent)} % of its ${FILES[worst.id]}${effect === undefined ? '' : `: ${effect}`}`
    return finding(severity, 'certain', summary, { evidence: [...near.flatMap(limitEvidence), ...killEvidence(own)] })
  },
})

/** Limits that pages in swap do not count against. */
const SWAPS_FIRST: readonly LimitId[] = ['cgroup-max', 'cgroup-limit']

/** How much may still go to swap before a process is killed instead, in bytes. */
function swapLeft(free: number | null, levels: readonly CgroupLevel[]): number {
  const gauges = levels.flatMap(({ swap, memsw }) => [swap, memsw]).filter((gauge) => gauge !== null)
  return Math.min(free ?? 0, ...gauges.map(({ limit, usage }) => limit - usage))
}

/** What kills comes before what slows down. */
function rank({ id }: LimitOutlook): number {
  return id === 'cgroup-high' ? 0 : 1
}

function limitEvidence({ id, where, used, limit }: LimitOutlook): readonly Evidence[] {
  const file = FILES[id] ?? id
  const name = inSentence(where)
  return [
    {
      what: `used in ${name}`,
      value: used,
      unit: 'bytes',
      source: 'usage − active_file − inactive_file of memory.stat',
    },
    { what: 'limit', value: limit, unit: 'bytes', source: `${file} of ${name}` },
  ]
}

function killedBefore(own: CgroupLevel | undefined) {
  const evidence = killEvidence(own)
  if (evidence.length === 0) return CLEAR
  return finding('low', 'certain', 'the OOM killer has ended processes of its cgroup', { evidence })
}

function killEvidence(own: CgroupLevel | undefined): readonly Evidence[] {
  if (own === undefined || own.oomKills === null || own.oomKills === 0) return []
  const source = own.version === 1 ? 'memory.oom_control: oom_kill' : 'memory.events: oom_kill'
  return [{ what: 'processes killed in it', value: own.oomKills, unit: 'count', source }]
}

function reasonOf(why: 'no-controller' | 'not-mounted' | 'outside' | Refusal): string {
  switch (why) {
    case 'no-controller':
      return 'the memory controller of cgroups does not account the process'
    case 'not-mounted':
      return 'the cgroups are not mounted where they could be read'
    case 'outside':
      return 'its cgroup lies outside of what is mounted here'
    default:
      return `${why.path} cannot be read (${refusalText(why)})`
  }
}
