import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PerfCause } from '../../src/model/perf-failure.ts'
import { parsePerfFailure } from '../../src/parsers/perf-failure.ts'
import { fixtureText } from '../helpers/fixtures.ts'

const FOLDER = 'perf/failures'
const VERSIONS = ['4.15', '5.10', '5.15', '6.1', '6.8', '6.12', '7.2']

/** What a perf said, and how it ended, as recorded. */
function recorded(text: string): { stderr: string; code: number } {
  return { stderr: text.replace(/^\[exit \d+\]\n?/m, ''), code: Number(/^\[exit (\d+)\]$/m.exec(text)?.[1]) }
}

function failureIn(text: string): ReturnType<typeof parsePerfFailure> {
  const { stderr, code } = recorded(text)
  return parsePerfFailure(stderr, { code, signal: null })
}

function sample(version: string, name: string): string {
  return fixtureText(`${FOLDER}/perf-stat-${version}-${name}.txt`)
}

/** One recorded command of a file with many. */
function block(file: string, heading: RegExp): string {
  const found = fixtureText(`${FOLDER}/${file}`)
    .split(/^### /m)
    .find((each) => heading.test(each.split('\n')[0] ?? ''))
  if (found === undefined) throw new Error(`no block ${heading} in ${file}`)
  return found.slice(found.indexOf('\n') + 1)
}

describe('why perf gave no counts', () => {
  const cases: [name: string, cause: PerfCause, event: string | null][] = [
    ['badevent', 'unknown-event', 'no-such-event'],
    ['badpmu', 'unknown-event', 'cpu_core'],
    ['walk', 'unknown-event', 'dtlb_load_misses.walk_active'],
    ['eacces', 'paranoid', null],
    ['eperm', 'forbidden', 'page-faults'],
    ['nosuch', 'no-program', null],
  ]
  for (const version of VERSIONS) {
    it.each(cases)(`${version}: %s is %s`, (name, cause, event) => {
      const failure = failureIn(sample(version, name))
      expect(failure.cause).toBe(cause)
      if (name === 'badpmu') expect(['cpu_core', 'cpu_core/dTLB-loads/']).toContain(failure.event)
      else if (event !== null) expect(failure.event).toBe(event)
      if (cause === 'paranoid') expect(failure.paranoid).toBe(2)
      if (cause === 'no-program') expect(failure.detail).toBe('No such file or directory')
    })

    it(`${version}: a tracepoint that is not there`, () => {
      const failure = failureIn(sample(version, 'badtp'))
      expect(failure.cause).toBe(version === '6.8' ? 'no-libtraceevent' : 'unknown-event')
      expect(failure.event).toBe('exceptions:no_such')
    })
  }

  it('7.2 says in its own way that nothing is supported', () => {
    expect(failureIn(sample('7.2', 'enosys')).cause).toBe('no-perf-events')
    expect(failureIn(sample('7.2', 'hw-only'))).toMatchObject({ cause: 'no-supported-event', event: 'dTLB-loads' })
  })

  it.each([
    [/EMFILE .*-e page-faults --/, 'too-many-files', null, null],
    [/ENODEV .*-e page-faults --/, 'refused', 'page-faults', 'No such device'],
    [/EPERM .*nobody/, 'forbidden', 'page-faults', null],
  ] as const)('system call refused: %s', (heading, cause, event, detail) => {
    const failure = failureIn(block('perf-stat-6.1-seccomp.txt', heading))
    expect(failure).toMatchObject({ cause, event, detail })
  })

  it.each([
    [/noexec\.txt$/, 'no-program', 'Permission denied'],
    [/-p 999999$/, 'no-such-process', null],
    [/-o \/no\/dir\/file/, 'no-output', 'failed to create output file: No such file or directory'],
    [/--log-fd 77/, 'no-output', 'Failed opening logfd: Bad file descriptor'],
    [/--no-such-option/, 'unknown-flag', 'no-such-option'],
    [/-o \/dev\/full/, 'no-output', null],
  ] as const)('perf stat of 6.1: %s', (heading, cause, detail) => {
    expect(failureIn(block('perf-stat-6.1-failures.txt', heading))).toMatchObject({ cause, detail })
  })

  it('a distribution’s script in place of perf', () => {
    expect(failureIn(block('perf-distro-wrappers.txt', /Ubuntu wrapper 6\.8/))).toMatchObject({
      cause: 'wrapper',
      packages: [
        'linux-tools-6.18.44-fc-v595',
        'linux-cloud-tools-6.18.44-fc-v595',
        'linux-tools-v595',
        'linux-cloud-tools-v595',
      ],
    })
    expect(failureIn(block('perf-distro-wrappers.txt', /Debian 11/))).toMatchObject({
      cause: 'wrapper',
      packages: ['linux-perf-6.18'],
    })
  })

  it.each([
    ['sh: 1: perf: not found\n', 127, 'not-installed'],
    ['', 127, 'not-installed'],
    ['', 0, 'no-output'],
    ['', 255, 'other'],
    ["Error: switch `D' expects an unsigned numerical value\n Usage: perf stat [<options>]\n", 129, 'too-old'],
    ["  Error: unknown option `control'\n", 129, 'too-old'],
    ['Permission error mapping pages.\nConsider increasing /proc/sys/kernel/perf_event_mlock_kb,\n', 255, 'mlock'],
    ['0x1b48 [0x38]: failed to process type: 9 [Bad address]\n', 234, 'mixed-up'],
    ["Couldn't create thread/CPU maps: No such process\n", 255, 'no-such-process'],
    ["event syntax error: 'x:y'\n   \\___ can't access trace events\n", 129, 'tracefs'],
  ] as const)('%j', (stderr, code, cause) => {
    expect(parsePerfFailure(stderr, { code, signal: null }).cause).toBe(cause)
  })

  it('a perf that was killed', () => {
    const failure = parsePerfFailure('Events disabled\n', { code: null, signal: 'SIGKILL' })
    expect(failure).toMatchObject({ cause: 'killed', detail: 'SIGKILL' })
  })

  it('a perf that was given up, which says nothing of the cause', () => {
    expect(parsePerfFailure('Events disabled\n', { code: null, signal: null }).cause).toBe('no-answer')
  })

  it('keeps the line that says most of words it has never seen', () => {
    const failure = parsePerfFailure('Error:\n\nthe moon is too high\nmore\n', { code: 3, signal: null })
    expect(failure).toMatchObject({ cause: 'other', detail: 'the moon is too high' })
  })

  it('names every recorded refusal', () => {
    const files = readdirSync(new URL(`../fixtures/${FOLDER}/`, import.meta.url)).filter((name) =>
      /-(?:e|bad|nosuch|walk)/.test(name),
    )
    expect(files.length).toBeGreaterThan(40)
    for (const file of files) {
      const text = fixtureText(`${FOLDER}/${file}`)
      if (!/^<not supported>/m.test(text)) expect(failureIn(text).cause, file).not.toBe('other')
    }
  })
})
