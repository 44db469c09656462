import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WatchRecorder } from '../../src/cli/watch-recorder.ts'
import { WatchReplay } from '../../src/cli/watch-replay.ts'
import { WatchSession } from '../../src/cli/watch-session.ts'
import { collectHost } from '../../src/collectors/host.ts'
import { FailureError } from '../../src/model/failure.ts'
import type { WatchFigure } from '../../src/model/watch.ts'
import { RecordingFile } from '../../src/sources/recording-file.ts'
import { FakeHost } from '../helpers/fake-host.ts'

const PID = 42
const CHOICE = { movers: 'mapping', order: 'rate' } as const
const MIB = 1024 ** 2

const work = mkdtempSync(join(tmpdir(), 'mmapctl-watch-'))
afterAll(() => rmSync(work, { recursive: true }))

let host: FakeHost
beforeEach(() => {
  host = new FakeHost('v2')
  host.cgroup('v2', '').cgroup('v2', 'app', {
    'memory.max': `${400 * MIB}\n`,
    'memory.pressure':
      'some avg10=12.50 avg60=0.00 avg300=0.00 total=5\nfull avg10=3.00 avg60=0.00 avg300=0.00 total=1\n',
  })
  host.proc.add(PID, { sample: 'node20', comm: 'server', cmdline: ['server', '--port', '80'], cgroup: '/app' })
})
afterEach(() => host[Symbol.dispose]())

/** A share of the time that no read of a made-up file exceeds, so that all is due at every step. */
const OPTIONS = { interval: 1, maxStallMs: 1e6, duty: 1e6, window: 600, basic: false }

function session(options: Partial<typeof OPTIONS> = {}, recorder: WatchRecorder | null = null): WatchSession {
  const trees = host.trees()
  return new WatchSession(trees, collectHost(trees), PID, { ...OPTIONS, ...options }, recorder)
}

/** Another value of a figure in a file of the process. */
function rewrite(file: string, pattern: RegExp, value: string): void {
  const text = readFileSync(join(host.proc.path, `${PID}/${file}`), 'latin1')
  expect(text).toMatch(pattern)
  host.proc.write(`${PID}/${file}`, text.replace(pattern, value))
}

function figure(watch: WatchSession | WatchReplay, name: WatchFigure, at: number): number | undefined {
  return watch.frame(at, CHOICE).figures.find((each) => each.figure === name)?.value
}

describe('a session', () => {
  test('reads the deepest that is allowed, and says who it watches once', () => {
    using watch = session()
    expect(watch.sample(0)).toMatchObject({
      tier: 'smaps',
      subject: { pid: PID, comm: 'server', command: 'server --port 80' },
    })
    expect(watch.sample(1)).toMatchObject({ tier: 'smaps', subject: null })
    expect(figure(watch, 'pss', 1)).toBeGreaterThan(MIB)
  })

  test('walks no pages with --basic, nor where the process would wait too long', () => {
    using basic = session({ basic: true })
    const sample = basic.sample(0)
    expect(sample?.tier).toBe('maps')
    expect(sample?.figures.pss).toBeUndefined()
    using patient = session({ maxStallMs: 0 })
    expect(patient.sample(0)?.tier).toBe('maps')
    expect(patient.sample(1)?.reads.filter(({ refused }) => refused?.startsWith('would hold it up')).length).toBe(2)
  })

  test('shows the nearest limit of its cgroup, and the pressure there', () => {
    using watch = session()
    watch.sample(0)
    const { headroom } = watch.frame(0, CHOICE)
    expect(headroom?.limits.find(({ id }) => id === 'cgroup-max')).toMatchObject({ where: '/app', limit: 400 * MIB })
    expect([figure(watch, 'cgroupPressureSome', 0), figure(watch, 'cgroupPressureFull', 0)]).toEqual([12.5, 3])
  })

  test('begins anew when the process executes another program', () => {
    using watch = session()
    for (const at of [0, 10, 20]) watch.sample(at)
    expect(watch.frame(20, CHOICE)).toMatchObject({ growth: { readings: 3 }, moversOver: 20 })
    rewrite('stat', /^(.*\) \S+(?: \S+){24}) (\S+)/s, '$1 140737488351248')
    host.proc.write(`${PID}/cmdline`, 'worker\0')
    expect(watch.sample(30)).toMatchObject({ subject: { pid: PID, command: 'worker' } })
    const { growth, execution, moversOver } = watch.frame(30, CHOICE)
    expect(growth.readings).toBe(1)
    expect(moversOver).toBeNull()
    expect(execution).toMatchObject({ at: 30, from: { command: 'server --port 80' }, to: { command: 'worker' } })
  })

  test('sees that it does also where the addresses are hidden, by a peak that fell', () => {
    const hide = (): void => rewrite('stat', /^(.*\) \S+(?: \S+){22}) \S+/s, '$1 1')
    hide()
    using watch = session()
    watch.sample(0)
    expect(watch.sample(1)?.subject).toBeNull()
    rewrite('status', /VmPeak:\s+\d+ kB/, 'VmPeak:\t    1000 kB')
    expect(watch.sample(2)?.subject).not.toBeNull()
  })

  test('a new name alone is no other program', () => {
    using watch = session()
    watch.sample(0)
    rewrite('stat', /\([^)]*\)/, '(renamed)')
    expect(watch.sample(1)?.subject).toBeNull()
  })

  test('ends with the process, and never goes on with another that got its PID', () => {
    using watch = session()
    watch.sample(0)
    rmSync(join(host.proc.path, String(PID)), { recursive: true })
    host.proc.add(PID, { sample: 'java', comm: 'other' })
    expect(watch.sample(1)).toBeNull()
  })

  test('ends with a zombie', () => {
    using watch = session()
    watch.sample(0)
    rewrite('stat', /\) S /, ') Z ')
    expect(watch.sample(1)).toBeNull()
  })

  test('of what is not there is a failure', () => {
    const trees = host.trees()
    expect(() => new WatchSession(trees, collectHost(trees), 4711, OPTIONS)).toThrow(FailureError)
  })
})

describe('a recording', () => {
  const MOMENTS = Array.from({ length: 12 }, (_, index) => index * 3)

  test('shows at every moment what was seen then, also when it is gone through backwards', async () => {
    const file = join(work, 'a.mmaprec')
    const trees = host.trees()
    const order = { file, limit: 1e8, interval: 1, tool: { name: 'mmapctl', version: '0' } }
    const recorder = new WatchRecorder(order, trees, collectHost(trees))
    const seen: unknown[] = []
    {
      using watch = session({}, recorder)
      for (const at of MOMENTS) {
        rewrite('status', /RssAnon:\s+\d+ kB/, `RssAnon:\t ${10_000 + at * 100} kB`)
        if (at === 24) rewrite('smaps', /Rss: +\d+ kB/, 'Rss:                8888 kB')
        watch.sample(at)
        const { movers, moversOver, ...frame } = watch.frame(at, CHOICE)
        seen.push(frame)
      }
    }
    expect(await recorder.close()).toBeNull()

    using recording = new RecordingFile(file)
    expect(recording.rest).toBeNull()
    const replay = new WatchReplay(recording, OPTIONS.window)
    expect(replay.length).toBe(MOMENTS.length)
    for (const index of [11, 0, 6, 7, 2, 11]) {
      const at = replay.timeOf(index)
      replay.goTo(index)
      const { movers, moversOver, ...frame } = replay.frame(at, CHOICE)
      expect(frame).toEqual(seen[index])
    }
    await replay.prepare()
    const { movers, moversOver } = replay.frame(33, CHOICE)
    expect(moversOver).toBe(24)
    expect(movers).toHaveLength(1)
    expect(replay.lastLook?.report.totals.totals.mappings).toBe(figure(replay, 'mappings', 33))
    expect(replay.captureFile()?.subarray(0, 2).toString('hex')).toBe('1f8b')
  })

  test('that is full leaves the watch as it is', async () => {
    const file = join(work, 'b.mmaprec')
    const trees = host.trees()
    const order = { file, limit: 30_000, interval: 1, tool: { name: 'mmapctl', version: '0' } }
    const recorder = new WatchRecorder(order, trees, collectHost(trees))
    using watch = session({}, recorder)
    for (let at = 0; at < 100; at += 10) expect(watch.sample(at)).not.toBeNull()
    expect(await recorder.close()).toEqual({ reason: 'full' })
    using recording = new RecordingFile(file)
    expect(recording.rest).toBeNull()
    expect(recording.moments.length).toBeGreaterThan(1)
  })
})
