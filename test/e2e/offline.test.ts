import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { afterAll, describe, expect, test } from 'vitest'
import { ofProcess, REPORTS } from '../helpers/of-process.ts'
import { lines, mmapctl, NOBODYS_PID, ROOT, temporary } from './mmapctl.ts'

const BEFORE = join(ROOT, 'test/fixtures/captures/redis-before.mmapcap')
const AFTER = join(ROOT, 'test/fixtures/captures/redis-after.mmapcap')
const work = temporary()
afterAll(() => work[Symbol.dispose]())

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
for (const name of ['maps', 'diff', 'doctor', 'error']) {
  const schema = JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8')) as AnySchema
  ajv.addSchema(schema, `${name}.schema.json`)
}

function schemaErrors(name: string, text: string): unknown {
  const validate = ajv.getSchema(`${name}.schema.json`)
  if (validate === undefined) throw new Error(`no schema ${name}`)
  return validate(JSON.parse(text)) === true ? [] : validate.errors?.slice(0, 5)
}

describe('a capture', () => {
  test('of our own process answers as the process did, and holds nothing that was not asked for', async () => {
    const file = join(work.path, 'own.mmapcap')
    const made = await mmapctl(['capture', String(process.pid), '-o', file, '-q'])
    expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' })
    const report = await mmapctl(['maps', file, '--json'])
    expect(JSON.parse(report.stdout)).toMatchObject({ target: { pid: process.pid }, depth: 'smaps' })
    const shown = await mmapctl(['capture', '--show', file])
    expect(shown.stdout).toContain(`proc/${process.pid}/smaps`)
    expect(shown.stdout).not.toContain('environ')
  })

  test('gives every report what the stopped process gave it, but for what the host does meanwhile', async () => {
    const { spawn } = await import('node:child_process')
    const child = spawn('sleep', ['600'], { stdio: 'ignore' })
    const pid = String(child.pid)
    const file = join(work.path, 'stopped.mmapcap')
    try {
      child.kill('SIGSTOP')
      expect((await mmapctl(['capture', pid, '-o', file, '-q'])).status).toBe(0)
      for (const [command, ...flags] of REPORTS) {
        const [live, captured] = await Promise.all(
          [pid, file].map(async (target) => {
            const { stdout, stderr, status } = await mmapctl([command, target, '--json', ...flags])
            expect({ command, target, status, stderr }).toEqual({ command, target, status: 0, stderr: '' })
            const report = JSON.parse(stdout) as { processes?: unknown }
            return ofProcess(report.processes ?? report)
          }),
        )
        expect({ command, report: captured }).toEqual({ command, report: live })
      }
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)

  test('redacted has no name of ours in it, and the same figures', async () => {
    const [plain, hashed] = [join(work.path, 'p.mmapcap'), join(work.path, 'r.mmapcap')]
    await mmapctl(['capture', String(process.pid), '-o', plain, '-q'])
    await mmapctl(['capture', String(process.pid), '-o', hashed, '-q', '--redact'])
    const { gunzipSync } = await import('node:zlib')
    const bytes = gunzipSync(readFileSync(hashed)).toString('latin1')
    expect(bytes).not.toContain(ROOT)
    expect(bytes).not.toContain(process.execPath)
    const kinds = async (file: string) => {
      const { groups } = JSON.parse((await mmapctl(['maps', file, '--json'])).stdout) as {
        groups: { key: string; mappings: number }[]
      }
      return groups.map(({ key }) => key).sort()
    }
    expect(await kinds(hashed)).toEqual(await kinds(plain))
  })

  test('is refused in a line of ours where its file cannot be, before the process is looked for', async () => {
    using folder = temporary()
    const notes = join(folder.path, 'notes.txt')
    writeFileSync(notes, 'mine')
    for (const [file, why] of [
      [join(folder.path, 'no/such.mmapcap'), 'there is no such directory'],
      [folder.path, 'it is a directory'],
      [`${notes}/x`, 'a part of its path is no directory'],
      ['/proc/x.mmapcap', 'no files can be made there'],
      [notes, 'is a file, and no capture'],
    ] as const) {
      const { status, stderr } = await mmapctl(['capture', String(NOBODYS_PID), '-o', file])
      expect({ file, status, lines: lines(stderr).length }).toEqual({ file, status: 2, lines: 1 })
      expect(stderr).toContain(why)
      expect(stderr).not.toMatch(/E[A-Z]{4,}|\.\d+['\s]/)
    }
    expect(folder.entries()).toEqual(['notes.txt'])
    expect(readFileSync(notes, 'utf8')).toBe('mine')
  })

  test.each([
    [['capture', '1']],
    [['capture', BEFORE, '-o', 'x']],
    [['capture', '--host', '1', '-o', 'x']],
    [['maps', BEFORE, AFTER]],
    [['maps', BEFORE, '--procfs', '/proc']],
  ])('%j is refused', async (args) => {
    const { status, stderr } = await mmapctl(args)
    expect({ status, lines: lines(stderr).length }).toEqual({ status: 2, lines: 1 })
  })
})

describe('diff', () => {
  test('fits its schema, and its sums are the totals', async () => {
    const { stdout, status } = await mmapctl(['diff', BEFORE, AFTER, '--json'])
    expect(status).toBe(0)
    expect(schemaErrors('diff', stdout)).toEqual([])
    const { totals, mappings } = JSON.parse(stdout) as {
      totals: { rss: { delta: number } }
      mappings: { rss: { delta: number } }[]
    }
    expect(mappings.reduce((sum, { rss }) => sum + rss.delta, 0)).toBe(totals.rss.delta)
  })

  test('fails on what was exceeded, and only then', async () => {
    expect((await mmapctl(['diff', BEFORE, AFTER, '--fail-on', 'anon > +10%'])).status).toBe(3)
    expect((await mmapctl(['diff', AFTER, BEFORE, '--fail-on', 'anon > +10%'])).status).toBe(0)
    expect((await mmapctl(['diff', BEFORE, AFTER, '--basic', '--fail-on', 'rss > +10%'])).status).toBe(4)
  })

  test('of one process at two moments', async () => {
    const { stdout, status } = await mmapctl(['diff', 'self', '--after', '10ms'])
    expect(status).toBe(0)
    expect(stdout).toContain('one process at two moments')
  })

  test.each([
    [['diff']],
    [['diff', BEFORE]],
    [['diff', BEFORE, AFTER, '--after', '1s']],
    [['diff', BEFORE, '--after', '1s']],
  ])('%j is refused', async (args) => {
    const { status, stderr } = await mmapctl(args)
    expect({ status, lines: lines(stderr).length }).toEqual({ status: 2, lines: 1 })
  })
})

describe('doctor', () => {
  test('fits its schema, live and from a capture', async () => {
    for (const target of [String(process.pid), BEFORE]) {
      const { stdout, status } = await mmapctl(['doctor', target, '--json', '--interval', '0'])
      expect(status).toBe(0)
      expect(schemaErrors('doctor', stdout)).toEqual([])
    }
  })

  test('finds the writable code of a Node process, and fails on it when asked to', async () => {
    const { spawn } = await import('node:child_process')
    const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      const args = [
        'doctor',
        String(child.pid),
        '--interval',
        '0',
        '--rules',
        'writable-executable,executable-anonymous',
      ]
      const { stdout } = await mmapctl([...args, '--json'])
      const { processes } = JSON.parse(stdout) as { processes: { findings: { rule: string }[]; clear: string[] }[] }
      const [checked] = processes
      expect([...(checked?.findings.map(({ rule }) => rule) ?? []), ...(checked?.clear ?? [])].sort()).toEqual([
        'executable-anonymous',
        'writable-executable',
      ])
    } finally {
      child.kill()
    }
  })

  test('says which rule it does not know', async () => {
    const { status, stderr } = await mmapctl(['doctor', '--ignore', 'maping-count'])
    expect({ status, near: stderr.includes('mapping-count') }).toEqual({ status: 2, near: true })
  })
})

describe('watch', () => {
  test('writes a line a sample in a pipe, and ends in time', async () => {
    const { stdout, stderr, status } = await mmapctl([
      'watch',
      String(process.pid),
      '--for',
      '2s',
      '--interval',
      '100ms',
    ])
    expect(status).toBe(0)
    expect(lines(stdout).length).toBeGreaterThan(2)
    expect(stderr).toContain('growth: too early to tell')
  })

  test('cannot tell growth from a few samples, and says so with status 4', async () => {
    const { status } = await mmapctl(['watch', String(process.pid), '--for', '200ms', '--fail-on-growth', '1MiB/min'])
    expect(status).toBe(4)
  })

  test.each([[['watch', '1', '--fail-on-growth', '1MB/min']], [['watch', '1', '--interval', '1ms']]])(
    '%j is refused',
    async (args) => {
      const { status, stderr } = await mmapctl(args)
      expect({ status, lines: lines(stderr).length }).toEqual({ status: 2, lines: 1 })
    },
  )
})
