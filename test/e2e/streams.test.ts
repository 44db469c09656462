import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  BIN,
  has,
  JAVA_PID,
  JAVA_PROCFS,
  lines,
  mmapctl,
  NOBODYS_PID,
  NODE,
  ROOT,
  run,
  shell,
  sleeper,
} from './mmapctl.ts'

const JAVA = ['maps', String(JAVA_PID), '--procfs', JAVA_PROCFS] as const
const ESCAPE = '\u001b['
/** Linux gives a pipe this much room. */
const PIPE_BUFFER = 64 * 1024

describe('output', () => {
  test('longer than a pipe holds arrives whole, also with a status other than 0', async () => {
    const all = ['maps', String(JAVA_PID), String(NOBODYS_PID), '--procfs', JAVA_PROCFS, '--json']
    const { status, stdout, stderr } = await shell(`mmapctl ${all.join(' ')} | (sleep 1; cat); exit \${PIPESTATUS[0]}`)
    expect(status).toBe(4)
    expect(stdout.length).toBeGreaterThan(PIPE_BUFFER)
    const set = JSON.parse(stdout) as { reports: { target: { pid: number } }[] }
    expect(set.reports.map((report) => report.target.pid)).toEqual([JAVA_PID])
    expect(lines(stderr)).toHaveLength(1)
  })

  test('TARGETs keep their order, with flags between them', async () => {
    using first = sleeper()
    using second = sleeper()
    const orders = [
      [first.pid, second.pid],
      [second.pid, first.pid],
    ] as const
    for (const [one, other] of orders) {
      const { stdout } = await mmapctl(['maps', String(one), '--limit', '1', String(other), '--json'])
      const set = JSON.parse(stdout) as { reports: { target: { pid: number } }[] }
      expect(set.reports.map((report) => report.target.pid)).toEqual([one, other])
    }
  })

  test('a reader that leaves ends it quietly and at once', async () => {
    const from = performance.now()
    const { status, stdout, stderr } = await shell(`mmapctl ${JAVA.join(' ')} --json | head -1; exit \${PIPESTATUS[0]}`)
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{\n', stderr: '' })
    expect(performance.now() - from).toBeLessThan(10_000)
  })

  test('help to a reader that leaves', async () => {
    const { stderr } = await shell('mmapctl maps --help | head -1')
    expect(stderr).toBe('')
  })

  test('closed standard output and error are no crash', async () => {
    const closed = await shell(`mmapctl ${JAVA.join(' ')} >&-`)
    expect(closed).toMatchObject({ status: 0, stdout: '', stderr: '' })
    const silent = await shell(`mmapctl maps ${NOBODYS_PID} 2>&-`)
    expect(silent).toMatchObject({ status: 4, stdout: '' })
  })

  test('a full disk is told in one line, with status 4', async () => {
    for (const args of [JAVA.join(' '), `${JAVA.join(' ')} --json`, 'maps --help', '--help']) {
      const { status, stderr } = await shell(`mmapctl ${args} > /dev/full`)
      expect({ args, status }).toEqual({ args, status: 4 })
      expect(lines(stderr)).toHaveLength(1)
      expect(stderr).toMatch(/could not be written: no space left on device/)
    }
  })

  test('messages that cannot be shown do not keep the report back', async () => {
    const { status, stdout } = await shell('mmapctl maps self 2> /dev/full')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^PID \d+ · bash/)
  })

  test('Ctrl-C ends it at once and without a word', async () => {
    const child = spawn(NODE, [BIN, ...JAVA, '--json'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    // Its output is longer than a pipe holds and nobody reads it, so that it is still at work when the signal comes.
    await once(child.stdout, 'readable')
    child.kill('SIGINT')
    const [status, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect({ status, signal, stderr }).toEqual({ status: null, signal: 'SIGINT', stderr: '' })
  })
})

describe('colours', () => {
  const coloured = async (env: Record<string, string>, flags: readonly string[] = []): Promise<boolean> => {
    const { stdout } = await mmapctl([...JAVA, ...flags], { env })
    return stdout.includes(ESCAPE)
  }

  test('a pipe gets none, unless it is told so', async () => {
    expect(await coloured({})).toBe(false)
    expect(await coloured({}, ['--color', 'always'])).toBe(true)
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured({ FORCE_COLOR: '0' })).toBe(false)
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await coloured({ FORCE_COLOR: '1' }, ['--color', 'never'])).toBe(false)
    expect(await coloured({ NO_COLOR: '1' }, ['--color', 'always'])).toBe(true)
  })

  test('a terminal gets them, unless it cannot or may not show them', async (context) => {
    if (!has('script')) return context.skip('needs script of util-linux')
    const onTerminal = async (env: Record<string, string>, flags = ''): Promise<string> => {
      const command = `stty cols 100; '${NODE}' '${BIN}' ${JAVA.join(' ')} ${flags}`
      const { status, stdout } = await run('script', ['-qec', command, '/dev/null'], { env })
      expect(status).toBe(0)
      return stdout
    }
    expect(await onTerminal({})).toContain(ESCAPE)
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain(ESCAPE)
    expect(await onTerminal({ NO_COLOR: '' })).toContain(ESCAPE)
    expect(await onTerminal({ TERM: 'dumb' })).not.toContain(ESCAPE)
    expect(await onTerminal({ FORCE_COLOR: '1', TERM: 'dumb' })).toContain(ESCAPE)
    expect(await onTerminal({}, '--color never')).not.toContain(ESCAPE)
    const plain = await onTerminal({ NO_COLOR: '1' })
    const rows = plain.split('\r\n').filter((line) => /^ *[0-9a-f]{12} /.test(line))
    expect(rows.length).toBeGreaterThan(50)
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(100)
  })

  test('a narrow one gets no line that it would break', async (context) => {
    if (!has('script')) return context.skip('needs script of util-linux')
    const one = `${JAVA_PID} --procfs ${JAVA_PROCFS}`
    const commands = [
      `maps ${one}`,
      `maps ${one} --flags --gaps --limit 2`,
      `maps ${one} --group-by path`,
      `ps ${one}`,
      `overcommit ${one}`,
      `dirty ${one}`,
      `faults --quiet -- true`,
    ]
    const each = commands.map((command) => `'${NODE}' '${BIN}' ${command} || exit 1`)
    const { status, stdout } = await run('script', ['-qec', ['stty cols 60', ...each].join('; '), '/dev/null'], {
      env: { NO_COLOR: '1' },
    })
    expect(status).toBe(0)
    const wide = stdout.split('\r\n').filter((line) => line.replaceAll(/\r.*\x1b\[K/g, '').length > 60)
    expect(wide).toEqual([])
  })
})
