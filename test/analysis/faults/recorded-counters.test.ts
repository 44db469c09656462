import { describe, expect, it } from 'vitest'
import type { FaultHost } from '../../../src/model/faults.ts'
import type { FaultsReport } from '../../../src/model/faults-report.ts'
import { writeFaultsJson } from '../../../src/output/faults-json.ts'
import { writeFaultsText } from '../../../src/output/faults-text.ts'
import { createPalette } from '../../../src/output/palette.ts'
import { parseRun } from '../../../src/parsers/perf-run.ts'
import { reportOf } from '../../helpers/fault-reports.ts'
import { AMD, INTEL, rawRun } from '../../helpers/fault-runs.ts'
import { wrong } from '../../helpers/faults-schema.ts'
import { fixtureText } from '../../helpers/fixtures.ts'

/**
 * Counters of real CPUs, as others have published them: this is what `perf stat -x` printed there, with `;` for `,`.
 * From what perf printed to what a person reads.
 */
function report(table: string, host: FaultHost = INTEL): FaultsReport {
  const statFile = Buffer.from(`# started on Sat\n\n${table.trim().replaceAll(',', ';')}\n`)
  const perf = { version: '6.1.192', statFile, stderr: '', exit: { code: 0, signal: null }, requested: [] }
  const made = reportOf([parseRun(rawRun({ perf, host }))], { host })
  let json = ''
  writeFaultsJson(made, { name: 'mmapctl', version: '0' }, (piece) => {
    json += piece
  })
  expect(wrong(JSON.parse(json))).toEqual([])
  return made
}

function text(made: FaultsReport): string {
  let written = ''
  writeFaultsText(made, { palette: createPalette(false), width: null, quiet: false }, (piece) => {
    written += piece
  })
  return written
}

/** Lines of the published examples that are the counters of one run. */
function published(pattern: RegExp): string {
  const lines = fixtureText('perf/stat/perf-stat-hw-public-examples.txt').split('\n')
  return lines.filter((line) => pattern.test(line)).join('\n')
}

const ARM: FaultHost = { ...INTEL, cpuVendor: 'ARM', cpuModel: null }

describe('Intel with two kinds of core', () => {
  const HYBRID = published(/^\d+,,(?:page-faults,173176999|cpu_(?:atom|core)\/(?:dTLB-load-misses|cycles)\/,)/)

  it('has sums of what was counted, not of what was scaled up', () => {
    const { counters } = report(HYBRID).figures
    // perf printed 100166 and 654: the first from 0.3 % of the time.
    expect(counters['dTLB-load-misses']).toMatchObject({ value: 957, state: 'counted' })
    expect(counters['cycles']?.pmus.map(({ pmu, value }) => [pmu, value])).toEqual([
      ['cpu_atom', Math.round((133_119_427 * 527_314) / 173_176_999)],
      ['cpu_core', Math.round((812_254_473 * 172_649_685) / 173_176_999)],
    ])
    expect(text(report(HYBRID))).toMatch(/dTLB-load-misses +957\n/)
    expect(text(report(HYBRID))).toContain('dTLB-load-misses and cycles: sums of what each kind of core counted')
  })

  it('has walks of both kinds of core, by the instructions of both', () => {
    const more = `${HYBRID}\n1000000000,,cpu_atom/instructions/,527314,0.00,,\n900000000,,cpu_core/instructions/,172649685,99.00,,`
    const { dtlbWalksPer1000Instructions: walks } = report(more).figures.derived
    const share = 527_314 / 173_176_999
    const instructions = 1e9 * share + 9e8 * (172_649_685 / 173_176_999)
    expect(walks.value).toBeCloseTo((957 / instructions) * 1000, 4)
    expect(walks.caveats).toEqual([])
  })

  it('has cycles in walks of the cores that count them, by the cycles of those alone', () => {
    const own = (event: string, value: number): string => `${value},,cpu_core/${event}/,172649685,99.00,,`
    const more = [
      HYBRID,
      own('dtlb_load_misses.walk_active', 60_000_000),
      own('dtlb_store_misses.walk_active', 20_000_000),
    ].join('\n')
    const { walkCyclesShare } = report(more).figures.derived
    expect(walkCyclesShare.value).toBeCloseTo(80_000_000 / 812_254_473, 4)
    expect(walkCyclesShare.caveats).toEqual(['walks-overlap', 'some-cores'])
    expect(text(report(more))).toMatch(/cycles in page walks +≤ 9\.8 % .*of the kind of core alone that counts it/)
  })

  it('a kind of core that never ran takes nothing away', () => {
    const table = [
      '51,,page-faults,290000,100.00,,',
      '<not counted>,,cpu_atom/dTLB-load-misses/,0,0.00,,',
      '6326,,cpu_core/dTLB-load-misses/,293786,100.00,,',
      '<not counted>,,cpu_atom/instructions/,0,0.00,,',
      '632600,,cpu_core/instructions/,293786,100.00,,',
    ].join('\n')
    const { counters, derived } = report(table).figures
    expect(counters['dTLB-load-misses']?.value).toBe(6326)
    expect(counters['dTLB-load-misses']?.pmus[0]).toMatchObject({ pmu: 'cpu_atom', value: null, reason: 'not-counted' })
    expect(derived.dtlbWalksPer1000Instructions).toMatchObject({ value: 10, caveats: [] })
  })

  it('counted in user mode alone is called so', () => {
    const table = '49,,page-faults:u,1,100.00,,\n290234,,cpu_core/cycles/u,1,100.00,,\n7,,cpu_atom/cycles/u,1,100.00,,'
    expect(report(table).figures.counters['cycles']).toMatchObject({ value: 290_241, modifiers: 'u' })
    expect(text(report(table))).toMatch(/cycles +290,241 +user mode only/)
  })
})

describe('Intel with more events than counters', () => {
  const SHARED = [
    '19899,,page-faults,1000000000,100.00,,',
    '10412873551,,cycles,585352542,58.51,,',
    '6874120338,,instructions,583351678,58.31,0.66,insn per cycle',
    '9873214,,dTLB-load-misses,581350815,58.11,,',
    '<not supported>,,stalled-cycles-frontend,0,100.00,,',
  ].join('\n')

  it('is about so much, and says how long it was counted', () => {
    const made = report(SHARED)
    expect(made.figures.derived.dtlbWalksPer1000Instructions).toMatchObject({
      value: (9_873_214 / 6_874_120_338) * 1000,
      caveats: ['multiplexed'],
    })
    expect(made.figures.counters['stalled-cycles-frontend']).toMatchObject({ value: null, reason: 'not-supported' })
    const written = text(made)
    expect(written).toMatch(/dTLB walks per 1,000 instructions +≈ 1\.44 /)
    expect(written).toMatch(/dTLB-load-misses +≈ 9,873,214 +counted 58 % of the time/)
    expect(written).toMatch(/note: more events than hardware counters: cycles, instructions and dTLB-load-misses/)
    expect(written).toContain(
      'not measured: stalled-cycles-frontend: this CPU, virtual machine or kernel does not have it',
    )
  })

  it('makes nothing of what was counted for a moment', () => {
    const { derived } = report(SHARED.replaceAll(/58\.\d\d/g, '3.10')).figures
    expect(derived.dtlbWalksPer1000Instructions).toMatchObject({ value: null, reason: 'too-short' })
  })

  it('knows an event that never had a counter', () => {
    const made = report(
      SHARED.replace('9873214,,dTLB-load-misses,581350815,58.11', '<not counted>,,dTLB-load-misses,0,0.00'),
    )
    expect(made.figures.derived.dtlbWalksPer1000Instructions).toMatchObject({ value: null, reason: 'not-counted' })
    expect(text(made)).toMatch(/not measured: .*dTLB-load-misses.*: no hardware counter was free for it/)
  })
})

describe('Intel before and since Skylake', () => {
  const walks = (cycles: string): string =>
    [
      '51,,page-faults,1,100.00,,',
      '1000000000,,cycles,1,100.00,,',
      '500000000,,instructions,1,100.00,,',
      '2000000,,dtlb_load_misses.walk_completed,1,100.00,,',
      '500000,,dtlb_store_misses.walk_completed,1,100.00,,',
      '10000,,itlb_misses.walk_completed,1,100.00,,',
      `60000000,,dtlb_load_misses.${cycles},1,100.00,,`,
      `20000000,,dtlb_store_misses.${cycles},1,100.00,,`,
    ].join('\n')

  it.each(['walk_active', 'walk_duration'])('has walks of loads and stores, and the share of cycles (%s)', (cycles) => {
    const { derived } = report(walks(cycles)).figures
    expect(derived.dtlbWalksPer1000Instructions.value).toBe(5)
    expect(derived.itlbWalksPer1000Instructions.value).toBe(0.02)
    expect(derived.walkCyclesShare).toMatchObject({ value: 0.08, caveats: ['walks-overlap'] })
  })
})

describe('AMD', () => {
  const ZEN = [
    '1964145726,,cycles,976535914,100.00,,',
    '11682238319,,instructions,976546554,100.00,,',
    '<not supported>,,ls_dmnd_fills_from_sys.dram_io_all,0,0.00,,',
    '150396,,ls_l1_d_tlb_miss.all_l2_miss,976557104,74.00,,',
    '19899,,page-faults,976561402,100.00,,',
    '976.56,msec,task-clock,976563877,100.00,,',
  ].join('\n')

  it('has walks of loads and stores together, and no share of cycles', () => {
    const made = report(ZEN, AMD)
    expect(made.figures.derived.dtlbWalksPer1000Instructions).toMatchObject({
      value: (150_396 / 11_682_238_319) * 1000,
      caveats: ['loads-and-stores', 'multiplexed'],
    })
    expect(made.figures.derived.walkCyclesShare).toMatchObject({ value: null, reason: 'no-such-event' })
    expect(text(made)).toMatch(/task-clock +977 ms/)
  })

  it('has them by the portable name, whose ratio to dTLB-loads it does not make', () => {
    const generic = [
      '51,,page-faults,1,100.00,,',
      '1000000,,instructions,1,100.00,,',
      '4000,,dTLB-loads,1,100.00,,',
      '1000,,dTLB-load-misses,1,100.00,25.00,of all dTLB cache accesses',
      '<not supported>,,dTLB-stores,0,100.00,,',
      '<not supported>,,dTLB-store-misses,0,100.00,,',
      '500,,iTLB-load-misses,1,100.00,,',
    ].join('\n')
    const made = report(generic, AMD)
    expect(made.figures.derived).toMatchObject({
      dtlbWalksPer1000Instructions: { value: 1, how: 'dTLB-load-misses ÷ instructions × 1000' },
      itlbWalksPer1000Instructions: { value: 0.5 },
    })
    expect(text(made)).not.toContain('25')
    expect(text(made)).toContain('not measured: dTLB-stores, dTLB-store-misses: this CPU')
  })

  it('in user mode alone is called so', () => {
    const zen5 =
      '49,,page-faults:u,1,100.00,,\n8019305103,,cycles:u,1,100.00,,\n22287659913,,instructions:u,1,100.00,,\n562200,,ls_l1_d_tlb_miss.all_l2_miss:u,758573160,50.00,,'
    expect(report(zen5, AMD).figures.derived.dtlbWalksPer1000Instructions.caveats).toEqual([
      'loads-and-stores',
      'multiplexed',
      'user-mode-only',
    ])
  })
})

describe('ARM', () => {
  it('has walks where it counts them, not refills of the first level', () => {
    const neoverse = (walk: string): string =>
      [
        '51,,page-faults,1,100.00,,',
        '2000000,,armv8_pmuv3_0/instructions:u/,1,100.00,,',
        '9000,,armv8_pmuv3_0/dTLB-load-misses:u/,1,100.00,,',
        walk,
      ].join('\n')
    expect(report(neoverse('800,,armv8_pmuv3_0/dtlb_walk:u/,1,100.00,,'), ARM).figures.derived).toMatchObject({
      dtlbWalksPer1000Instructions: { value: 0.4, caveats: ['loads-and-stores', 'user-mode-only'] },
    })
    expect(report(neoverse('7,,cycles,1,100.00,,'), ARM).figures.derived.dtlbWalksPer1000Instructions).toMatchObject({
      value: null,
      reason: 'no-such-event',
    })
  })
})

describe('machines that do not count', () => {
  it('none of the events: no figure, one line', () => {
    const made = report(
      [
        '51,,page-faults,1,100.00,,',
        '<not supported>,,cycles,0,100.00,,',
        '<not supported>,,instructions,0,100.00,,',
      ].join('\n'),
    )
    for (const id of ['dtlbWalksPer1000Instructions', 'itlbWalksPer1000Instructions', 'walkCyclesShare'] as const) {
      expect(made.figures.derived[id]).toMatchObject({ value: null, reason: 'no-pmu' })
    }
    const written = text(made)
    expect(written.match(/no hardware counters/g)).toHaveLength(1)
    expect(written).not.toMatch(/not measured: .*page walks/)
  })

  it('counters that stay at 0, on a hybrid host too', () => {
    const made = report(
      [
        '51,,page-faults,1,100.00,,',
        '0,,cpu_core/cycles/,1,100.00,,',
        '0,,cpu_core/instructions/,1,100.00,,',
        '0,,cpu_atom/cycles/,1,100.00,,',
      ].join('\n'),
    )
    expect(made.figures.counters['cycles']).toMatchObject({ value: null, reason: 'hypervisor-zero' })
    expect(made.notes.map(({ code }) => code)).toContain('hypervisor-zero')
  })
})

describe('the layouts of every release', () => {
  it.each([
    ['4.4', '0.327422,,task-clock,327422,100.00\n40,,page-faults,327422,100.00\n<not supported>,,cycles,0,100.00'],
    [
      '4.15',
      '3.177623,,task-clock,3177623,100.00,0.331,M/sec\n40,,page-faults,1,100.00,0.331,M/sec\n<not supported>,,cycles,0,100.00,,',
    ],
    [
      '6.1',
      '3.64,msec,task-clock,3177623,100.00,,\n40,,page-faults,1,100.00,404.023,K/sec\n<not supported>,,cycles,0,100.00,,',
    ],
    ['7.2', '3.64,msec,task-clock,3177623,100.00,,\n40,,page-faults,1,100.00,,\n<not supported>,,cycles,0,100.00,,'],
  ])('%s', (_release, table) => {
    const made = report(table)
    expect(made.figures.counters['page-faults']?.value).toBe(40)
    expect(made.figures.counters['cycles']).toMatchObject({ value: null, reason: 'no-pmu' })
    expect(text(made)).toMatch(/task-clock +\d\.\d ms/)
  })
})
