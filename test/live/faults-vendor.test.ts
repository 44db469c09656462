import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { faultsReport } from '../../src/analysis/faults/report.ts'
import type { FaultsReport } from '../../src/model/faults-report.ts'
import { parseCpuInfo } from '../../src/parsers/cpuinfo.ts'
import { parseOsRelease } from '../../src/parsers/kernel-version.ts'
import { parseRun } from '../../src/parsers/perf-run.ts'
import { type CountingMachine, eventLists } from '../../src/runners/fault-events.ts'
import { findPerf } from '../../src/runners/perf-tool.ts'
import { attachStat, isSession } from '../../src/runners/stat.ts'
import { NODE, sleeper, temporary } from '../e2e/mmapctl.ts'
import { INTEL, rawRun } from '../helpers/fault-runs.ts'
import { liveTest } from './requirements.ts'

/** Behind the events that this machine's perf knows; each has the count that it is asked for. */
type Counts = Readonly<Record<string, number>>

/**
 * A perf of a machine with hardware counters, which this one need not have: it writes down how it was called, refuses
 * names that are not its CPU's with the words of 6.1, and answers as perf stat does.
 */
const SCRIPT = `#!${NODE}
const { appendFileSync, readFileSync, writeSync, readSync } = require('node:fs')
const { join } = require('node:path')
const args = process.argv.slice(2)
if (args[0] === '--version') { console.log('perf version 6.1.187'); process.exit() }
appendFileSync(join(__dirname, 'calls'), JSON.stringify(args) + '\\n')
const counts = JSON.parse(readFileSync(join(__dirname, 'counts'), 'utf8'))
const events = args[args.indexOf('-e') + 1].split(',')
if (events.some((event) => counts[event] === undefined)) {
  console.error("event syntax error: '" + events.join(',') + "'\\n   \\\\___ parser error\\nRun 'perf list' for a list of valid events")
  process.exit(129)
}
process.on('SIGINT', () => {
  for (const event of events) writeSync(5, counts[event] + ';;' + event + ';173176999;100.00;;\\n')
  process.exit()
})
setInterval(() => {}, 1000)
const line = Buffer.alloc(64)
for (;;) {
  try {
    if (readSync(3, line, 0, 64, null) > 0) break
  } catch {}
}
writeSync(4, 'ack\\n\\0')
`

const SOFTWARE: Counts = {
  'page-faults': 1051,
  'minor-faults': 1051,
  'major-faults': 0,
  'context-switches': 1,
  'cpu-migrations': 0,
  'task-clock': 40.5,
}
const GENERIC: Counts = {
  ...SOFTWARE,
  cycles: 1_000_000,
  instructions: 2_000_000,
  'dTLB-load-misses': 3000,
  'dTLB-store-misses': 1000,
  'iTLB-load-misses': 200,
  'dTLB-loads': 500_000,
  'dTLB-stores': 300_000,
  'iTLB-loads': 900,
}

/** Counts a program with such a perf; gives the lists of events that it was called with, and the report. */
async function measure(
  machine: Pick<CountingMachine, 'cpu' | 'pmus'>,
  known: Counts,
): Promise<{ readonly asked: readonly string[]; readonly report: FaultsReport }> {
  using folder = temporary()
  using target = sleeper()
  writeFileSync(join(folder.path, 'perf'), SCRIPT, { mode: 0o755 })
  writeFileSync(join(folder.path, 'counts'), JSON.stringify(known))
  const { tool } = await findPerf({ PATH: folder.path })
  if (tool === null) throw new Error('the fake perf does not run')
  const kernel = parseOsRelease(Buffer.from('6.1.0\n'))
  const lists = eventLists({ kernel, paranoid: 2, capabilities: 0n, ...machine }, [])
  const outcome = await attachStat(tool, target.pid, lists)
  const perf = isSession(outcome) ? await outcome.finish() : outcome
  const calls = readFileSync(join(folder.path, 'calls'), 'utf8').trim().split('\n')
  const host = { ...INTEL, cpuVendor: machine.cpu?.vendor ?? null }
  const report = faultsReport({
    host,
    backend: 'auto',
    target: null,
    command: ['./program'],
    runs: [parseRun(rawRun({ perf, host }))],
    repeated: false,
    other: null,
    attribution: null,
    costs: null,
    dropped: null,
    provenance: [],
  })
  const asked = calls.map((call) => {
    const args: readonly string[] = JSON.parse(call)
    expect(args).toEqual(expect.arrayContaining(['stat', '-x', ';', '--log-fd', '5', '-p', String(target.pid)]))
    return args[args.indexOf('-e') + 1] ?? ''
  })
  return { asked, report }
}

function cpu(text: string): CountingMachine['cpu'] {
  return parseCpuInfo(Buffer.from(text))
}

const SKYLAKE = cpu('vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n')
const HASWELL = cpu('vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 63\n')
const ZEN = cpu('vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n')
const ARM = cpu('CPU implementer\t: 0x41\n')

describe('where there are hardware counters, page walks are asked for and told', () => {
  liveTest('Skylake: walks, and the cycles in which one is active', {}, async () => {
    const known = { ...GENERIC, 'dtlb_load_misses.walk_active': 50_000, 'dtlb_store_misses.walk_active': 10_000 }
    const { asked, report } = await measure({ cpu: SKYLAKE, pmus: ['cpu'] }, known)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain(',dtlb_load_misses.walk_active,dtlb_store_misses.walk_active,')
    const { derived } = report.figures
    expect(derived.dtlbWalksPer1000Instructions).toMatchObject({ value: 2, reason: null })
    expect(derived.itlbWalksPer1000Instructions).toMatchObject({ value: 0.1, reason: null })
    expect(derived.walkCyclesShare).toMatchObject({ value: 0.06, reason: null })
  })

  liveTest('Haswell: the cycles by their old name', {}, async () => {
    const known = { ...GENERIC, 'dtlb_load_misses.walk_duration': 50_000, 'dtlb_store_misses.walk_duration': 0 }
    const { asked, report } = await measure({ cpu: HASWELL, pmus: ['cpu'] }, known)
    expect(asked).toHaveLength(1)
    expect(report.figures.derived.walkCyclesShare.value).toBe(0.05)
  })

  liveTest('Zen: walks, by the generic name', {}, async () => {
    const { 'dTLB-store-misses': _stores, ...known } = GENERIC
    const { asked, report } = await measure({ cpu: ZEN, pmus: ['cpu'] }, { ...known, 'dTLB-store-misses': 0 })
    expect(asked).toHaveLength(1)
    expect(report.figures.derived.dtlbWalksPer1000Instructions).toMatchObject({
      value: 1.5,
      caveats: ['loads-and-stores'],
    })
  })

  liveTest('ARM: walks by their own name, even if code’s are not known', {}, async () => {
    const { asked, report } = await measure({ cpu: ARM, pmus: ['armv8_pmuv3_0'] }, { ...GENERIC, dtlb_walk: 800 })
    expect(asked).toHaveLength(2)
    expect(report.figures.derived.dtlbWalksPer1000Instructions.value).toBe(0.4)
    expect(report.figures.derived.itlbWalksPer1000Instructions.value).toBeNull()
  })

  liveTest('a perf that does not know the vendor’s names counts all else', {}, async () => {
    const { asked, report } = await measure({ cpu: SKYLAKE, pmus: ['cpu'] }, GENERIC)
    expect(asked).toHaveLength(2)
    expect(asked[1]).not.toContain('walk')
    expect(report.figures.derived.dtlbWalksPer1000Instructions.value).toBe(2)
    expect(report.figures.derived.walkCyclesShare.value).toBeNull()
  })

  liveTest('one that knows nothing but software events counts those', {}, async () => {
    const { report } = await measure({ cpu: SKYLAKE, pmus: ['cpu'] }, SOFTWARE)
    expect(report.figures.accounting.perf.all.value).toBe(1051)
    expect(report.figures.counters).not.toHaveProperty('cycles')
  })
})
