import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mmapctl, temporary } from './mmapctl.ts'

test('doctor heeds the configuration of the project that it is called in, and says so', async () => {
  using project = temporary()
  mkdirSync(join(project.path, '.git'))
  mkdirSync(join(project.path, 'below'))
  const lines = [
    'doctor:',
    '  ignore:',
    '    loss-window: the data can be made again',
    '  rules: [loss-window, memory-stall]',
  ]
  writeFileSync(join(project.path, 'mmapctl.yml'), `${lines.join('\n')}\n`)
  const cwd = join(project.path, 'below')
  const { status, stdout, stderr } = await mmapctl(['doctor', '--interval', '0'], { cwd })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('ignored  loss-window by ../mmapctl.yml:3: the data can be made again\n')
  expect(stdout).toMatch(/^host: (?:nothing wrong|1 finding \(1 high\)) in 1 check$|nothing could be checked/m)
  const broken = await mmapctl(['doctor', '--config', '../mmapctl.yml', '--rules', 'loss-windo'], { cwd })
  expect(broken).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean loss-window?') })
})
