import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeCapture } from '../../src/cli/capture-write.ts'
import Diff from '../../src/commands/diff.ts'
import Dirty from '../../src/commands/dirty.ts'
import Doctor from '../../src/commands/doctor.ts'
import Maps from '../../src/commands/maps.ts'
import Overcommit from '../../src/commands/overcommit.ts'
import Ps from '../../src/commands/ps.ts'
import Thp from '../../src/commands/thp.ts'
import { temporary } from '../e2e/mmapctl.ts'
import { FakeHost } from '../helpers/fake-host.ts'
import { runCommand } from '../helpers/run-command.ts'

const FILE = 'test/fixtures/captures/redis-before.mmapcap'

test.each([
  ['maps', Maps],
  ['ps', Ps],
  ['thp', Thp],
  ['dirty', Dirty],
  ['overcommit', Overcommit],
  ['doctor', Doctor],
])('%s of a capture says when that was made', async (_, command) => {
  const { stdout, exit } = await runCommand(command, [FILE])
  expect(exit).toBe(0)
  expect(stdout).toMatch(/\b(?:captured|a capture of) 2026-11-20 09:30:00 UTC/)
  const json = await runCommand(command, [FILE, '--json'])
  expect(JSON.parse(json.stdout).host).toMatchObject({ capturedAt: expect.stringMatching(/^2026-11-20T09:30:00\S*Z$/) })
})

test('an OOM rank in a capture is said to be among its processes', async () => {
  const { stdout } = await runCommand(Overcommit, [FILE])
  expect(stdout).toContain('rank 1 of the 1 in the capture')
})

describe('a process in a capture of several', () => {
  const host = new FakeHost()
  const folder = temporary()
  const file = join(folder.path, 'both.mmapcap')
  beforeAll(async () => {
    host.proc.add(42, { sample: 'kinds', comm: 'kinds' }).add(43, { sample: 'ksm', comm: 'merger' })
    const tool = { name: 'mmapctl', version: '0.0.0' }
    const how = { file, tool, basic: false, maxStallMs: 60_000, redact: false }
    await writeCapture(host.trees(), [42, 43], how)
  })
  afterAll(() => {
    host[Symbol.dispose]()
    folder[Symbol.dispose]()
  })

  test('is for the eyes of who made it alone', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('is chosen behind a colon, by PID or name, in each side of a diff', async () => {
    for (const [before, after] of [
      ['42', 'merger'],
      ['kinds', '43'],
    ]) {
      const { stdout, exit } = await runCommand(Diff, [`${file}:${before}`, `${file}:${after}`, '--json'])
      expect(exit).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ before: { pid: 42, file }, after: { pid: 43, file } })
    }
  })

  test('is chosen so in every report', async () => {
    const { stdout } = await runCommand(Maps, [`${file}:merger`, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ target: { pid: 43 } })
  })

  test('must be chosen for a diff, which names all of them', async () => {
    const { stderr, exit } = await runCommand(Diff, [file, `${file}:42`])
    expect(exit).toBe(2)
    expect(stderr).toContain(
      `both.mmapcap holds 2 processes: 42 kinds, 43 merger; diff compares one with one: choose it as in ${file}:42`,
    )
    const none = await runCommand(Diff, [`${file}:44`, `${file}:42`])
    expect(none).toMatchObject({ exit: 4, stderr: expect.stringContaining('not in the capture') })
  })
})

test('diff --after says which side was read before', async () => {
  const { stdout } = await runCommand(Diff, [String(process.pid), '--after', '1ms', '--basic'])
  expect(stdout).toMatch(/^before .* · 1\.0 ms before · live/)
})
