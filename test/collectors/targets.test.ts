import { afterAll, describe, expect, it } from 'vitest'
import { resolveTargets, type TargetQuery } from '../../src/collectors/targets.ts'
import { type Failure, FailureError } from '../../src/model/failure.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { FakeProc } from '../helpers/fake-proc.ts'

const proc = new FakeProc()
proc
  .add(1, { comm: 'init', ppid: 0, cgroup: '/' })
  .add(10, {
    comm: 'server',
    ppid: 1,
    cmdline: ['/opt/server', '--port', '80'],
    exe: '/opt/server-bin',
    cgroup: '/web/a',
  })
  .add(11, {
    comm: 'worker',
    ppid: 10,
    cmdline: ['server: worker 1'],
    exe: '/opt/server-bin (deleted)',
    cgroup: '/web/a/b',
  })
  .add(12, { comm: 'worker', ppid: 10, cmdline: ['server: worker 2'], exe: '/opt/server-bin', cgroup: '/website' })
  .add(13, { comm: 'helper', ppid: 12, cmdline: ['caf\xc3\xa9'] })
  .add(14, { comm: 'caf\xc3\xa9', ppid: 1, cmdline: [] })
afterAll(() => proc[Symbol.dispose]())

const NOBODY: TargetQuery = { words: [], pgrep: null, cgroup: null, children: false, all: false }

function pids(query: Partial<TargetQuery>): readonly number[] {
  return resolveTargets(proc.trees(), { ...NOBODY, ...query }).pids
}

function failure(query: Partial<TargetQuery>): Failure {
  try {
    pids(query)
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
  throw new Error('found')
}

describe('a TARGET', () => {
  it('is a PID, whether or not there is such a process', () => {
    expect(pids({ words: ['10', '999'] })).toEqual([10, 999])
  })

  it('is the name of the main thread, exactly', () => {
    expect(pids({ words: ['server'] })).toEqual([10])
    expect(failure({ words: ['serv'] }).code).toBe('no-such-name')
  })

  it('is the base name of the executable, also of one that was replaced', () => {
    expect(pids({ words: ['server-bin'], all: true })).toEqual([10, 11, 12])
  })

  it('is a name in UTF-8', () => {
    expect(pids({ words: ['café'] })).toEqual([14])
  })

  it('that fits several is refused with all of them, unless all are asked for', () => {
    expect(failure({ words: ['worker'] })).toEqual({
      code: 'ambiguous',
      name: 'worker',
      candidates: [
        { pid: 11, comm: 'worker', cmdline: ['server: worker 1'] },
        { pid: 12, comm: 'worker', cmdline: ['server: worker 2'] },
      ],
    })
    expect(pids({ words: ['worker'], all: true })).toEqual([11, 12])
  })

  it('that fits none is refused with what may have been meant', () => {
    expect(failure({ words: ['workr'] })).toEqual({
      code: 'no-such-name',
      name: 'workr',
      similar: ['worker'],
      capture: false,
    })
    expect(failure({ words: ['zzzzzz'] })).toEqual({
      code: 'no-such-name',
      name: 'zzzzzz',
      similar: [],
      capture: false,
    })
  })

  it('asked for twice is one process', () => {
    expect(pids({ words: ['10', 'server', '10'] })).toEqual([10])
  })

  it('self is nobody in the procfs of another host', () => {
    expect(failure({ words: ['self'] }).code).toBe('no-match')
  })
})

describe('--pgrep', () => {
  it('matches the command line, arguments joined by spaces', () => {
    expect(pids({ pgrep: /^\/opt\/server --port 80$/u })).toEqual([10])
    expect(pids({ pgrep: /caf.$/u })).toEqual([13])
  })

  it('that fits several or none is refused', () => {
    expect(failure({ pgrep: /worker/u }).code).toBe('ambiguous')
    expect(pids({ pgrep: /worker/u, all: true })).toEqual([11, 12])
    expect(failure({ pgrep: /nothing/u })).toEqual({ code: 'no-match', what: '--pgrep nothing' })
  })
})

describe('--cgroup', () => {
  it.each(['/web', 'web', '/web/', '/sys/fs/cgroup/web'])(
    '%s has its processes and those below it, not /website',
    (cgroup) => {
      expect(pids({ cgroup })).toEqual([10, 11])
    },
  )

  it('/ has all', () => {
    expect(pids({ cgroup: '/' })).toEqual([1, 10, 11, 12, 13, 14])
  })

  it('without processes is refused, with what it may have been', () => {
    const typo = { code: 'empty-cgroup', path: '/nobody', exists: null, similar: [] }
    expect(failure({ cgroup: '/nobody' })).toEqual(typo)
    expect(failure({ cgroup: '/web/c' })).toEqual({ ...typo, path: '/web/c', similar: ['/web/a'] })
  })

  it('tells an empty cgroup from one that is not there', () => {
    using host = new FakeHost('v2').cgroup('v2', 'empty')
    const exists = (cgroup: string): unknown => {
      try {
        return resolveTargets(host.trees(), { ...NOBODY, cgroup })
      } catch (error) {
        return error instanceof FailureError && error.failure.code === 'empty-cgroup' ? error.failure.exists : error
      }
    }
    expect([exists('/empty'), exists('/nope')]).toEqual([true, false])
  })
})

describe('--children', () => {
  it('adds all descendants, each once', () => {
    expect(pids({ words: ['10'], children: true })).toEqual([10, 11, 12, 13])
    expect(pids({ words: ['12', '10'], children: true })).toEqual([12, 10, 13, 11])
  })

  it('adds none to a process without any', () => {
    expect(pids({ words: ['13'], children: true })).toEqual([13])
  })
})
