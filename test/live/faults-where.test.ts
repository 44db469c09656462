import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { lines, mmapctl, temporary } from '../e2e/mmapctl.ts'
import { faultProgram, faults } from './faults-run.ts'
import { liveTest } from './requirements.ts'
import { asNobody, publicCopy } from './unprivileged.ts'

const PAGES = 1000

describe('where the faults are', () => {
  liveTest('the mapping and the kind', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'mapping'], [faultProgram('touch'), String(PAGES)])
    const { attribution } = report
    const [first] = attribution?.hotspots ?? []
    expect(attribution?.lost).toBe(0)
    expect(attribution?.period).toBe(1)
    expect(first?.faults).toBeGreaterThanOrEqual(PAGES)
    expect(first?.faults).toBeLessThan(PAGES + 10)
    expect(first?.kinds).toEqual({ 'first-touch': first?.faults })
    expect(first?.mapping?.name).toBe('')
  })

  liveTest('the symbol', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'symbol'], [faultProgram('touch'), String(PAGES)])
    const [first] = report.attribution?.hotspots ?? []
    expect(first?.key).toContain('write_pages')
    expect(first?.faults).toBe(PAGES)
  })

  liveTest('the file', { needs: ['gcc', 'perf'] }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'data of mine')
    writeFileSync(file, Buffer.alloc(PAGES * 4096, 1))
    const { report } = await faults(['--by', 'file'], [faultProgram('mapfile'), file, 'private', 'write'])
    const [first] = report.attribution?.hotspots ?? []
    expect(first?.key).toContain('data of mine')
    expect(first?.faults).toBeGreaterThanOrEqual(PAGES / 16)
  })

  liveTest('copies after a fork', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'kind'], [faultProgram('forkwrite'), '500'])
    const kinds = report.attribution?.kinds ?? {}
    expect(kinds['first-touch']).toBeGreaterThanOrEqual(500)
    expect(kinds['cow']).toBeGreaterThanOrEqual(500)
    expect(kinds['cow']).toBeLessThan(700)
  })

  liveTest('threads, each with its share', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'thread'], [faultProgram('threads'), '3', '400'])
    const shares = report.attribution?.hotspots.map((spot) => spot.faults).filter((count) => count >= 400)
    expect(shares).toHaveLength(3)
  })

  /** What recording a fault costs by the documentation, and what it may cost in all. */
  const costOf = (samples: number): number => samples * 0.0016
  const allowed = (wallMs: number): number => Math.max(200, wallMs / 10)

  liveTest('a million faults are recorded within bounds', { needs: ['gcc', 'perf'], timeout: 120_000 }, async () => {
    const ROUNDS = 1000
    const { report } = await faults(['--by', 'symbol'], [faultProgram('loop'), String(ROUNDS)])
    const { period = 0, samples = 0, faults: recorded = 0, hotspots = [] } = report.attribution ?? {}
    const wallMs = report.runs[0]?.wallMs ?? 0
    expect(recorded).toBeGreaterThan(ROUNDS * PAGES * 0.99)
    expect(recorded).toBeLessThan(ROUNDS * PAGES * 1.01)
    expect(hotspots[0]?.key).toContain('write_pages')
    expect(hotspots[0]?.faults).toBeGreaterThan(ROUNDS * PAGES * 0.98)
    if (costOf(ROUNDS * PAGES) < allowed(wallMs)) expect(period).toBe(1)
    else expect({ period, few: samples < 12_000 }).toEqual({ period: 101, few: true })
  })

  liveTest('so they are for a user without rights', { needs: ['gcc', 'perf', 'root'], timeout: 120_000 }, async () => {
    using folder = publicCopy(faultProgram('loop'))
    const command = ['--by', 'mapping', '--json', '--', join(folder.path, 'loop'), '1000']
    const { stderr } = await asNobody(folder, ['faults', ...command])
    const { attribution, runs } = JSON.parse(stderr)
    expect(attribution.faults).toBeGreaterThan(950_000)
    expect([1, 101]).toContain(attribution.period)
    if (costOf(1_000_000) > allowed(runs[0].wallMs)) expect(attribution.period).toBe(101)
  })

  liveTest('every Nth fault stands for N', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'symbol', '--period', '11'], [faultProgram('touch'), '20000'])
    expect(report.attribution?.period).toBe(11)
    expect(report.attribution?.samples).toBeLessThan(2000)
    expect(Math.abs((report.attribution?.faults ?? 0) - 20_000)).toBeLessThan(500)
    expect(report.notes.map(({ code }) => code)).toContain('sampled')
  })

  liveTest('a warm-up run decides how many are recorded', { needs: ['gcc', 'perf'], timeout: 60_000 }, async () => {
    const flags = ['--by', 'symbol', '--warmup', '1']
    const few = await faults(flags, [faultProgram('touch'), String(PAGES)])
    expect(few.report.attribution?.period).toBe(1)
    const many = await faults(flags, [faultProgram('touch'), '400000'])
    expect(many.report.attribution?.period).toBeGreaterThan(1)
  })

  liveTest('folded stacks for a flame graph', { needs: ['gcc', 'perf'] }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'stacks')
    const run = await mmapctl(['faults', '--folded', file, '--', faultProgram('touch'), String(PAGES)])
    expect(run.status, run.stderr).toBe(0)
    const [first] = lines(readFileSync(file, 'utf8'))
    expect(first).toMatch(/^touch;.*write_pages;\[first-touch\] 1000$/)
    expect(folder.entries()).toEqual(['stacks'])
  })

  liveTest('--csv has a row a hot spot', { needs: ['gcc', 'perf'] }, async () => {
    const run = await mmapctl(['faults', '--csv', '--by', 'kind', '--', faultProgram('touch'), String(PAGES)])
    expect(lines(run.stderr)[0]).toMatch(/^faults,share,major,kind/)
    expect(run.stderr).toContain('first-touch')
  })
})
