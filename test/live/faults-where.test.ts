import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
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

  liveTest('a file with a line feed in its name', { needs: ['gcc', 'perf'] }, async () => {
    using folder = temporary()
    const file = join(folder.path, 'two\nlines')
    writeFileSync(file, Buffer.alloc(PAGES * 4096, 1))
    for (const by of ['mapping', 'file']) {
      const { report } = await faults(['--by', by], [faultProgram('mapfile'), file, 'private', 'write'])
      expect(report.attribution?.unreadLines).toBe(0)
      expect(report.attribution?.hotspots[0]?.key).toBe(file)
    }
  })

  liveTest('copies after a fork', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'kind'], [faultProgram('forkwrite'), '500'])
    const kinds = report.attribution?.kinds ?? {}
    expect(kinds['first-touch']).toBeGreaterThanOrEqual(500)
    expect(kinds['cow']).toBeGreaterThanOrEqual(500)
    expect(kinds['cow']).toBeLessThan(700)
  })

  liveTest('huge pages, which the size of the page tells', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'kind'], [faultProgram('thpfault'), '4'])
    const kinds = report.attribution?.kinds ?? {}
    const given = report.runs[0]?.hostEvents?.['thpFaultAlloc'] ?? 0
    if (report.attribution?.pageSizes === true) {
      const small = (kinds['first-touch'] ?? 0) >= 512
      expect(small || kinds['huge'] === 4, JSON.stringify(kinds)).toBe(true)
      expect(given).toBeGreaterThanOrEqual(kinds['huge'] ?? 0)
    } else {
      expect(report.notes.some(({ code }) => code === 'huge-untold')).toBe(given > 0)
    }
  })

  liveTest(
    'swap-ins, and that minor faults of the swap cache are not told',
    { needs: ['gcc', 'perf', 'swap'] },
    async () => {
      const { report } = await faults(['--by', 'kind'], [faultProgram('swapin'), String(PAGES)])
      const kinds = report.attribution?.kinds ?? {}
      const moved = report.runs[0]?.hostEvents ?? {}
      // Whether a page has left the swap cache by then is the device's affair; each of them came back once or more.
      const [major, minor] = [kinds['swap-in'] ?? 0, kinds['returned'] ?? 0]
      expect(major).toBe(report.accounting.major.value)
      expect(major + minor).toBeGreaterThanOrEqual(PAGES)
      expect(kinds['first-touch']).toBeLessThan(PAGES + 100)
      expect(moved['pswpout'] ?? 0).toBeGreaterThanOrEqual(PAGES)
      if (major > 100) expect(moved['pswpin'] ?? 0).toBeGreaterThan(0)
      expect(report.notes.map(({ code }) => code)).toContain('swap-cache')
      expect(report.advice.map(({ code }) => code)).not.toContain('keep-memory')
    },
  )

  liveTest('threads, each with its share', { needs: ['gcc', 'perf'] }, async () => {
    const { report } = await faults(['--by', 'thread'], [faultProgram('threads'), '3', '400'])
    const shares = report.attribution?.hotspots.map((spot) => spot.faults).filter((count) => count >= 400)
    expect(shares).toHaveLength(3)
  })

  liveTest('a launcher is not taken for what it launches', { needs: ['gcc', 'perf'] }, async () => {
    const script = 'i=0; while [ $i -lt 20 ]; do i=$((i + 1)); /bin/true; done; "$@"; exec "$@"'
    const { report } = await faults(['--by', 'thread'], ['sh', '-c', script, 'sh', faultProgram('touch'), '3000'])
    const { programs = [], hotspots = [] } = report.attribution ?? {}
    expect(programs.map(({ comm }) => comm)).toEqual(expect.arrayContaining(['touch', 'true', 'sh']))
    expect(programs[0]).toMatchObject({ comm: 'touch', executed: 2, processes: 2 })
    expect(programs.find(({ comm }) => comm === 'true')?.executed).toBe(20)
    // The shell and the program that it became have one number, and a row each.
    const [first, second] = hotspots
    expect([first?.faults, second?.faults].every((count) => (count ?? 0) >= 3000)).toBe(true)
    for (const { text } of report.advice) expect(text).toMatch(/^touch \(PID \d+\): /)
    expect(report.advice.length).toBeGreaterThan(0)
  })

  liveTest('a program with a hostile name breaks no row', { needs: ['gcc', 'perf'], timeout: 60_000 }, async () => {
    using folder = temporary()
    const program = join(folder.path, 'to\nuch;"=1\x1b')
    copyFileSync(faultProgram('touch'), program)
    chmodSync(program, 0o755)
    const stacks = join(folder.path, 'stacks')
    for (const by of ['mapping', 'thread'] as const) {
      const { report } = await faults(['--by', by, '--folded', stacks], [program, '2000'])
      expect(report.attribution?.unreadLines).toBe(0)
      expect(report.attribution?.programs[0]?.comm).toBe('to\nuch;"=1\x1b')
      const csv = await mmapctl(['faults', '--csv', '--by', by, '--limit', '5', '--', program, '2000'])
      const rows = csv.stderr.trimEnd().split('\n')
      expect(rows).toHaveLength(by === 'mapping' ? 6 : 2)
      const cells = rows.map((row) => row.match(/("(?:[^"]|"")*"|[^,"]*)(?:,|$)/g)?.length)
      expect(new Set(cells).size).toBe(1)
      expect(csv.stderr).not.toContain('\x1b')
      const text = await mmapctl(['faults', '--by', by, '--', program, '2000'])
      expect(text.stderr).toContain('to\\x0auch;"=1\\x1b')
    }
    for (const line of lines(readFileSync(stacks, 'utf8')))
      expect(line).toMatch(/^to\\x0auch:"=1\\x1b;.*\[[a-z-]+\] \d+$/)
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
