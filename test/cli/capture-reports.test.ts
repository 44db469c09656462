import { expect, test } from 'vitest'
import Dirty from '../../src/commands/dirty.ts'
import Doctor from '../../src/commands/doctor.ts'
import Maps from '../../src/commands/maps.ts'
import Overcommit from '../../src/commands/overcommit.ts'
import Ps from '../../src/commands/ps.ts'
import Thp from '../../src/commands/thp.ts'
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

test('diff --after says which side was read before', async () => {
  const { default: Diff } = await import('../../src/commands/diff.ts')
  const { stdout } = await runCommand(Diff, [String(process.pid), '--after', '1ms', '--basic'])
  expect(stdout).toMatch(/^before .* · 1\.0 ms before · live/)
})
