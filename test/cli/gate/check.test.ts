import { describe, expect, it } from 'vitest'
import { NotMeasured, NotStarted } from '../../../src/model/gate/measurer.ts'
import { GateProject } from '../../helpers/gate-project.ts'
import { gateRun, type RunParts, serverRun, USUAL_GROUPS } from '../../helpers/gate-runs.ts'

const MIB = 1024 ** 2

const CONFIG = `version: 1
defaults:
  limits:
    peak-rss:     +2% +256KiB
    anon:         +3% +256KiB
    minor-faults: +3% +64
    mappings:     +3% +2
scenarios:
  large:
    run: ./prog large.json
    max: { peak-rss: 96MiB }
  help:
    run: ./prog --help
`

const GROWN: RunParts = { metrics: { 'peak-rss': 50 * MIB }, groups: { ...USUAL_GROUPS, '[heap]': 19 * MIB } }

/** A project with a baseline of a program that takes 46 MiB. */
async function recorded(files: Readonly<Record<string, string>> = { 'mmapctl.yml': CONFIG }): Promise<GateProject> {
  const project = new GateProject(files)
  expect((await project.update()).exit).toBe(0)
  return project
}

/** Phases of a session by their command: `prog prog old …`. */
function order({ requests }: GateProject): string {
  return requests.map(({ argv }) => argv[0]?.replace('./', '')).join(' ')
}

describe('check of a configuration', () => {
  it('passes an unchanged program with one warm-up and three runs of each scenario', async () => {
    using project = await recorded()
    const { stdout, stderr, exit } = await project.check([])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(project.requests).toHaveLength(8)
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '✔ large   peak RSS 46.0 MiB of 96.0 MiB (=)   anon 21.0 MiB (=)   minor faults 7,199 (=)   mappings 57 (=)   3 runs',
      '✔ help    peak RSS 46.0 MiB (=)   anon 21.0 MiB (=)   minor faults 7,199 (=)   mappings 57 (=)   3 runs',
    ])
  })

  it('fails a program that grew, after eight runs, and says where', async () => {
    using project = await recorded()
    const { stdout, exit } = await project.always(GROWN).check(['large'])
    expect(exit).toBe(3)
    expect(project.requests).toHaveLength(9)
    expect(stdout).toMatch(
      /^✘ large: peak RSS 50\.0 MiB, baseline 46\.0 MiB: \+4\.0 MiB \(\+8\.7 %\), limit \+2 % and \+256 KiB$/m,
    )
    expect(stdout).toMatch(/^ {4}\+4\.0 MiB {2}\[heap\] {2}15\.0 MiB → 19\.0 MiB/m)
    expect(stdout).toContain('mmapctl baseline update large --reason "…"')
  })

  it('runs from the directory of the configuration, with an environment that does not depend on ours', async () => {
    using project = await recorded()
    await project.check(['help'], { env: { SECRET: 'x', CI: 'true', FOO: 'bar' } })
    expect(project.requests[0]).toMatchObject({
      argv: ['./prog', '--help'],
      cwd: project.path,
      env: { PATH: '/usr/bin:/bin', HOME: '/home/me', LANG: 'C.UTF-8' },
      stdin: null,
      aslr: 'off',
    })
    expect(Object.keys(project.requests[0]?.env ?? {})).toHaveLength(3)
  })

  it('breaks a budget with three runs, and without any baseline', async () => {
    using project = new GateProject({ 'mmapctl.yml': 'scenarios:\n  one: { run: ./prog, max: { peak-rss: 40MiB } }\n' })
    const { stdout, exit } = await project.check([])
    expect(exit).toBe(3)
    expect(project.requests).toHaveLength(4)
    expect(stdout).toContain('✘ one: peak RSS 46.0 MiB, budget 40.0 MiB: 6.0 MiB too much')
    expect((await project.check(['--max', 'peak-rss=50MiB'])).exit).toBe(0)
  })

  it('takes limits from flags before those of the file', async () => {
    using project = await recorded()
    project.always({ metrics: { 'peak-rss': 48 * MIB } })
    expect((await project.check(['large'])).exit).toBe(3)
    expect((await project.check(['large', '--limit', 'peak-rss=+10%'])).exit).toBe(0)
    expect((await project.check(['large', '--limit', 'peak-rss=none'])).exit).toBe(0)
    expect((await project.check(['large', '--max', 'peak-rss=47MiB', '--limit', 'peak-rss=+10%'])).exit).toBe(3)
  })

  it('tells an improvement, and changes nothing by itself', async () => {
    using project = await recorded()
    const before = project.read('.mmapctl/baseline.json')
    const { stdout, exit } = await project.always({ metrics: { 'peak-rss': 40 * MIB } }).check(['large'])
    expect(exit).toBe(0)
    expect(stdout).toContain('to lock it in: mmapctl baseline update large')
    expect(project.read('.mmapctl/baseline.json')).toBe(before)
  })
})

describe('check has no verdict', () => {
  it('without a baseline', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG })
    const { stdout, exit } = await project.check([])
    expect(exit).toBe(4)
    expect(stdout).toContain('there is no baseline\n    → mmapctl baseline update large')
    expect((await project.check(['--no-verdict', 'pass'])).stdout).toContain(
      'no verdict passes, as --no-verdict=pass says',
    )
    expect((await project.check(['--no-verdict=pass'])).exit).toBe(0)
  })

  it('without the scenario in it', async () => {
    using project = await recorded()
    project.write('mmapctl.yml', `${CONFIG}  third: { run: ./prog 3 }\n`)
    const { stdout, exit } = await project.check(['third'])
    expect(exit).toBe(4)
    expect(stdout).toContain('the baseline does not have this scenario\n    → mmapctl baseline update third')
  })

  it('on another machine, unless it is told to compare all the same', async () => {
    using project = await recorded()
    project.write(
      '.mmapctl/baseline.json',
      project.read('.mmapctl/baseline.json').replaceAll(/"cpus": \d+/g, '"cpus": 77'),
    )
    const { stdout, exit } = await project.check(['large'])
    expect(exit).toBe(4)
    expect(stdout).toMatch(/the baseline was recorded elsewhere: CPUs 77 → \d+\n {4}→ mmapctl baseline update large\n/)
    const warned = await project.check(['large', '--on-env-mismatch', 'warn'])
    expect(warned.exit).toBe(0)
    expect(warned.stdout).toMatch(/since the baseline: CPUs 77 → \d+/)
    const ignored = await project.check(['large', '--on-env-mismatch=ignore'])
    expect(ignored).toMatchObject({ exit: 0, stdout: expect.not.stringContaining('CPUs') })
  })

  it('where address randomisation could not be switched off as it was', async () => {
    using project = await recorded()
    const { stdout, exit } = await project.always({ aslr: 'on' }).check(['large'])
    expect(exit).toBe(4)
    expect(stdout).toContain('address randomisation off → on')
  })

  it('of another command', async () => {
    using project = await recorded()
    project.write('mmapctl.yml', CONFIG.replace('large.json', 'other.json'))
    const { stdout, exit } = await project.check(['large'])
    expect(exit).toBe(4)
    expect(stdout).toContain('the baseline is of another command: ./prog large.json')
  })

  it('of polled runs beside an exact baseline', async () => {
    using project = await recorded()
    const { stdout, exit } = await project.always({ fidelity: 'polled' }).check(['help'])
    expect(exit).toBe(4)
    expect(stdout).toContain('the baseline is exact and these runs are polled')
  })

  it('but a broken budget is one, whatever the machine', async () => {
    using project = await recorded()
    project.write(
      '.mmapctl/baseline.json',
      project.read('.mmapctl/baseline.json').replaceAll(/"cpus": \d+/g, '"cpus": 77'),
    )
    expect((await project.always({ metrics: { 'peak-rss': 97 * MIB } }).check(['large'])).exit).toBe(3)
  })

  it('of a program that needs less than half: did it do its work?', async () => {
    using project = await recorded()
    const { stdout, exit } = await project.always({ metrics: { 'peak-rss': 2 * MIB } }).check(['large'])
    expect(exit).toBe(4)
    expect(stdout).toContain('did the program do its work?')
  })
})

describe('a program that races for memory', () => {
  const sizes = [18, 20, 22, 24, 26, 28, 30, 32, 34, 36]

  async function racing(steady: boolean): Promise<GateProject> {
    const project = new GateProject({
      'mmapctl.yml': 'scenarios:\n  threads: { run: ./prog, limits: { peak-rss: +2%+256KiB } }\n',
    })
    project.behaviour = ({ env }, run) => {
      const one = steady && env['MALLOC_ARENA_MAX'] === '1'
      return gateRun({ metrics: { 'peak-rss': (one ? 12 : (sizes[run % 10] ?? 0)) * MIB } })
    }
    await project.update()
    return project
  }

  it('is called unstable, and run again with one arena to see whether that helps', async () => {
    using project = await racing(true)
    const { stdout, exit } = await project.check([])
    expect(exit).toBe(4)
    expect(stdout).toMatch(/too unstable to judge: peak RSS ±\d+ %/)
    expect(stdout).toMatch(/with MALLOC_ARENA_MAX=1 it repeats \(5 runs\): peak RSS ±\d+ % → ±0\.0 %/)
    expect(stdout).toContain('set-env: { MALLOC_ARENA_MAX: 1 }')
    expect(project.requests.filter(({ env }) => env['MALLOC_ARENA_MAX'] === '1')).toHaveLength(5)
  })

  it('is told so too when that does not help', async () => {
    using project = await racing(false)
    const { stdout } = await project.check([])
    expect(stdout).toContain('with MALLOC_ARENA_MAX=1 it does not repeat either')
    expect(stdout).toContain('limits: { peak-rss: none }')
  })

  it('is named when its baseline is recorded', async () => {
    using project = await racing(true)
    const { stdout } = await project.update(['--force'])
    expect(stdout).toMatch(/peak RSS varies by ±\d+ %: too much for its limit/)
  })

  it('is judged once the scenario has the setting', async () => {
    using project = await racing(true)
    project.write('mmapctl.yml', project.read('mmapctl.yml').replace('run:', 'set-env: { MALLOC_ARENA_MAX: 1 }, run:'))
    expect((await project.check([])).stdout).toContain('MALLOC_ARENA_MAX – → 1')
    await project.update()
    expect((await project.check([])).exit).toBe(0)
  })
})

describe('check of a program behind --', () => {
  it('measures it as it would run without, and says that nothing was checked', async () => {
    using project = new GateProject()
    const { stdout, exit } = await project.check(['--', './prog', 'a b', '--json'], { env: { FOO: 'bar' } })
    expect(exit).toBe(4)
    expect(stdout).toContain(
      'no limits, no baseline: nothing was checked\n    → the same command with --max peak-rss=58MiB\n    → the same command with --init\n',
    )
    expect(stdout).toMatch(/^ {4}peak RSS +46\.0 MiB/m)
    expect(project.requests[0]).toMatchObject({ argv: ['./prog', 'a b', '--json'], env: { FOO: 'bar' }, stdin: null })
    project.write('data', '')
    await project.check(['--stdin', 'data', '--', './prog'])
    expect(project.requests[0]?.stdin).toBe(`${project.path}/data`)
  })

  it('holds it to a budget', async () => {
    using project = new GateProject()
    expect((await project.check(['--max', 'peak-rss=50MiB', '--max', 'mappings=60', '--', './prog'])).exit).toBe(0)
    expect((await project.check(['--max', 'peak-rss=50MiB', '--max', 'mappings=50', '--', './prog'])).exit).toBe(3)
  })

  it('compares it with a baseline of its own, without any configuration', async () => {
    using project = new GateProject()
    await project.update(['--', './prog', 'x'])
    expect((await project.check(['--', './prog', 'x'])).exit).toBe(0)
    const { stdout, exit } = await project.always(GROWN).check(['--', './prog', 'x'])
    expect(exit).toBe(3)
    expect(stdout).toContain('mmapctl baseline update -- ./prog x --reason')
  })

  it('keeps apart what has a name', async () => {
    using project = new GateProject()
    await project.update(['--name', 'x', '--', './prog', 'x'])
    expect((await project.check(['--name', 'x', '--', './prog', 'x'])).exit).toBe(0)
    expect((await project.check(['--', './prog', 'x'])).exit).toBe(4)
  })
})

describe('A/B', () => {
  it('runs both in turn, each of them first as often as the other', async () => {
    using project = new GateProject()
    const { stdout, exit } = await project.check(['--against', './old', '--', './prog', 'x'])
    expect(exit).toBe(0)
    expect(order(project)).toBe('old prog old prog prog old old prog')
    expect(stdout).toContain('against ./old x (3 runs in turn)')
    expect(project.requests.every(({ argv }) => argv[1] === 'x')).toBe(true)
  })

  it('extends suspicious runs of both, and fails what grew', async () => {
    using project = new GateProject()
    project.behaviour = ({ argv }) => gateRun(argv[0] === './prog' ? GROWN : {})
    const { stdout, exit } = await project.check(['--against', './old --flag', '--', './prog'])
    expect(exit).toBe(3)
    expect(project.requests.filter(({ argv }) => argv.join(' ') === './old --flag')).toHaveLength(9)
    expect(project.requests.filter(({ argv }) => argv[0] === './prog')).toHaveLength(9)
    expect(stdout).toMatch(/✘ prog: peak RSS 50\.0 MiB, before 46\.0 MiB/)
    expect(stdout).toMatch(/all 64 pairs are higher \(p = 0\.00008\)/)
    expect(stdout).not.toContain('baseline update')
    expect(project.has('.mmapctl')).toBe(false)
  })

  it('runs the scenarios of a configuration in a checkout of the base', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG, 'base/prog': '' })
    using base = new GateProject()
    project.behaviour = ({ cwd }) => gateRun(cwd === project.path ? GROWN : {})
    const { exit } = await project.check(['--against-dir', base.path])
    expect(exit).toBe(3)
    expect(new Set(project.requests.map(({ cwd, argv }) => `${cwd} ${argv.join(' ')}`))).toEqual(
      new Set([base.path, project.path].flatMap((cwd) => [`${cwd} ./prog large.json`, `${cwd} ./prog --help`])),
    )
  })

  it('refuses what would be the same program on both sides', async () => {
    using project = new GateProject()
    const program = `${project.path}/prog`
    project.program('prog')
    using base = new GateProject()
    const refused = async (config: string, directory: string): Promise<string> => {
      project.write('mmapctl.yml', config)
      const { exit, stderr } = await project.check(['--against-dir', directory])
      expect(exit).toBe(2)
      return stderr
    }
    const plain = 'scenarios: { one: { run: ./prog, limits: { peak-rss: +2% } } }'
    for (const itself of ['.', project.path, '../head/']) {
      expect(await refused(plain, itself)).toMatch(/--against-dir \S+ is this checkout itself; give one of the old/)
    }
    const inside = /mmapctl\.yml:2: scenario "one": \S+ is in this checkout, and would be the same on both sides/
    expect(await refused(`scenarios:\n  one: { run: ${program} }`, base.path)).toMatch(inside)
    expect(await refused(`scenarios:\n  one: { run: [sh, --x=${program}] }`, base.path)).toMatch(inside)
    expect(await refused(`scenarios:\n  one: { run: ./prog, set-env: { P: ${project.path} } }`, base.path)).toMatch(
      inside,
    )
    expect(project.requests).toHaveLength(0)
    // A neighbour whose name begins alike is another directory.
    project.write(
      'mmapctl.yml',
      `scenarios: { one: { run: ./prog ${project.path}-data/x, limits: { peak-rss: +2% } } }`,
    )
    expect((await project.check(['--against-dir', base.path])).exit).toBe(0)
  })

  it('says when somebody compares a program with itself', async () => {
    using project = new GateProject()
    const { stdout, exit } = await project.check(['--against', './prog --fast', '--', './prog', '--fast'])
    expect(exit).toBe(0)
    expect(stdout).toContain('note: both sides are the same command: nothing can have grown')
  })

  it('says which side failed', async () => {
    using project = new GateProject()
    project.behaviour = ({ argv }) => gateRun(argv[0] === './old' ? { end: { how: 'exited', status: 3 } } : {})
    const { stdout, exit } = await project.check(['--against', './old', '--', './prog'])
    expect(exit).toBe(5)
    expect(stdout).toContain('✘ prog: the program failed (the old program): it exited with status 3, not 0')
  })
})

describe('a program that fails', () => {
  it.each<[string, RunParts, RegExp]>([
    [
      'exits otherwise',
      { end: { how: 'exited', status: 1 }, said: 'no such file\n' },
      /it exited with status 1, not 0\n[^│]*│ no such file/,
    ],
    ['crashes', { end: { how: 'killed', signal: 'SIGSEGV', oom: false } }, /it was killed by SIGSEGV/],
    ['runs out of memory', { end: { how: 'killed', signal: 'SIGKILL', oom: true } }, /it ran out of memory/],
    ['takes too long', { end: { how: 'timeout', afterMs: 1500 } }, /it was not done after 1\.5 s/],
  ])('that %s: status 5, after the first run', async (_name, parts, said) => {
    using project = await recorded()
    const { stdout, exit } = await project.always(parts).check(['large', '--timeout', '1.5s'])
    expect(exit).toBe(5)
    expect(project.requests).toHaveLength(1)
    expect(project.requests[0]?.timeoutMs).toBe(1500)
    expect(stdout).toMatch(said)
  })

  it('is not one whose status was expected', async () => {
    using project = new GateProject()
    project.always({ end: { how: 'exited', status: 7 } })
    expect((await project.check(['--expect-exit', '7', '--max', 'peak-rss=1GiB', '--', './prog'])).exit).toBe(0)
  })

  it('is not there: 127; may not be executed: 126; without a run', async () => {
    using project = new GateProject({ plain: '' })
    expect(await project.check(['--', './missing'])).toMatchObject({
      exit: 127,
      stdout: expect.stringContaining('there is no program ./missing'),
    })
    expect((await project.check(['--', 'mmapctl-no-such-program'])).exit).toBe(127)
    expect((await project.check(['--', './plain'])).exit).toBe(126)
    expect(project.requests).toHaveLength(0)
  })

  it('goes before everything else in the status of several', async () => {
    using project = await recorded()
    project.behaviour = ({ argv }) => gateRun(argv.includes('--help') ? { end: { how: 'exited', status: 1 } } : GROWN)
    expect((await project.check([])).exit).toBe(5)
    project.behaviour = ({ argv }) => gateRun(argv.includes('--help') ? { metrics: { anon: MIB } } : GROWN)
    expect((await project.check([])).exit).toBe(3)
    project.behaviour = ({ argv }) => gateRun(argv.includes('--help') ? { metrics: { anon: MIB } } : {})
    expect((await project.check([])).exit).toBe(4)
  })
})

describe('where nothing may be measured', () => {
  it('there is no verdict, no baseline and no configuration', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG })
    project.behaviour = () => {
      throw new NotMeasured('neither ptrace nor /proc may be read')
    }
    const said = 'nothing can be measured here: neither ptrace nor /proc may be read'
    expect(await project.check(['large'])).toMatchObject({ exit: 4, stdout: expect.stringContaining(said) })
    expect(await project.update()).toMatchObject({ exit: 4, stdout: expect.stringContaining(said) })
    expect(project.requests).toHaveLength(2)
    expect(project.has('.mmapctl')).toBe(false)
    project.remove('mmapctl.yml')
    expect(await project.check(['--init', '--', './prog'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining(said),
    })
    expect(project.has('mmapctl.yml')).toBe(false)
  })

  it('a program that the system refuses to start is 127 or 126', async () => {
    using project = new GateProject()
    project.behaviour = () => {
      throw new NotStarted('not-executable', 'exec format error')
    }
    expect((await project.check(['--', './prog'])).exit).toBe(126)
  })
})

describe('a server', () => {
  const flags = ['--ready-port', '3000', '--warmup-drive', './load 5', '--drive', './load 20', '--requests', '20']

  it('is driven as the flags say, without a warm-up run, and held to its growth', async () => {
    using project = new GateProject()
    project.behaviour = () => serverRun({ warm: 10 * MIB, after: 10.2 * MIB })
    expect((await project.check([...flags, '--max', 'growth.anon=1MiB', '--', './prog'])).exit).toBe(0)
    expect(project.requests).toHaveLength(3)
    expect(project.requests[0]?.plan).toMatchObject({
      ready: { when: 'port', port: 3000 },
      drive: './load 20',
      stopSignal: 'SIGTERM',
    })
    project.behaviour = () => serverRun({ warm: 10 * MIB, after: 16 * MIB })
    const { stdout, exit } = await project.check([...flags, '--max', 'growth.anon=1MiB', '--', './prog'])
    expect(exit).toBe(3)
    expect(stdout).toContain('growth under load 6.0 MiB, budget 1.0 MiB: 5.0 MiB too much')
    expect(stdout).toMatch(/\+307 KiB per request/)
  })

  it('that is never ready has failed', async () => {
    using project = new GateProject()
    project.behaviour = () => serverRun({ warm: 1, after: 1 }, { failure: { code: 'never-ready', afterMs: 30_000 } })
    const { stdout, exit } = await project.check([...flags, '--', './prog'])
    expect(exit).toBe(5)
    expect(stdout).toContain('it was not ready after 30.0 s')
  })

  it('whose load could not be made has failed', async () => {
    using project = new GateProject()
    project.behaviour = () =>
      serverRun({ warm: 1, after: 1 }, { failure: { code: 'drive-failed', phase: 'load', status: 2 } })
    expect(await project.check([...flags, '--', './prog'])).toMatchObject({
      exit: 5,
      stdout: expect.stringContaining('drive exited with status 2'),
    })
  })
})

describe('check --init', () => {
  it('writes a first configuration with what it measured, which then works', async () => {
    using project = new GateProject()
    const { stdout, exit } = await project.check(['--init', '--', './prog', 'a b', '$x'])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^wrote mmapctl\.yml:\n/)
    expect(project.requests[0]?.env).toEqual({ PATH: '/usr/bin:/bin', HOME: '/home/me', LANG: 'C.UTF-8' })
    await expect(project.read('mmapctl.yml')).toMatchFileSnapshot('../../golden/gate/first-config.yml.txt')
    expect((await project.check([])).exit).toBe(4)
    expect((await project.update()).exit).toBe(0)
    expect((await project.check([])).exit).toBe(0)
    expect(project.requests[0]?.argv).toEqual(['./prog', 'a b', '$x'])
  })

  it('writes how it measured, so that the next run is one of the same program', async () => {
    using project = new GateProject({ input: 'x' })
    await project.check(['--init', '--stdin', 'input', '--timeout', '90s', '--warmup', '2', '--', './prog'])
    const [{ stdin: first, timeoutMs } = { stdin: null, timeoutMs: null }] = project.requests
    expect(timeoutMs).toBe(90_000)
    expect(project.read('mmapctl.yml')).toContain('\n    stdin: input\n    timeout: 90000ms\n    warmup: 2\n')
    await project.check([])
    expect(project.requests.at(-1)).toMatchObject({ stdin: first, timeoutMs })
  })

  it('never overwrites one', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG })
    const { stderr, exit } = await project.check(['--init', '--', './prog'])
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining('mmapctl.yml is there already') })
    expect(project.read('mmapctl.yml')).toBe(CONFIG)
  })

  it('writes nothing for a program that fails', async () => {
    using project = new GateProject()
    const { stderr, exit } = await project
      .always({ end: { how: 'exited', status: 1 }, said: 'boom\n' })
      .check(['--init', '--', './prog'])
    expect(exit).toBe(5)
    expect(stderr).toContain('the program failed: it exited with status 1, not 0; nothing was written\n    │ boom\n')
    expect(project.has('mmapctl.yml')).toBe(false)
  })
})

describe('forms of the report', () => {
  it('go to their files, each behind its --output, and what a person reads to stdout', async () => {
    using project = await recorded()
    const formats = [
      '--format',
      'junit',
      '--output',
      'a.xml',
      '-f',
      'json',
      '-o',
      'a.json',
      '--format=markdown',
      '--output=a.md',
    ]
    const { stdout, exit } = await project.check(formats)
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^✔ large/)
    expect(project.read('a.xml')).toMatch(/^<\?xml/)
    expect(JSON.parse(project.read('a.json'))).toMatchObject({ schema: 'mmapctl/check@1', exit: 0 })
    expect(project.read('a.md')).toMatch(/^### Memory: 2 passed/)
  })

  it('take stdout for themselves when they are documents', async () => {
    using project = await recorded()
    for (const flag of [['--json'], ['--format', 'json']]) {
      const { stdout } = await project.check(flag)
      expect(JSON.parse(stdout)).toMatchObject({ schema: 'mmapctl/check@1' })
    }
    expect((await project.check(['--format', 'bmf'])).stdout).toMatch(/^\{\n {2}"large"/)
  })

  it.each([
    [['--output', 'x'], /--output x has no --format before it/],
    [['-f', 'junit', '-o', 'a', '-o', 'b'], /--output b has no --format before it/],
    [['-f', 'junit', '-f', 'json'], /junit and json would both go to stdout/],
    [['-f', 'pretty', '--json'], /pretty and json would both go to stdout/],
    [['-f', 'sarif'], /pretty, json, junit/],
  ])('%j is refused', async (flags, said) => {
    using project = await recorded()
    const { stderr, exit } = await project.check(flags)
    expect(exit).toBe(2)
    expect(stderr).toMatch(said)
    expect(project.requests).toHaveLength(0)
  })

  it('on GitHub: annotations behind the text, and the job summary', async () => {
    using project = await recorded()
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: `${project.path}/summary`,
      GITHUB_WORKSPACE: project.path,
    }
    project.write('summary', 'before\n')
    const { stdout, exit } = await project.always(GROWN).check(['large'], { env })
    expect(exit).toBe(3)
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(/^::error file=mmapctl\.yml,line=4,title=large takes more memory::peak RSS/),
    ])
    expect(project.read('summary')).toMatch(/^before\n### Memory: 1 failed/)
    const { stdout: json } = await project.check(['large', '--json'], { env })
    expect(JSON.parse(json)).toMatchObject({ exit: 3 })
  })

  it('never makes a summary longer than GitHub takes', async () => {
    using project = await recorded()
    project.write('summary', 'x'.repeat(MIB - 100))
    const env = { GITHUB_STEP_SUMMARY: `${project.path}/summary` }
    expect((await project.check([], { env })).exit).toBe(0)
    expect(project.read('summary').length).toBeLessThanOrEqual(MIB)
    const { stderr, exit } = await project.check([], {
      env: { GITHUB_STEP_SUMMARY: `${project.path}/no/such/summary` },
    })
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'mmapctl: the job summary could not be written: no such file or directory\n',
    })
  })

  it('cannot be written: no answer, whatever the verdict', async () => {
    using project = await recorded()
    const { stderr, exit } = await project.check(['-f', 'json', '-o', '/dev/full'])
    expect(exit).toBe(4)
    expect(stderr).toMatch(/the report could not be written: \/dev\/full: no space left on device/)
  })

  it('leave out what passed with --quiet', async () => {
    using project = await recorded()
    expect((await project.check(['--quiet'])).stdout).toMatch(
      /^2 passed · baseline \d{4}-\d\d-\d\d \(10 runs\) · .*\n$/,
    )
  })
})

describe('a wrong command line or file', () => {
  it.each<[readonly string[], RegExp]>([
    [['lrge'], /no scenario "lrge"; did you mean large\?/],
    [['large', '--', './prog'], /a scenario and a program; give one of them/],
    [['--'], /no program behind --/],
    [['--name', 'x'], /--name goes with a program behind --/],
    [['--config', 'no.yml'], /no\.yml cannot be read: no such file or directory/],
    [['--config', 'mmapctl.yml', '--', './prog'], /--config and a program/],
    [['--init'], /--init needs a program/],
    [['--max', 'peak-rss=256M'], /--max peak-rss does not take "256M"; write it as 4096B/],
    [['--max', 'peakrss=1MiB'], /--max: no metric "peakrss"; did you mean peak-rss\?/],
    [['--max', 'peak-rss'], /--max peak-rss says nothing; write --max peak-rss=…/],
    [['--limit', 'peak-rss=5%'], /--limit peak-rss does not take "5%"/],
    [['--limit', 'swap=+5%'], /--limit swap is not compared with a baseline/],
    [['--limit', 'growth.anon=+1MiB'], /growth\.anon cannot be measured without serve/],
    [['--against', 'a | b', '--', './prog'], /--against cannot be split into words: "\|" is a shell's/],
    [['--runs', '5', '--max-runs', '4'], /--max-runs 4 is less than the 5 runs at first/],
    [['--drive', 'x', '--', './prog'], /--drive is for a server; say when it is ready/],
    [['--ready-port', '1', '--stop', 'SIGFOO', '--', './prog'], /--stop SIGFOO is no signal/],
    [['--ready-log', '(', '--', './prog'], /--ready-log "\(" is no regular expression/],
    [['--ready-url', 'localhost', '--', './prog'], /--ready-url does not take "localhost"; write it as http:/],
    [
      ['--ready-port', '1', '--ready-log', 'x', '--', './prog'],
      /^mmapctl: --ready-\w+=\w cannot also be provided when using --ready-\w+; see/,
    ],
    [['--name', '', '--', './prog'], /--name "" is no name of a scenario; use letters/],
    [['--timeout', '0', '--', './prog'], /--timeout 0 leaves no time at all/],
    [['--stdin', 'no', '--', './prog'], /there is no file no for its stdin/],
    [['--stdin', '.', '--', './prog'], /its stdin .* is a directory/],
    [['--against-dir', 'no'], /--against-dir no: there is no such directory/],
    [['--max', 'mappings=5', '--max', 'mappings=9'], /--max mappings is given twice/],
    [['-f', 'json', '-o', 'no/such'], /--output no\/such cannot be written: there is no such directory/],
    [['-f', 'json', '-o', 'x', '-f', 'junit', '-o', './x'], /two forms would both go to \.\/x/],
    [['--on-env-mismatch', 'maybe'], /no-verdict, warn, ignore/],
  ])('%j: status 2, one line, and nothing is run', async (argv, said) => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG })
    const { stderr, stdout, exit } = await project.check(argv)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(said)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(project.requests).toHaveLength(0)
  })

  it.each<[readonly string[], boolean]>([
    [['--json', 'lrge'], true],
    [['--format', 'json', 'lrge'], true],
    [['-f', 'json', '--no-such-flag'], true],
    [['--format=json', '--format', 'junit', '--output', 'x.xml', 'lrge'], true],
    [['--format', 'json', '--output', 'x.json', 'lrge'], false],
    [['--format', 'junit', 'lrge'], false],
    [['--max', 'nonsense', '--', './prog', '--format', 'json'], false],
  ])('%j: a document about it where JSON goes to stdout', async (argv, isDocument) => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG })
    const { stdout, exit } = await project.check(argv)
    expect(exit).toBe(2)
    if (!isDocument) expect(stdout).toBe('')
    else expect(JSON.parse(stdout)).toMatchObject({ schema: 'mmapctl/error@1', error: { code: expect.any(String) } })
  })

  it('without any configuration says how to begin', async () => {
    using project = new GateProject()
    expect((await project.check([])).stderr).toContain(
      'there is no mmapctl.yml here or above; give a program, as in check -- ./program',
    )
  })

  it('says which directory of a scenario is not there', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG.replace('max:', 'cwd: sub\n    max:') })
    const { stderr, exit } = await project.check([])
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^mmapctl: mmapctl\.yml:\d+: scenario "large": there is no directory sub;/)
  })

  it('is named with its file and line', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG.replace('max:', 'mx:') })
    expect((await project.check([])).stderr).toBe(
      'mmapctl: mmapctl.yml:11: unknown key "mx" in scenario "large"; did you mean max? (see mmapctl check --help)\n',
    )
  })

  it.each([
    ['<<<<<<< HEAD\n{}', /\.mmapctl\/baseline\.json:1: has an unresolved conflict of git/],
    [
      '{"format": 1, "scenarios": {"large": {"metrics": 5}}}',
      /\.mmapctl\/baseline\.json: scenarios\.large\.metrics is 5, not an object/,
    ],
    ['{"format": 9, "scenarios": {}}', /\.mmapctl\/baseline\.json: has format 9; this version reads 1; update mmapctl/],
  ])('is a broken baseline: %j', async (text, said) => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG, '.mmapctl/baseline.json': text })
    const { stderr, exit } = await project.check([])
    expect(exit).toBe(2)
    expect(stderr).toMatch(said)
    expect(project.requests).toHaveLength(0)
  })

  it('may be hidden in a name, and is shown harmlessly', async () => {
    using project = new GateProject({ 'mmapctl.yml': 'scenarios:\n  "a\\e[31m": { run: ./prog }\n' })
    const { stderr } = await project.check([])
    expect(stderr).toBe(
      'mmapctl: mmapctl.yml:2: "a\\x1b[31m" is no name of a scenario; use letters, digits and . _ - / : @ + = (see mmapctl check --help)\n',
    )
  })
})

describe('the configuration', () => {
  it('may be in package.json, JSON, or named, and is found from below', async () => {
    using project = new GateProject({
      'package.json': '{"mmapctl": {"scenarios": {"a": {"run": "./prog", "max": {"mappings": 60}}}}}',
    })
    expect((await project.check([])).exit).toBe(0)
    project.write('mmapctl.json', '{"scenarios": {"b": {"run": "./prog", "max": {"mappings": 50}}}}')
    expect((await project.check([])).exit).toBe(3)
    project.write('sub/other.yml', 'scenarios: { c: { run: ../prog, max: { mappings: 60 } } }')
    expect((await project.check(['--config', 'sub/other.yml'])).stdout).toContain('✔ c')
    expect(project.requests[0]?.cwd).toBe(`${project.path}/sub`)
  })

  it('is doubtful when there are two', async () => {
    using project = new GateProject({ 'mmapctl.yml': CONFIG, '.mmapctl.yml': CONFIG })
    expect((await project.check([])).stderr).toContain('mmapctl.yml and .mmapctl.yml are both there; keep one')
  })

  it('of another kind of package.json is left alone', async () => {
    using project = new GateProject({ 'package.json': '{"keywords": ["mmapctl", ]}' })
    expect((await project.check([])).stderr).toContain('there is no mmapctl.yml here or above')
  })
})
