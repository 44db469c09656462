import { describe, expect, it } from 'vitest'
import { GateProject } from '../../helpers/gate-project.ts'
import { gateRun, USUAL_GROUPS } from '../../helpers/gate-runs.ts'

const MIB = 1024 ** 2
const FILE = '.mmapctl/baseline.json'
const CONFIG = `scenarios:
  large: { run: ./prog large.json, limits: { peak-rss: +2%+256KiB } }
  help:  { run: ./prog --help, limits: { peak-rss: +2%+256KiB } }
`

function project(): GateProject {
  return new GateProject({ 'mmapctl.yml': CONFIG })
}

/** Lines of a file that are not as they were. */
function changed(before: string, after: string): readonly string[] {
  const lines = new Set(before.split('\n'))
  return after.split('\n').filter((line) => !lines.has(line))
}

describe('baseline update', () => {
  it('records every scenario with ten runs after a warm-up', async () => {
    using given = project()
    const { stdout, exit } = await given.update(['--reason', 'it begins'])
    expect(exit).toBe(0)
    expect(given.requests).toHaveLength(22)
    expect(stdout).toMatch(
      /^✎ large: recorded for the first time \(10 runs\)\n✎ help: recorded .*\nwrote \.mmapctl\/baseline\.json: review its diff and commit it/,
    )
    const { scenarios } = JSON.parse(given.read(FILE)) as {
      scenarios: Record<string, { reason: string; command: string }>
    }
    expect(Object.keys(scenarios)).toEqual(['help', 'large'])
    expect(scenarios['large']).toMatchObject({ reason: 'it begins', command: './prog large.json' })
  })

  it('of a program that has not moved leaves the file as it is, to the byte', async () => {
    using given = project()
    await given.update()
    const before = given.read(FILE)
    const { stdout } = await given
      .always({ metrics: { 'peak-rss': 46.1 * MIB, 'minor-faults': 7210 } })
      .update(['--reason', 'again'])
    expect(stdout).toMatch(/= large: nothing moved by more than its limit/)
    expect(stdout).toMatch(/nothing moved: nothing was written/)
    expect(given.read(FILE)).toBe(before)
  })

  it('changes the lines of what moved, and of the scenario that it was asked for', async () => {
    using given = project()
    await given.update()
    const before = given.read(FILE)
    given.always({
      metrics: { 'peak-rss': 50 * MIB, 'minor-faults': 7210 },
      groups: { ...USUAL_GROUPS, '[heap]': 19 * MIB },
    })
    const { stdout } = await given.update(['large', '--reason', 'bigger table'])
    expect(stdout).toContain(
      '✎ large: 1 metric and 1 group of mappings moved (10 runs)\n    peak RSS 46.0 MiB → 50.0 MiB (+8.7 %)',
    )
    expect(changed(before, given.read(FILE))).toEqual([
      expect.stringContaining('"[heap]"'),
      expect.stringMatching(/^ +"peak-rss": \{ "first": 47104, "median": 51200,/),
      '      "reason": "bigger table",',
    ])
    expect((await given.check(['large'])).exit).toBe(0)
    expect((await given.check(['help'])).exit).toBe(3)
  })

  it('rewrites what has not moved when it is forced to', async () => {
    using given = project()
    await given.update()
    const { stdout } = await given.always({ metrics: { 'peak-rss': 46.1 * MIB } }).update(['--force'])
    expect(stdout).toContain('recorded anew, as --force says')
    expect(given.read(FILE)).toContain('"median": 47206,')
  })

  it('writes nothing when a program fails, not even of the others', async () => {
    using given = project()
    given.behaviour = ({ argv }) => gateRun(argv.includes('--help') ? { end: { how: 'exited', status: 2 } } : {})
    const { stdout, exit } = await given.update()
    expect(exit).toBe(5)
    expect(stdout).toContain('✘ help: the program failed: it exited with status 2, not 0')
    expect(stdout).toContain('nothing was written: a baseline is whole or not at all')
    expect(given.has(FILE)).toBe(false)
    expect((await given.update(['--', './missing'])).exit).toBe(127)
  })

  it('does not write in CI, but proposes', async () => {
    using given = project()
    const env = { CI: 'true' }
    const refused = await given.update([], { env })
    expect(refused).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(
        'CI does not write the baseline that it checks against; write a proposal with --emit-baseline FILE (see mmapctl baseline update --help)',
      ),
    })
    expect(given.requests).toHaveLength(0)
    const { stdout, exit } = await given.update(['--emit-baseline', 'proposal.json'], { env })
    expect(exit).toBe(0)
    expect(stdout).toContain('wrote proposal.json')
    expect(given.has(FILE)).toBe(false)
    given.write(FILE, given.read('proposal.json'))
    expect((await given.check([], { env })).exit).toBe(0)
  })

  it('keeps of a proposal what did not move, and the scenarios that were not asked for', async () => {
    using given = project()
    await given.update()
    const before = given.read(FILE)
    await given.update(['large', '--emit-baseline', 'proposal.json'])
    expect(given.read('proposal.json')).toBe(before)
  })

  it('records each kind of machine in a file of its own, and check finds the one that fits', async () => {
    using given = project()
    await given.update()
    const here = given.read(FILE)
    given.write(FILE, here.replaceAll(/"arch": "\w+"/g, '"arch": "vax"'))
    expect((await given.check([])).exit).toBe(4)
    const { stdout } = await given.update(['--machine', 'x86'])
    expect(stdout).toContain('wrote .mmapctl/baseline.x86.json')
    expect(given.read(FILE)).toContain('"vax"')
    expect((await given.check([])).exit).toBe(0)
    given.always({ metrics: { 'peak-rss': 60 * MIB } })
    await given.update()
    expect(given.read('.mmapctl/baseline.x86.json')).toContain('"median": 61440')
    expect(given.read(FILE)).toContain('"vax"')
    expect((await given.update(['--machine', '../x'])).stderr).toContain('--machine ../x: use letters, digits, _ and -')
  })

  it('records anew what was recorded on another machine', async () => {
    using given = project()
    await given.update()
    given.write(FILE, given.read(FILE).replaceAll(/"kernel": "[\d.]+"/g, '"kernel": "4.4"'))
    const { stdout } = await given.update(['large'])
    expect(stdout).toContain('✎ large: recorded anew: the environment is another')
    expect(given.read(FILE)).toContain('"4.4"')
    expect((await given.check(['large'])).exit).toBe(0)
    expect((await given.check(['help'])).exit).toBe(4)
  })

  it('holds no directory of a user', async () => {
    using given = project()
    await given.update(['--', './prog', `${given.path}/data.json`, '/home/me/input'])
    expect(given.read(FILE)).toContain('"command": "./prog ./data.json ~/input"')
    expect(given.read(FILE)).not.toContain(given.path)
  })
})

describe('baseline show', () => {
  it('shows medians, noise, creep and the mappings', async () => {
    using given = project()
    await given.update()
    await given.always({ metrics: { 'peak-rss': 50 * MIB } }).update(['large', '--reason', 'more'])
    const { stdout, exit } = await given.show(['large', '--groups'])
    expect(exit).toBe(0)
    expect(stdout).toMatch(
      /^\.mmapctl\/baseline\.json: 1 scenario\n\nlarge {2}\.\/prog large\.json\n {2}recorded .* · exact · more\n {2}Linux/,
    )
    expect(stdout).toMatch(/^ {2}peak RSS +50\.0 MiB +50\.0 MiB +50\.0 MiB +10 {2}\+8\.7 % since \d{4}-\d\d-\d\d$/m)
    expect(stdout).toMatch(/^ +15\.0 MiB +15\.0 MiB +1 {2}\[heap\]$/m)
    expect((await given.show([])).stdout).toMatch(/^help {2}\.\/prog --help$/m)
  })

  it('has no answer without one', async () => {
    using given = project()
    expect(await given.show([])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('there is no baseline; record one with mmapctl baseline update'),
    })
    await given.update(['large'])
    expect(await given.show(['lrge'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('did you mean large?'),
    })
  })
})

describe('a session that is stopped', () => {
  it('ends with the status of the signal, and writes nothing', async () => {
    using given = project()
    given.behaviour = (_request, run) => {
      if (run === 3) process.emit('SIGINT')
      return gateRun()
    }
    expect(await given.update()).toMatchObject({
      exit: 130,
      stdout: expect.stringContaining('stopped: nothing was written'),
    })
    expect(given.requests).toHaveLength(4)
    expect(given.has(FILE)).toBe(false)
    given.behaviour = (_request, run) => {
      if (run === 1) process.emit('SIGTERM')
      return gateRun()
    }
    expect(await given.check([])).toMatchObject({
      exit: 143,
      stdout: expect.stringContaining('nothing was run · stopped before the end'),
    })
    expect(process.listenerCount('SIGINT')).toBe(0)
  })
})

describe('a limit of groups', () => {
  it('is a key or a glob', async () => {
    using given = new GateProject({
      'mmapctl.yml':
        'scenarios:\n  one:\n    run: ./prog\n    groups:\n      "[heap]": +2%\n      "**/libopenblas*": 0\n',
    })
    await given.update()
    expect((await given.check([])).exit).toBe(0)
    given.always({ groups: { ...USUAL_GROUPS, '[heap]': 16 * MIB } })
    expect(await given.check([])).toMatchObject({
      exit: 3,
      stdout: expect.stringContaining(
        '✘ one: group [heap] 16.0 MiB, before 15.0 MiB: +1.0 MiB (+6.7 %), limit +307 KiB',
      ),
    })
    given.always({ groups: { ...USUAL_GROUPS, 'numpy.libs/libopenblas64.so': 1 * MIB } })
    expect(await given.check([])).toMatchObject({
      exit: 3,
      stdout: expect.stringContaining('group **/libopenblas* must not be mapped, and is: numpy.libs/libopenblas64.so'),
    })
    given.always({ groups: null })
    expect(await given.check([])).toMatchObject({
      exit: 4,
      stdout: expect.stringContaining('the groups of mappings could not be read'),
    })
  })
})
