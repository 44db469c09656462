import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { mmapctl, ROOT } from '../e2e/mmapctl.ts'
import { pathWithout, pathWithPerf, version } from './fake-perf.ts'
import { faultProgram, faults } from './faults-run.ts'
import { liveTest } from './requirements.ts'

const PERF = '/usr/bin/perf'
const FAILURES = join(ROOT, 'test/fixtures/perf/failures')

const WITHOUT_CONTROL = `for word; do [ "$word" != --control ] || {
  echo "  Error: unknown option \\\`control'" >&2; exit 129; }; done`

describe('without a usable perf the program runs all the same, once, and is counted by the kernel', () => {
  liveTest('no perf at all', { needs: ['gcc'] }, async () => {
    using folder = pathWithout('perf')
    const env = { PATH: folder.path }
    const { report, status } = await faults([], [faultProgram('touch'), '1000'], { env })
    expect(status).toBe(0)
    expect(report.backend).toMatchObject({ used: 'proc', failure: { cause: 'not-installed' } })
    expect(report.accounting.total.value).toBeGreaterThan(1000)
    const required = await mmapctl(['faults', '--backend', 'perf', '--', 'echo', 'ran'], { env })
    expect(required).toMatchObject({ status: 4, stdout: '' })
  })

  for (const [what, script, cause, said] of [
    [
      'the script that distributions install',
      "printf 'WARNING: perf not found for kernel 6.18.0\\n\\n    linux-tools-6.18.0-generic\\n' >&2; exit 2",
      'wrapper',
      'linux-tools-6.18.0-generic',
    ],
    ['another program of that name', 'echo hello', 'not-perf', 'says "hello"'],
    ['one that says nothing', 'exit 0', 'not-perf', 'says nothing'],
    [
      'a filter of system calls',
      `${version('6.1.0')}\ncat '${FAILURES}/perf-stat-6.1-eperm.txt' >&2; exit 255`,
      'forbidden',
      '--cap-add PERFMON',
    ],
    [
      'kernel.perf_event_paranoid',
      `${version('6.8.0')}\ncat '${FAILURES}/perf-stat-6.8-eacces.txt' >&2; exit 255`,
      'paranoid',
      'CAP_PERFMON',
    ],
    ['one that dies at once', `${version('6.1.0')}\nkill -KILL $$`, 'killed', 'SIGKILL'],
  ] as const) {
    liveTest(what, {}, async () => {
      using folder = pathWithPerf(script)
      const command = ['sh', '-c', 'echo ran; exit 5']
      const { report, stdout, status } = await faults([], command, { env: { PATH: folder.path } })
      expect({ stdout, status }).toEqual({ stdout: 'ran\n', status: 5 })
      expect(report.backend).toMatchObject({ used: 'proc', failure: { cause } })
      expect(report.notes.find(({ code }) => code === 'no-perf')?.text).toContain(said)
      expect(report.accounting.total.value).toBeGreaterThan(10)
    })
  }

  // What it started holds on to its pipes, and goes with it.
  for (const [when, script] of [
    ['asked for its version', 'echo called >> "$0.calls"; sleep 61'],
    ['attached', `${version('6.1.0')}\necho called >> "$0.calls"; sleep 61`],
  ] as const) {
    liveTest(`one that never answers when ${when}: it is given up, once`, { timeout: 60_000 }, async () => {
      using folder = pathWithPerf(script)
      const env = { PATH: folder.path }
      const { stdout, report } = await faults(['--repeat', '3'], ['echo', 'ran'], { env })
      expect(stdout).toBe('ran\nran\nran\n')
      expect(report.backend).toMatchObject({ used: 'proc', failure: { cause: 'no-answer' } })
      expect(readFileSync(join(folder.path, 'perf.calls'), 'utf8')).toBe('called\n')
      expect(sleepsOf(folder.path)).toEqual([])
    })
  }
})

describe('a perf without --control', () => {
  for (const [what, script] of [
    ['an old one, which says so', `${version('4.15.18')}\nexec ${PERF} "$@"`],
    ['one that claims to be new, and refuses it', `${version('6.1.0')}\n${WITHOUT_CONTROL}\nexec ${PERF} "$@"`],
  ] as const) {
    liveTest(`counts all the same: ${what}`, { needs: ['gcc', 'perf'] }, async () => {
      using folder = pathWithPerf(script)
      const { report } = await faults([], [faultProgram('touch'), '1000'], { env: { PATH: folder.path } })
      expect(report.backend).toMatchObject({ used: 'perf', failure: null })
      const [all = 0, kernel = 0] = [report.accounting.perf.all.value, report.accounting.kernel.value].map(Number)
      expect(all).toBeGreaterThan(1000)
      expect(Math.abs(all - kernel)).toBeLessThanOrEqual(8)
    })
  }
})

describe('further events', () => {
  liveTest('one that perf does not know: nothing runs', { needs: ['perf'] }, async () => {
    for (const [event, hint] of [
      ['bogus', 'perf list'],
      ['page-fauts', 'did you mean page-faults?'],
    ] as const) {
      const ended = await mmapctl(['faults', '--events', event, '--', 'echo', 'ran'])
      expect(ended).toMatchObject({ status: 2, stdout: '' })
      expect(ended.stderr).toContain(event)
      expect(ended.stderr).toContain(hint)
    }
    const none = await mmapctl(['faults', '--backend', 'proc', '--events', 'cycles', '--', 'echo', 'ran'])
    expect(none).toMatchObject({ status: 2, stdout: '' })
  })

  liveTest('one that perf knows and may not count here: unknown, with the reason', { needs: ['perf'] }, async () => {
    const refusal = `for word; do case $word in *sched:sched_switch*)
  cat '${FAILURES}/perf-stat-6.8-badtp.txt' >&2; exit 129;; esac; done`
    using folder = pathWithPerf(`${version('6.8.12')}\n${refusal}\nexec ${PERF} "$@"`)
    const env = { PATH: folder.path }
    const { report, stdout } = await faults(['-e', 'sched:sched_switch,cs:u'], ['echo', 'ran'], { env })
    expect(stdout).toBe('ran\n')
    expect(report.counters['sched:sched_switch']).toMatchObject({ value: null, reason: 'no-libtraceevent' })
    expect(Object.keys(report.counters)).toContain('cs')
    expect(report.backend.used).toBe('perf')
  })

  liveTest('one with commas of its own', { needs: ['perf', 'root'] }, async () => {
    const { report } = await faults(['-e', 'software/config=2,name=mine/,exceptions:page_fault_user'], ['true'])
    expect(report.counters['mine']?.value).toBeGreaterThan(10)
    expect(report.counters['exceptions:page_fault_user']?.value).toBeGreaterThan(10)
  })
})

/** Sleeping programs that a script of this folder has started and left behind. */
function sleepsOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      return environment.includes(`PATH=${folder}`) && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n'
    } catch {
      return false
    }
  })
}
