import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { BIN, lines, mmapctl, NODE, run, shell, temporary } from '../e2e/mmapctl.ts'
import { faultProgram } from './faults-run.ts'
import { liveTest } from './requirements.ts'
import { asNobody, publicCopy } from './unprivileged.ts'

describe('a command line that cannot be answered runs nothing', () => {
  liveTest('files that cannot be written', {}, async () => {
    using folder = temporary()
    const file = join(folder.path, 'file')
    writeFileSync(file, 'mine\n')
    const link = join(folder.path, 'sub/../file')
    mkdirSync(join(folder.path, 'sub'))
    for (const flags of [
      ['--output', '/nowhere/at/all'],
      ['--folded', '/nowhere/at/all'],
      ['--output', folder.path],
      ['--output', `${file}/below`],
      ['--output', `${join(folder.path, 'new')}/`],
      ['--stdout', '/nowhere/at/all'],
      ['--output', file, '--folded', link],
      ['--output', join(folder.path, 'new'), '--stdout', join(folder.path, 'sub/../new')],
    ]) {
      const ended = await mmapctl(['faults', '--backend', 'perf', ...flags, '--', 'touch', join(folder.path, 'ran')])
      expect(ended.status, flags.join(' ')).toBe(2)
      expect(lines(ended.stderr)).toHaveLength(1)
    }
    expect(folder.entries()).toEqual(['file', 'sub'])
    expect(readFileSync(file, 'utf8')).toBe('mine\n')
  })

  liveTest('a file of somebody else in a sticky directory', { needs: ['root'] }, async () => {
    using folder = temporary()
    chmodSync(folder.path, 0o1777)
    const file = join(folder.path, 'file')
    writeFileSync(file, 'mine\n')
    using copy = publicCopy()
    expect(await asNobody(copy, ['faults', '--output', file, '--', 'echo', 'ran'])).toMatchObject({
      status: 2,
      stdout: '',
    })
    expect(folder.entries()).toEqual(['file'])
  })

  liveTest('a watch that lasts for no time', {}, async () => {
    for (const time of ['0', '0s', '0.1ms']) {
      const ended = await mmapctl(['faults', '--pid', String(process.pid), '--duration', time])
      expect(ended).toMatchObject({ status: 2, stdout: '' })
      expect(ended.stderr).toContain('--duration')
    }
  })
})

describe('a report that is lost', () => {
  const lost = '2>/dev/full'

  liveTest('is status 4, unless the program itself has failed', {}, async () => {
    expect((await shell(`mmapctl faults -- echo mine ${lost}`)).status).toBe(4)
    expect((await shell(`mmapctl faults -- sh -c 'exit 3' ${lost}`)).status).toBe(3)
    expect((await shell(`mmapctl faults -- sh -c 'kill -TERM $$' ${lost}`)).status).toBe(143)
  })

  liveTest('is said where it can be', {}, async () => {
    for (const flags of ['--output /dev/full', '--json --stdout /dev/null']) {
      const { status, stderr } = await shell(`mmapctl faults ${flags} -- true >/dev/full`)
      expect({ flags, status }).toEqual({ flags, status: 4 })
      expect(stderr).toMatch(/the report could not be written: .*no space left on device/)
    }
  })

  liveTest('does not take the rest of the answer with it', { needs: ['perf'] }, async () => {
    const { status, stderr } = await mmapctl(['faults', '--folded', '/dev/full', '--', 'true'])
    expect(status).toBe(4)
    expect(stderr).toMatch(/^faults +\d/m)
    expect(stderr).toMatch(/the report could not be written: .*no space left on device/)
  })

  liveTest('because nobody reads it is no failure of ours, and none of the program’s is hidden', {}, async () => {
    const script = `'${NODE}' '${BIN}' faults --json -- sh -c 'sleep 0.3; exit 7' 2>&1 >/dev/null | true; echo "\${PIPESTATUS[0]}"`
    expect((await run('bash', ['-c', script])).stdout).toBe('7\n')
  })
})

liveTest('--quiet leaves the figures', { needs: ['gcc'] }, async () => {
  for (const flags of [[], ['--backend', 'proc'], ['--repeat', '2']]) {
    const { stderr } = await mmapctl(['faults', '--quiet', ...flags, '--', faultProgram('touch'), '1000'])
    const rest = lines(stderr).filter((line) => !/^ *[a-z][\w ,/-]* {2,}(?:[≈≥<] ?)?\d/i.test(line))
    expect(rest).toEqual([])
    expect(lines(stderr).length).toBeGreaterThan(3)
  }
})

liveTest('runs that all failed are said to have', {}, async () => {
  const { stderr, status } = await mmapctl(['faults', '--repeat', '3', '--backend', 'proc', '--', 'sh', '-c', 'exit 6'])
  expect(status).toBe(6)
  expect(stderr).toContain('exit 6 (3 runs) · none succeeded, figures of one of them')
})
