import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { psField } from '../../src/analysis/ps/fields.ts'
import { sumOf } from '../../src/analysis/ps/sums.ts'
import { collectHost } from '../../src/collectors/host.ts'
import type { FactSource, ProcessFacts } from '../../src/collectors/process-facts.ts'
import { type ProcessSurvey, surveyProcesses } from '../../src/collectors/process-survey.ts'
import { listPids } from '../../src/collectors/processes.ts'
import Ps from '../../src/commands/ps.ts'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { parseStat } from '../../src/parsers/stat.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { processOf, reportOn, survey, USUAL_SOURCES } from '../helpers/process-lists.ts'
import { runCommand } from '../helpers/run-command.ts'
import { readProcess, sumOf as sumOfMappings } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload, type Workload } from './workload.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Reads these processes of this machine. */
function read(pids: readonly number[], wanted: readonly FactSource[] = USUAL_SOURCES): ProcessSurvey {
  const trees = liveTrees()
  return surveyProcesses(trees, collectHost(trees), pids, { wanted: new Set(wanted), maxStallMs: 60_000, uid: null })
}

const file = (pid: number, name: string): Buffer => readFileSync(`/proc/${pid}/${name}`)
const value = (name: string, row: ProcessFacts): number => psField(name).value(row) as number

/** PIDs that a workload says are its children. */
function childrenOf(workload: Workload): number[] {
  return workload.facts.filter((fact) => fact.name === 'child').map((fact) => Number(fact.value))
}

describe('figures are those of the kernel', () => {
  const STEADY = [
    { name: 'kinds', needs: ['gcc'] },
    { name: 'thp', needs: ['gcc'] },
    { name: 'locked', needs: ['gcc'] },
    { name: 'hugetlb', needs: ['gcc', 'hugetlb'] },
    { name: 'swapped', needs: ['gcc', 'swap'] },
  ] as const
  for (const { name, needs } of STEADY) {
    liveTest(`of ${name}`, { needs }, async () => {
      await using workload = await startWorkload(name)
      const { pid } = workload
      const row = processOf(read([pid], [...USUAL_SOURCES, 'maps']), pid)
      const rollup = parseSmapsRollup(file(pid, 'smaps_rollup'))
      const status = parseStatus(file(pid, 'status'))
      const stat = parseStat(file(pid, 'stat'))
      // PSS of what everybody maps changes with whoever starts or ends meanwhile.
      expect(Math.abs(value('pss', row) - (rollup.pss ?? 0))).toBeLessThan(256 * KIB)
      expect({
        uss: value('uss', row),
        dirty: value('dirty', row),
        swapPss: value('swappss', row),
        swapMapped: value('swapmapped', row),
        rss: value('rss', row),
        rssAnon: value('rssanon', row),
        rssFile: value('rssfile', row),
        rssShmem: value('rssshmem', row),
        peak: value('rsspeak', row),
        swap: value('swap', row),
        hugetlb: value('hugetlb', row),
        locked: value('locked', row),
        pageTables: value('pagetables', row),
        size: value('size', row),
        threads: value('threads', row),
        minflt: value('minflt', row),
        majflt: value('majflt', row),
        user: row.status.uid,
        mappings: value('mappings', row),
      }).toEqual({
        uss: (rollup.privateClean ?? 0) + (rollup.privateDirty ?? 0),
        dirty: (rollup.sharedDirty ?? 0) + (rollup.privateDirty ?? 0),
        swapPss: rollup.swapPss,
        swapMapped: rollup.swap,
        rss: status.vmRss,
        rssAnon: status.rssAnon,
        rssFile: status.rssFile,
        rssShmem: status.rssShmem,
        peak: status.vmHwm,
        swap: status.vmSwap,
        hugetlb: status.hugetlbPages,
        locked: status.vmLck,
        pageTables: status.vmPte,
        size: status.vmSize,
        threads: status.threads,
        minflt: stat.minflt,
        majflt: stat.majflt,
        user: status.uid?.effective,
        mappings: file(pid, 'maps')
          .toString('latin1')
          .split('\n')
          .filter((line) => line !== '' && !line.endsWith('[vsyscall]')).length,
      })
      if (name === 'hugetlb') expect(value('hugetlb', row)).toBeGreaterThan(0)
      if (name === 'swapped') expect(value('swappss', row)).toBeGreaterThan(0)
    })
  }

  liveTest('smaps added up is smaps_rollup, and tells the commit charge', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('thp')
    const row = processOf(read([workload.pid], ['smaps']), workload.pid)
    const rollup = parseSmapsRollup(file(workload.pid, 'smaps_rollup'))
    expect(row.walk.source).toBe('smaps')
    expect(row.walk.figures).toMatchObject({ rss: rollup.rss, anonHugePages: rollup.anonHugePages, swap: rollup.swap })
    const { table } = readProcess(workload.pid)
    const charged = Array.from({ length: table.length }, (_, at) =>
      table.flagsOf(at)?.includes('ac') ? table.size(at) : 0,
    )
    expect(row.space.commit).toBe(charged.reduce((sum, size) => sum + size, 0))
    expect(sumOfMappings(readProcess(workload.pid), 'Rss')).toBe(rollup.rss)
  })
})

describe('memory that processes share is counted once', () => {
  liveTest(
    'over a forked family PSS adds up to what there is, and RSS to many times that',
    { needs: ['gcc'] },
    async () => {
      const SHARED = 64
      const CHILDREN = 12
      await using workload = await startWorkload('crowd', [String(CHILDREN), String(SHARED * KIB), '1024'])
      const { list } = read([workload.pid, ...childrenOf(workload)])
      const rows = list.processes
      expect(rows).toHaveLength(CHILDREN + 1)
      const own = Array.from({ length: CHILDREN }, (_, index) => 1024 + 4 * index).reduce(
        (sum, kib) => sum + kib * KIB,
        0,
      )
      const truth = SHARED * MIB + own
      const anonymous = sumOf(psField('pssanon'), rows)
      expect(anonymous.kind).toBe('exact')
      // Beside these there are the stack, the heap and the relocated data of each.
      expect(anonymous.value).toBeGreaterThan(truth - MIB)
      expect(anonymous.value).toBeLessThan(truth + rows.length * 256 * KIB)
      expect(sumOf(psField('rss'), rows)).toMatchObject({ kind: 'at-most' })
      expect(sumOf(psField('rss'), rows).value).toBeGreaterThan(CHILDREN * SHARED * MIB)
    },
  )

  liveTest(
    'over all processes it is what the kernel says is mapped',
    { needs: ['root'], timeout: 60_000 },
    (context) => {
      if (!reportOn(survey(liveTrees(), [])).whole) context.skip('no kernel thread is visible here')
      // Other tests start and end processes all the time, so the best of some readings counts.
      const attempts = Array.from({ length: 8 }, () => {
        const before = parseMeminfo(readFileSync('/proc/meminfo'))
        const { ram } = reportOn(survey(liveTrees()))
        if (ram === null) throw new Error('no meminfo')
        const { total, rest, unwalked } = ram.mapped
        const changed = Math.abs(total - ((before.anonPages ?? 0) + (before.mapped ?? 0)))
        const slack = 0.05 * total + 16 * MIB + changed
        return { rest, ok: rest > -slack && rest < unwalked + slack }
      })
      expect(attempts.filter(({ ok }) => ok).length, JSON.stringify(attempts)).toBeGreaterThan(0)
    },
  )
})

describe('processes that come and go', () => {
  liveTest('are no error, in whatever moment they end', { needs: ['gcc'], timeout: 60_000 }, async () => {
    await using workload = await startWorkload('swarm', ['12'])
    let vanished = 0
    let seen = 0
    for (let round = 0; round < 200 && (round < 6 || seen === 0 || vanished === 0); round++) {
      // The youngest first: at the end of a list most of them would have ended, and after a pause all have.
      const pids = listPids(liveTrees()).reverse()
      if (round % 2 === 1) await sleep(25)
      const { list } = read(pids, [...USUAL_SOURCES, 'maps'])
      vanished += list.none.vanished + list.none.zombie
      for (const row of list.processes) {
        if (row.status.ppid === workload.pid) seen++
        expect(row.walk.source !== null || row.walk.gap !== null).toBe(true)
        expect(row.status.sizes.vmRss).toBeGreaterThanOrEqual(0)
        if (row.walk.figures !== null) expect(row.walk.figures.pss).toBeLessThanOrEqual(row.walk.figures.rss)
      }
    }
    expect(seen).toBeGreaterThan(0)
    expect(vanished).toBeGreaterThan(0)
  })
})

describe('processes that are not as they should be', () => {
  liveTest('a zombie and kernel threads are counted, not listed', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('zombie')
    const zombie = Number(workload.facts.find((fact) => fact.name === 'zombie')?.value)
    const { list } = read([workload.pid, zombie])
    expect(list.processes.map((row) => row.pid)).toEqual([workload.pid])
    expect(list.missing.get(zombie)).toBe('zombie')
  })

  liveTest('one whose leader has exited has its memory', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dead-leader')
    const row = processOf(read([workload.pid]), workload.pid)
    expect(row.threadRead).not.toBeNull()
    expect(value('rss', row)).toBeGreaterThan(8 * MIB)
    expect(value('pss', row)).toBeGreaterThan(8 * MIB)
  })

  liveTest('names and arguments of any bytes are shown harmlessly, and whole in JSON', { needs: ['gcc'] }, async () => {
    const name = '\x1b[31m)\n;=1'
    await using workload = await startWorkload('rename-comm', [name, '\x1b]0;title\x07', 'a\r\nb', '=cmd|x'])
    const args = [String(workload.pid)]
    const text = await runCommand(Ps, [...args, '--columns', 'pid,pss,name,command'])
    expect(text.stdout).toContain('\\x1b[31m)\\x0a;=1')
    for (const form of [[], ['--csv']]) {
      const { stdout, exit } = await runCommand(Ps, [...args, ...form])
      expect(exit).toBe(0)
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }
    const json = JSON.parse((await runCommand(Ps, [...args, '--json'])).stdout)
    expect(json.processes[0].comm).toBe(name)
    expect(json.processes[0].cmdline.slice(2)).toEqual(['\x1b]0;title\x07', 'a\r\nb', '=cmd|x'])
  })

  liveTest('a thousand of them are read, and a thread is no process', { needs: ['gcc'], timeout: 60_000 }, async () => {
    await using workload = await startWorkload('crowd', ['1000', '0', '16'])
    const { list } = survey(liveTrees(), ['smaps_rollup'])
    const mine = list.processes.filter((row) => row.status.ppid === workload.pid)
    expect(mine.map((row) => row.pid).sort()).toEqual(childrenOf(workload).sort())
    expect(mine.every((row) => row.walk.source === 'smaps_rollup')).toBe(true)
  })
})

describe('a reader that goes away', () => {
  liveTest('is no error', {}, async () => {
    const child = spawn('bash', [
      '-c',
      `'${process.execPath}' bin/run.cjs ps --limit 0 --wide | head -1 >/dev/null; echo \${PIPESTATUS[0]}`,
    ])
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(text).toBe('0\n')
  })
})
