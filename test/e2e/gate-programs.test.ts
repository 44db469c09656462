import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { compiled } from '../live/compile.ts'
import { liveTest } from '../live/requirements.ts'
import { BIN, mmapctl, NODE, type Run, run, temporary } from './mmapctl.ts'

// What `npm run acceptance` leaves out: programs that a gate must not be fooled by. Each comes to its exit status.

const MIB = 2 ** 20
const TRACED = ['gcc', 'native'] as const
const ONCE = ['--runs', '1', '--warmup', '0', '--max', 'peak-rss=1GiB'] as const

interface Scenario {
  readonly notes: readonly string[]
  readonly metrics: readonly { readonly metric: string; readonly now: { readonly median: number } | null }[]
}

/** Checks a program once, against a budget that it keeps. */
function once(argv: readonly string[], ...flags: readonly string[]): Promise<Run> {
  return mmapctl(['check', ...ONCE, ...flags, '--', ...argv])
}

function scenarioOf({ stdout, stderr }: Run): Scenario {
  const { scenarios } = JSON.parse(stdout) as { readonly scenarios: readonly Scenario[] }
  const [scenario] = scenarios
  if (scenario === undefined) throw new Error(stderr)
  return scenario
}

function medianOf(answer: Run, name: string): number {
  return scenarioOf(answer).metrics.find(({ metric }) => metric === name)?.now?.median ?? Number.NaN
}

/** A program that does what its arguments say. */
function acts(...what: readonly string[]): readonly string[] {
  return [compiled('measure', 'acts'), ...what]
}

describe('a program that', () => {
  liveTest('ends itself by a signal has failed', { needs: TRACED }, async () => {
    const answer = await once(acts('raise:11'))
    expect(answer.status).toBe(5)
    expect(answer.stdout).toContain('SIGSEGV')
  })

  const OOM = { needs: [...TRACED, 'memory-cgroup'] } as const
  liveTest('the kernel kills for want of memory has failed, and that is said', OOM, async () => {
    const cgroup = `/sys/fs/cgroup/memory/mmapctl-e2e-${process.pid}`
    mkdirSync(cgroup)
    onTestFinished(() => rmdirSync(cgroup))
    writeFileSync(join(cgroup, 'memory.limit_in_bytes'), '20M')
    writeFileSync(join(cgroup, 'memory.swappiness'), '0')
    const answer = await once(['sh', '-c', `echo $$ >${cgroup}/cgroup.procs; exec ${acts('anon:60').join(' ')}`])
    expect(answer.status, answer.stdout).toBe(5)
    expect(answer.stdout).toContain('out of memory')
  })

  liveTest('does not end, nor when it is asked to, is killed when its time is over', { needs: TRACED }, async () => {
    using folder = temporary()
    const answer = await once(acts('ignore:15', 'sleep:5000', `say:${folder.path}/said`), '--timeout', '1s')
    expect(answer.status).toBe(5)
    expect(answer.stdout).toContain('not done after 1.0 s')
    expect(folder.entries()).toEqual([])
  })

  liveTest('leaves its work to a child that outlives it is measured with that', { needs: TRACED }, async () => {
    const answer = await once(acts('daemon', 'anon:30', 'sleep:200'), '--json')
    expect(answer.status, answer.stdout).toBe(0)
    expect(medianOf(answer, 'peak-rss')).toBeGreaterThan(30 * MIB)
    expect(medianOf(answer, 'minor-faults')).toBeGreaterThan((30 * MIB) / 4096)
  })

  liveTest('leaves a child behind that goes on keeps no budget for certain', { needs: TRACED }, async () => {
    const answer = await once(acts('daemon', 'sleep:4000', 'anon:30'), '--json')
    expect(answer.status, answer.stdout).toBe(4)
    expect(scenarioOf(answer).notes.join()).toContain('went on after')
    expect((await once(acts('daemon', 'sleep:4000', 'anon:30'), '--accept-polled')).status).toBe(0)
  })

  liveTest('becomes another is not measured for what stood before it', { needs: TRACED }, async () => {
    const shim = ['sh', '-c', `: $(seq 20000); exec ${acts('anon:5').join(' ')}`]
    const [with_, without] = [await once(shim, '--json'), await once(acts('anon:5'), '--json')]
    expect(with_.status, with_.stdout).toBe(0)
    expect(Math.abs(medianOf(with_, 'anon') - medianOf(without, 'anon'))).toBeLessThan(MIB / 4)
  })

  liveTest('is small is small also when a large process checks it', { needs: TRACED }, async () => {
    const large = `globalThis.kept = Buffer.alloc(300 * 2 ** 20, 1)
      const { spawnSync } = require('node:child_process')
      process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' }).status`
    const answer = await run(NODE, ['-e', large, '--', BIN, 'check', ...ONCE, '--json', '--', ...acts('anon:5')])
    expect(answer.status, answer.stdout).toBe(0)
    expect(medianOf(answer, 'peak-rss')).toBeLessThan(10 * MIB)
  })

  liveTest('varies from run to run has no verdict, and the cure is tried', { needs: TRACED }, async () => {
    using folder = temporary()
    // As the allocator of threads does it: another size each time, but for one arena.
    const script = `n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) >count
      size=30; test -n "$MALLOC_ARENA_MAX" || size=$((20 + n * n % 7 * 5)); exec ${acts().join(' ')} "anon:$size"`
    writeFileSync(join(folder.path, 'varies.sh'), script)
    mkdirSync(join(folder.path, '.git'))
    const argv = ['check', '--against', 'sh varies.sh', '--', 'sh', 'varies.sh']
    const answer = await mmapctl(argv, { cwd: folder.path })
    expect(answer.status, answer.stdout).toBe(4)
    expect(answer.stdout).toMatch(/MALLOC_ARENA_MAX=1/)
  })
})

describe('a machine that is not the one of the baseline', () => {
  liveTest('gives no verdict, and the command that helps', { needs: TRACED }, async () => {
    using folder = temporary()
    mkdirSync(join(folder.path, '.git'))
    const limits = { 'peak-rss': '+10%' }
    const scenario = { run: acts('anon:5'), limits, 'baseline-runs': 5, 'set-env': {} }
    const config = (scenarios: object): void =>
      writeFileSync(join(folder.path, 'mmapctl.json'), JSON.stringify({ version: 1, scenarios }))
    config({ small: scenario })
    const there = { cwd: folder.path }
    expect((await mmapctl(['baseline', 'update'], there)).status).toBe(0)
    config({ small: { ...scenario, 'set-env': { MALLOC_ARENA_MAX: '1' } }, other: scenario })
    const answer = await mmapctl(['check'], there)
    expect(answer.status).toBe(4)
    expect(answer.stdout).toContain('MALLOC_ARENA_MAX')
    expect(answer.stdout).toMatch(/mmapctl baseline update .*other/)
  })
})
