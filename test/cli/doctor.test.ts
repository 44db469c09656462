import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import Doctor from '../../src/commands/doctor.ts'
import Explain from '../../src/commands/explain.ts'
import { adviceText } from '../../src/output/doctor-parts.ts'
import { NOBODYS_PID, temporary } from '../e2e/mmapctl.ts'
import { doctorFaults } from '../helpers/doctor-schemas.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { sampleReport } from '../helpers/reports.ts'
import { type Outcome, runCommand, type World } from '../helpers/run-command.ts'

// Rules by name: these reports must not change with every new one.
const PROCESS_RULES = 'writable-executable,executable-anonymous,mapping-count,swapped-working-set'
const RULES = `${PROCESS_RULES},memory-stall,loss-window`
const [KINDS, QUIET, JAVA] = ['42', '43', '44'] as const

const host = new FakeHost()
host.proc.add(42, { sample: 'kinds', comm: 'kinds' })
host.proc.add(43, { sample: 'ksm', comm: 'quiet' })
host.proc.add(44, { sample: 'java', comm: 'java' })
afterAll(() => host[Symbol.dispose]())

async function doctor(line: string, world: World = {}): Promise<Outcome> {
  const words = line.split(' ').filter((word) => word !== '')
  const { stdout, ...rest } = await runCommand(Doctor, [...words, ...host.flags, '--interval', '0'], world)
  // How many files there are to read depends on what other rules need, and how long it takes on the machine.
  const cost = /\d+ files in \S+ m?s|(?<=hold ≤ )\S+ m?s/g
  return { ...rest, stdout: stdout.replaceAll(cost, '#').replaceAll(host.proc.path, '/proc') }
}

interface Found {
  readonly processes: readonly {
    readonly pid: number
    readonly findings: readonly { readonly rule: string; readonly severity: string; readonly page: string }[]
    readonly ignored: readonly { readonly rule: string; readonly by: string; readonly reason: string | null }[]
    readonly clear: readonly string[]
    readonly belowSeverity: number
  }[]
}

/** The document of a run, which must be as its schema says. */
async function found(line: string, exit = 0): Promise<Found> {
  const run = await doctor(`${line} --json`)
  expect(run.exit, run.stderr).toBe(exit)
  const document = JSON.parse(run.stdout)
  expect(doctorFaults('doctor', document)).toEqual([])
  return document as Found
}

const PLAIN = { NO_COLOR: '1' }
const golden = (name: string): string => `../golden/doctor/${name}.txt`

describe('for people', () => {
  test.each([
    ['process-80', { columns: 80, env: PLAIN }, `${KINDS} --rules ${RULES}`],
    ['process-60', { columns: 60, env: PLAIN }, `${KINDS} --rules ${RULES}`],
    ['process-pipe', {}, `${KINDS} --rules ${RULES}`],
    [
      'processes-80',
      { columns: 80, env: PLAIN },
      `${QUIET} ${JAVA} ${KINDS} --rules ${RULES} --ignore loss-window --severity medium`,
    ],
    ['host-60', { columns: 60, env: PLAIN }, '--rules memory-stall,loss-window'],
    ['markdown', {}, `${KINDS} --rules ${RULES} --format markdown`],
  ] satisfies readonly (readonly [string, World, string])[])('%s', async (name, world: World, line) => {
    const { stdout, stderr, exit } = await doctor(line, world)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    await expect(stdout).toMatchFileSnapshot(golden(name))
    const width = world.columns
    if (width !== undefined) for (const row of stdout.split('\n')) expect(row.length).toBeLessThanOrEqual(width)
  })

  test('colours are for terminals that want them', async () => {
    const line = `${KINDS} --rules writable-executable`
    expect((await doctor(line, { columns: 80 })).stdout).toContain('\u001b[33mHIGH')
    expect((await doctor(line, { columns: 80, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
    expect((await doctor(line)).stdout).not.toContain('\u001b')
  })

  test('quiet is findings alone', async () => {
    expect((await doctor(`${QUIET} --rules ${RULES} -q`)).stdout).toBe('')
    expect((await doctor(`${KINDS} --rules ${RULES} -q`)).stdout).toMatch(/^PID 42 kinds: 2 findings/)
  })
})

describe('advice', () => {
  test('names the process in commands, and nowhere else', () => {
    const report = sampleReport('kinds')
    const { pid } = report.memory
    const text = 'TracerPid and PID; `mmapctl maps PID -X`, `cat /proc/PID/smaps`, `pidof PIDS`'
    const named = `TracerPid and PID; \`mmapctl maps ${pid} -X\`, \`cat /proc/${pid}/smaps\`, \`pidof PIDS\``
    expect(adviceText(text, { report }, null)).toBe(named)
    expect(adviceText(text, { report: null }, null)).toBe(text)
    expect(adviceText(text, { report }, '2026-11-20T09:40:00Z')).toBe(text)
  })
})

describe('what is wanted', () => {
  test('findings that are not shown are counted, and fail all the same', async () => {
    const line = `${KINDS} --rules writable-executable,executable-anonymous`
    const { processes } = await found(`${line} --severity critical`)
    expect(processes[0]).toMatchObject({ findings: [], belowSeverity: 2 })
    const { stdout, exit } = await doctor(`${line} --severity critical --fail-on high`)
    expect(stdout).toContain('PID 42 kinds: nothing wrong, but for 2 lesser, in 2 checks\n')
    expect(exit).toBe(3)
    expect((await doctor(`${line} --fail-on critical`)).exit).toBe(0)
    expect((await doctor(`${KINDS} --rules executable-anonymous --fail-on high`)).exit).toBe(0)
  })

  test('what could not be checked is no pass', async () => {
    const smaps = 'writable-executable,hoarded-memory'
    const withheld = await doctor(`${KINDS} --rules ${smaps},mapping-count --fail-on high --max-stall 0`)
    expect(withheld.exit).toBe(4)
    expect(withheld.stderr).toContain(
      'the question of --fail-on high has no answer: writable-executable could not be checked',
    )
    // Nothing that was not looked at is usually critical.
    const lesser = await doctor(`${KINDS} --rules ${smaps},mapping-count --fail-on critical --max-stall 0`)
    expect(lesser).toMatchObject({ exit: 0, stderr: '' })
    const nothing = await doctor(`${KINDS} --rules hoarded-memory --fail-on critical --max-stall 0`)
    expect(nothing.exit).toBe(4)
    const ignored = await doctor(`${KINDS} --rules mapping-count --ignore mapping-count --fail-on high`)
    expect(ignored).toMatchObject({ exit: 4, stderr: expect.stringContaining('no rule was checked') })
    expect((await doctor(`${KINDS} --rules mapping-count --ignore mapping-count`)).exit).toBe(0)
  })

  test('processes of one name with nothing wrong are one line', async () => {
    for (const pid of [60, 61]) host.proc.add(pid, { sample: 'ksm', comm: 'worker' })
    const run = await doctor(`60 ${KINDS} 61 ${QUIET} --rules writable-executable`)
    expect(run.stdout).toMatch(/^PID 60, 61 worker: nothing wrong in 1 check$/m)
    expect(run.stdout).toMatch(/^PID 43 quiet: nothing wrong in 1 check$/m)
    const { stdout } = await doctor(`60 ${KINDS} 61 --rules writable-executable --markdown`)
    expect(stdout).toContain('## PID 60, 61 worker\n\nnothing wrong in 1 check\n')
    for (let pid = 200; pid < 212; pid++) host.proc.add(pid, { sample: 'ksm', comm: 'crowd' })
    expect((await doctor('crowd --all --rules writable-executable')).stdout).toMatch(
      /^PID 200, 201, 202, 203, 204, 205, 206, 207 and 4 more crowd: nothing wrong in 1 check$/m,
    )
  })

  test('memory that may not be read is said before what could be checked without', async () => {
    for (const pid of [70, 71])
      host.proc.add(pid, { sample: 'java', comm: 'foreign', files: { maps: null, smaps: null } })
    const rules = '--rules writable-executable,mapping-count,locked-near-limit,loss-window'
    const verdict = 'its memory could not be read; nothing wrong in 1 check that does without, 2 could not be checked'
    const one = await doctor(`70 ${rules}`)
    expect(one.exit).toBe(4)
    expect(one.stdout).toContain(`PID 70 foreign: ${verdict}\n`)
    expect(one.stdout).toContain('writable-executable, mapping-count: needs ptrace access to the process')
    expect((await doctor(`70 ${rules} --markdown`)).stdout).toContain(`## PID 70 foreign\n\n${verdict}\n`)
    const several = await doctor(`70 71 ${JAVA} ${rules} --severity medium`)
    expect(several.stdout).toMatch(
      /^3 processes \(the memory of 2 could not be read\) and the host: nothing wrong in what could be read\n/,
    )
    expect(several.stdout).toContain(`PID 70, 71 foreign: ${verdict}\n`)
    const nothing = await doctor('70 --rules mapping-count')
    expect(nothing.stdout).toContain('PID 70 foreign: its memory could not be read; nothing could be checked\n')
  })

  test('rules of the host are checked beside a process, which is said', async () => {
    const run = await doctor(`${KINDS} --rules memory-stall,loss-window`)
    expect(run.stdout).toContain(
      'PID 42 kinds: none of the rules asked for is about a process; they are about the host',
    )
    expect(run.stdout).toMatch(/^host: .* in \d checks?/m)
  })

  test('what several processes share is told once, in each form of the report', async () => {
    const smaps = fixtureText('proc/kinds/smaps').replaceAll(/^Swap: +0 kB/gm, 'Swap: 32768 kB')
    for (const pid of [50, 51]) host.proc.add(pid, { sample: 'kinds', comm: 'pool', files: { smaps } })
    const line = '50 51 --rules shared-memory-in-swap,memory-stall'
    const { stdout } = await doctor(line)
    expect(stdout.match(/MEDIUM {2}shared memory is in swap/g)).toHaveLength(1)
    expect(stdout).toContain('\n  also      true of PID 51\n')
    expect(stdout).toContain(
      'PID 51 pool: nothing wrong, but for shared-memory-in-swap, told with PID 50, in 1 check\n',
    )
    expect((await doctor(`${line} --markdown`)).stdout).toContain('- also: true of PID 51\n')
    const { processes } = await found(line)
    expect(processes).toMatchObject([
      { findings: [{ rule: 'shared-memory-in-swap', also: [], sharers: [51] }], elsewhere: [] },
      { findings: [], elsewhere: [{ rule: 'shared-memory-in-swap', pid: 50 }] },
    ])
  })

  test('a process that cannot be read keeps none of the others back', async () => {
    const run = await doctor(`${KINDS} ${NOBODYS_PID} --rules writable-executable`)
    expect(run.exit).toBe(4)
    expect(run.stderr).toContain(String(NOBODYS_PID))
  })

  test.each([
    ['--rules mapping-cont', '--rules knows no rule "mapping-cont"; did you mean mapping-count'],
    ['--rules zzz', '--rules knows no rule "zzz"; mmapctl explain lists all rules (see'],
    ['--ignore thp', '--ignore knows no rule "thp"; did you mean '],
    ['--rules mapping-count', 'mapping-count is about a process; name a TARGET, such as a PID (see'],
    ['--rules mapping-count,thp-unused', 'mapping-count, thp-unused are about a process; name a TARGET'],
    ['--self 42', '--self takes no TARGET'],
    ['--self --rules mapping-count', '--self'],
    ['--json --format markdown', '--json'],
  ])('%s is refused', async (line, message) => {
    const argv = line.startsWith('--self') ? line.split(' ') : [...line.split(' '), ...host.flags]
    const { exit, stderr } = await runCommand(Doctor, argv)
    expect(exit).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('the configuration', () => {
  /** The flag that names a configuration of this text. */
  function config(text: string, name = 'mmapctl.yml'): string {
    const folder = temporary()
    onTestFinished(() => folder[Symbol.dispose]())
    writeFileSync(join(folder.path, name), text)
    return `--config ${join(folder.path, name)}`
  }

  const WHOLE = `version: 1
doctor:
  rules: [writable-executable, executable-anonymous, mapping-count]
  ignore:
    mapping-count: we map files by the thousand
  targets:
    "ki*":
      ignore: [executable-anonymous]
  severity: low
  fail-on: high
`

  test('says what is checked, ignored and a failure, and the report says who ignored what', async () => {
    const { processes } = await found(`${KINDS} ${JAVA} ${config(WHOLE)}`, 3)
    const by = expect.stringMatching(/mmapctl\.yml:5$/)
    const mappings = { rule: 'mapping-count', by, reason: 'we map files by the thousand' }
    const [kinds, java] = processes
    expect(kinds?.findings).toMatchObject([{ rule: 'writable-executable', page: 'docs/rules/writable-executable.md' }])
    expect(kinds?.ignored).toEqual([
      { rule: 'executable-anonymous', by: expect.stringMatching(/mmapctl\.yml:8$/), reason: null },
      mappings,
    ])
    expect(java?.ignored).toEqual([mappings])
    expect(java?.clear).toEqual(['executable-anonymous'])
    expect(java?.belowSeverity).toBe(1)
    const { stdout } = await doctor(`${KINDS} ${config(WHOLE)}`)
    expect(stdout).toMatch(/^ignored +executable-anonymous by \S+mmapctl\.yml:8$/m)
    expect(stdout).toMatch(/^ +mapping-count by \S+mmapctl\.yml:5: we map files by the thousand$/m)
  })

  test('gives way to flags', async () => {
    const named = await found(`${KINDS} ${config(WHOLE)} --rules mapping-count,executable-anonymous --fail-on critical`)
    expect(named.processes[0]).toMatchObject({ clear: ['mapping-count'], ignored: [] })
    const all = await found(`${KINDS} ${config(WHOLE)} --rules all --severity critical --fail-on critical`)
    expect(all.processes[0]?.clear).toContain('mapping-count')
    expect(all.processes[0]).toMatchObject({ findings: [], belowSeverity: 2 })
  })

  test.each(['', '# nothing yet\n', '---\n', 'doctor:\n', 'doctor:\n  # ignore:\n'])(
    'changes nothing when it says nothing: %j',
    async (text) => {
      const { processes } = await found(`${KINDS} --rules mapping-count ${config(text)}`)
      expect(processes[0]).toMatchObject({ clear: ['mapping-count'], ignored: [] })
    },
  )

  test('may be JSON, or a part of package.json, beside scenarios that are none of its concern', async () => {
    const part = { scenarios: { a: { run: './a' } }, doctor: { ignore: ['writable-executable'] } }
    for (const flag of [
      config(JSON.stringify(part), 'mmapctl.json'),
      config(JSON.stringify({ name: 'x', mmapctl: part }), 'package.json'),
    ]) {
      const { processes } = await found(`${KINDS} --severity medium ${flag}`)
      expect(processes[0]?.ignored).toMatchObject([{ rule: 'writable-executable', reason: null }])
      expect(processes[0]?.findings.map(({ rule }) => rule)).toContain('executable-anonymous')
    }
  })

  test.each([
    ['doctor: { failOn: high }', ':1: unknown key "failOn" in doctor; did you mean fail-on?'],
    ['doctor:\n  ignore: [mapping-cont]', ':2: there is no rule "mapping-cont"; did you mean mapping-count'],
    ['doctor:\n  ignore: { mapping-count: }', ':2: mapping-count does not take ""; write the reason in words'],
    ['doctor:\n  ignore: { mapping-count: 5 }', ':2: mapping-count does not take "5"; write the reason in words'],
    ['doctor:\n  ignore: {}', ':2: ignore is an empty map; leave it out'],
    ['doctor:\n  targets:\n    "[": { ignore: [mapping-count] }', ':3: target "[" is no glob; close its brackets, or'],
    ['doctor:\n  targets:\n    "": { ignore: [mapping-count] }', ':3: a target has no name; write a thread name'],
    [
      'doctor:\n  targets:\n    postgres-background: { ignore: [mapping-count] }',
      ':3: target "postgres-background" fits no thread name, which has 15 bytes; write "postgres-backgr"',
    ],
    [
      'doctor:\n  targets:\n    java:\n      ignore: [mapping-count, memory-stall]',
      ':4: memory-stall is about the host, not about a process; put it under doctor.ignore',
    ],
    ['doctor: { severity: hihg }', ':1: severity does not take "hihg"; write critical or high'],
    ['doctor:\n  targets:\n    java: {}', ':3: target "java" says nothing; add ignore: [RULE]'],
    ['docter: {}', ':1: unknown key "docter" in the configuration; did you mean doctor?'],
  ])('is refused with its line: %s', async (text, message) => {
    const { exit, stderr } = await doctor(`${KINDS} ${config(text)}`)
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(`mmapctl.yml${message}`) })
  })
})

describe('explain --json', () => {
  test.each([[[]], [['Pss']], [['mapping-count']], [['rss']]])('of %j is as its schema says', async (words) => {
    const { stdout, exit } = await runCommand(Explain, [...words, '--json'])
    expect(exit).toBe(0)
    const document = JSON.parse(stdout)
    expect(doctorFaults('explain', document)).toEqual([])
    expect(document.topics.length + document.rules.length).toBeGreaterThan(0)
  })
})
