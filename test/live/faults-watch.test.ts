import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { lines, mmapctl } from '../e2e/mmapctl.ts'
import { pathWithPerf, version } from './fake-perf.ts'
import { faultProgram, faults, printed, startFaults } from './faults-run.ts'
import { liveTest } from './requirements.ts'

describe('a running process', () => {
  liveTest('is watched for as long as asked', { needs: ['gcc', 'perf'] }, async () => {
    using target = forever(10)
    await target.ready
    const { report, status } = await faults(['--pid', String(target.pid), '--duration', '500ms'], [])
    expect(status).toBe(0)
    expect(report.accounting.kernel.value).toBeGreaterThan(50)
    const difference = (report.accounting.kernel.value ?? 0) - (report.accounting.perf.all.value ?? 0)
    expect(Math.abs(difference)).toBeLessThan(200)
    expect(report.rates?.samples.length).toBeGreaterThan(5)
    expect(isRunning(target.pid)).toBe(true)
  })

  liveTest('says where it faults', { needs: ['gcc', 'perf'] }, async () => {
    using target = forever(10)
    await target.ready
    const flags = ['--pid', String(target.pid), '--duration', '500ms', '--by', 'symbol']
    const { report } = await faults(flags, [])
    expect(report.attribution?.hotspots[0]?.key).toContain('write_pages')
  })

  liveTest('that ends is reported', { needs: ['gcc'] }, async () => {
    using target = forever(10)
    await target.ready
    const run = faults(['--pid', String(target.pid), '--backend', 'proc'], [])
    setTimeout(() => target.kill(), 800)
    const { report, status } = await run
    expect(status).toBe(0)
    expect(report.accounting.kernel.value).toBeGreaterThan(50)
  })

  liveTest('Ctrl-C ends the watch, not the process', { needs: ['gcc', 'perf'] }, async () => {
    using target = forever(10)
    await target.ready
    const watch = startFaults(['--pid', String(target.pid)])
    setTimeout(() => process.kill(-watch.pid, 'SIGINT'), 1500)
    let text = ''
    watch.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString()
    })
    const status = await new Promise((resolve) => watch.once('close', resolve))
    expect(status).toBe(0)
    expect(text).toContain('faults')
    expect(isRunning(target.pid)).toBe(true)
  })

  for (const [what, flags, perf] of [
    ['counted alone', [], null],
    ['recorded', ['--by', 'mapping'], null],
    ['with call stacks', ['--folded', '/dev/null'], null],
    ['by a perf that cannot be told when to begin', [], `${version('4.15.18')}\nexec /usr/bin/perf "$@"`],
  ] as const) {
    liveTest(`both accounts are of the same moments: ${what}`, { needs: ['gcc', 'perf'] }, async () => {
      using target = startProgram('loop', ['1000000'])
      using folder = perf === null ? null : pathWithPerf(perf)
      const env = folder === null ? {} : { PATH: folder.path }
      const { report } = await faults(['--pid', String(target.pid), '--duration', '400ms', ...flags], [], { env })
      expect(report.accounting.kernel.value).toBeGreaterThan(1000)
      expect(report.backend.used).toBe('perf')
      expect(report.accounting.differences).toEqual([])
    })
  }

  liveTest('its peak of resident memory is the kernel’s', { needs: ['gcc'] }, async () => {
    using target = forever(3000)
    await target.ready
    const { report } = await faults(['--pid', String(target.pid), '--duration', '100ms', '--backend', 'proc'], [])
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))?.[1]
    const bytes = Number(kib) * 1024
    expect(bytes).toBeGreaterThan(3000 * 4096)
    expect(Math.abs((report.runs[0]?.peakRssBytes ?? 0) - bytes)).toBeLessThan(0.02 * bytes)
    expect(report.derived['faultsPerMiB']).toMatchObject({ value: null, reason: 'lifetime-peak' })
  })

  liveTest('that is not there is no answer', {}, async () => {
    const run = await mmapctl(['faults', '--pid', '4194303', '--duration', '1s'])
    expect(run.status).toBe(4)
    expect(lines(run.stderr)).toEqual(['mmapctl: no process 4194303: it has ended, or never was'])
  })
})

function forever(pages: number): { readonly pid: number; readonly ready: Promise<void>; kill(): void } & Disposable {
  const child = startProgram('forever', [String(pages)])
  const kill = (): void => void child.kill('SIGKILL')
  return { pid: child.pid, ready: printed(child, 'ready'), kill, [Symbol.dispose]: kill }
}

/** A program that is gone with the test. */
function startProgram(name: string, args: readonly string[]): ChildProcess & { readonly pid: number } & Disposable {
  const child = spawn(faultProgram(name), args, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (child.pid === undefined) throw new Error(`${name} cannot be started`)
  return Object.assign(child as ChildProcess & { readonly pid: number }, {
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  })
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}
