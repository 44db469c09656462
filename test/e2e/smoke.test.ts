import { describe, expect, test } from 'vitest'
import pjson from '../../package.json' with { type: 'json' }
import { JAVA_PID, JAVA_PROCFS, lines, mmapctl, NOBODYS_PID } from './mmapctl.ts'

describe('the command starts and answers', () => {
  test('--version', async () => {
    for (const flag of ['--version', '-V']) {
      const { status, stdout, stderr } = await mmapctl([flag])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toBe(`mmapctl/${pjson.version} linux-${process.arch} node-${process.version}\n`)
    }
  })

  test('--help, help, and help of a command', async () => {
    for (const args of [['--help'], ['-h'], ['help'], []]) {
      const { status, stdout, stderr } = await mmapctl(args)
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
      expect(stdout).toContain('maps')
    }
    for (const args of [
      ['maps', '--help'],
      ['maps', '-h'],
      ['help', 'maps'],
    ]) {
      const { status, stdout, stderr } = await mmapctl(args)
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
      expect(stdout).toContain('$ mmapctl maps TARGET... [FLAGS]')
      expect(stdout).not.toContain('[default: ]')
    }
  })

  test('maps self: the process that called it, here this one', async () => {
    const { status, stdout, stderr } = await mmapctl(['maps', 'self'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: `self is process ${process.pid}\n` })
    expect(stdout).toMatch(new RegExp(`^PID ${process.pid} · `))
    expect(stdout).toMatch(/^RSS \d/m)
  })

  test('maps --json of a live process is one document', async () => {
    const { status, stdout } = await mmapctl(['maps', String(process.pid), '--json'])
    const report = JSON.parse(stdout) as { schema: string; totals: { rss: number; mappings: number }; mappings: [] }
    expect(status).toBe(0)
    expect(report.schema).toBe('mmapctl/maps@1')
    expect(report.totals.rss).toBeGreaterThan(10_000_000)
    expect(report.mappings.length).toBeGreaterThan(50)
  })

  test('another host’s procfs', async () => {
    const { status, stdout, stderr } = await mmapctl(['maps', String(JAVA_PID), '--procfs', JAVA_PROCFS])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('RSS 142 MiB = 112 MiB anon + 30.3 MiB file + 0 B shmem, peak 143 MiB\n')
  })

  test('a process that is not there: status 4 and one line', async () => {
    const { status, stdout, stderr } = await mmapctl(['maps', String(NOBODYS_PID)])
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
    expect(lines(stderr)).toEqual([`mmapctl: no process ${NOBODYS_PID}: it has ended, or never was`])
  })
})
