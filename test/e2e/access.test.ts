import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { has, lines, mmapctl, NODE, ROOT, run, sleeper, temporary } from './mmapctl.ts'

const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--']

/** The command where any user may read it. */
function readableCopy(): { readonly bin: string } & Disposable {
  const folder = temporary()
  for (const part of ['package.json', 'oclif.manifest.json', 'bin', 'dist']) {
    cpSync(join(ROOT, part), join(folder.path, part), { recursive: true })
  }
  for (const entry of ['', ...folder.entries()]) {
    const path = join(folder.path, entry)
    chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
  }
  return { bin: join(folder.path, 'bin/run.cjs'), [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

function isRoot(): boolean {
  return process.geteuid?.() === 0
}

describe('a list in which others’ processes are', () => {
  test('shows what everybody may read of them, says what is missing, and is an answer', async (context) => {
    if (!isRoot()) return context.skip('needs root')
    if (!has('setpriv')) return context.skip('needs setpriv of util-linux')
    using copy = readableCopy()
    using target = sleeper()
    const asNobody = (...args: string[]) => run('setpriv', [...AS_NOBODY, NODE, copy.bin, 'ps', ...args], { cwd: '/' })

    const text = await asNobody('--columns', 'pid,pss,rss,name')
    expect(text.status, text.stderr).toBe(0)
    expect(text.stdout).toMatch(new RegExp(`^ *${target.pid} +– +[\\d.]+ [KM]iB +sleep$`, 'm'))
    expect(text.stdout).toMatch(/^– is unknown: \d+ processes need ptrace access, RSS .* at most in all$/m)

    const json = JSON.parse((await asNobody('--json')).stdout)
    const row = json.processes.find((each: { pid: number }) => each.pid === target.pid)
    expect(row).toMatchObject({ pss: null, user: 'root', unavailable: { pss: 'needs ptrace access to the process' } })
    expect(row.rss).toBeGreaterThan(0)
    // Its own process is one that it may read.
    expect(json.counts.walked).toBeGreaterThanOrEqual(1)
    expect(json.counts.denied).toBeGreaterThanOrEqual(1)
    expect(json.totals.sums.pss).toBeNull()
    expect(json.totals.atLeast.pss).toBeGreaterThan(0)

    const asked = await asNobody(String(target.pid))
    expect(asked.status).toBe(4)
    expect(asked.stderr).toMatch(/does not let you read its mappings: ptrace access is needed/)
    expect((await asNobody(String(target.pid), '--columns', 'pid,rss')).status).toBe(0)
  })

  test('says that others are hidden', async (context) => {
    if (!isRoot()) return context.skip('needs root')
    const inside = (script: string) => run('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script])
    if ((await inside('true')).status !== 0) return context.skip('needs a mount namespace of its own')
    const mounted = await inside('mount -t proc -o hidepid=2 proc /proc')
    if (mounted.status !== 0) return context.skip('this procfs cannot be mounted with hidepid')
    using copy = readableCopy()
    for (const [hidepid, words] of [
      [1, /^\d+ processes hidden from you: \/proc is mounted with hidepid$/m],
      [2, /^not all processes of the host are visible here/m],
    ] as const) {
      const { status, stdout, stderr } = await inside(
        `mount -t proc -o hidepid=${hidepid} proc /proc && cd / && ` +
          `exec setpriv ${AS_NOBODY.join(' ')} '${NODE}' '${copy.bin}' ps`,
      )
      expect({ hidepid, status, stderr }).toEqual({ hidepid, status: 0, stderr: '' })
      expect(stdout).toMatch(words)
    }
  })
})

describe('somebody else’s process', () => {
  test('shows what every user may read, status 4, and one line that says what is missing', async (context) => {
    if (!isRoot()) return context.skip('needs root')
    if (!has('setpriv')) return context.skip('needs setpriv of util-linux')
    using copy = readableCopy()
    using target = sleeper()
    const asNobody = (...args: string[]) => run('setpriv', [...AS_NOBODY, NODE, copy.bin, ...args], { cwd: '/' })

    const text = await asNobody('maps', String(target.pid))
    expect(text.status).toBe(4)
    expect(lines(text.stderr)).toHaveLength(1)
    expect(text.stderr).toMatch(/does not let you read its mappings: ptrace access is needed; run as root/)
    expect(text.stdout).toMatch(/^RSS \d/m)
    expect(text.stdout).toMatch(/^PSS – /m)
    expect(text.stdout).toContain('– is unknown: needs ptrace access to the process')

    const json = await asNobody('maps', String(target.pid), '--json')
    expect(json.status).toBe(4)
    const report = JSON.parse(json.stdout) as Record<string, Record<string, unknown>>
    expect(report).toMatchObject({ schema: 'mmapctl/maps@1', partial: true, depth: null, mappings: [] })
    expect(report['totals']).toMatchObject({ pss: null, uss: null })
    expect(report['totals']?.['rss']).toBeGreaterThan(0)
    expect(report['unavailable']?.['pss']).toBe('needs ptrace access to the process')
  })

  test('hidden by hidepid', async (context) => {
    if (!isRoot()) return context.skip('needs root')
    const inside = (script: string) => run('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script])
    if ((await inside('true')).status !== 0) return context.skip('needs a mount namespace of its own')
    const mounted = await inside('mount -t proc -o hidepid=2 proc /proc')
    if (mounted.status !== 0) return context.skip('this procfs cannot be mounted with hidepid')

    using copy = readableCopy()
    using target = sleeper()
    for (const hidepid of [1, 2]) {
      const { status, stdout, stderr } = await inside(
        `mount -t proc -o hidepid=${hidepid} proc /proc && cd / && ` +
          `exec setpriv ${AS_NOBODY.join(' ')} '${NODE}' '${copy.bin}' maps ${target.pid}`,
      )
      expect({ hidepid, status, stdout }).toEqual({ hidepid, status: 4, stdout: '' })
      expect(lines(stderr)).toHaveLength(1)
      expect(stderr).toMatch(/is hidden from you/)
    }
  })
})

describe('processes without memory', () => {
  test('a kernel thread', async (context) => {
    if (!existsSync('/proc/2/comm') || readFileSync('/proc/2/comm', 'utf8') !== 'kthreadd\n') {
      return context.skip('no kernel thread is visible here')
    }
    const { status, stdout, stderr } = await mmapctl(['maps', '2'])
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
    expect(stderr).toBe('mmapctl: process 2 (kthreadd) is a kernel thread: it has no memory mappings\n')
  })

  test('a zombie, and who has not waited for it', async () => {
    // The shell starts a child and becomes, while that still runs, a program that never waits for children.
    const parent = run('bash', ['-c', 'sleep 0.2 & exec sleep 20'], { timeout: 20_000 })
    const zombie = await eventually(() => findZombie('sleep'))
    const { status, stdout, stderr } = await mmapctl(['maps', String(zombie.pid)])
    process.kill(zombie.parent, 'SIGKILL')
    await parent
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(/is a zombie: it has exited and its memory is freed/)
    expect(stderr).toContain(`its parent, process ${zombie.parent}`)
  })
})

describe('a procfs that is none', () => {
  test('--procfs names a directory without a kernel’s files', async () => {
    using folder = temporary()
    mkdirSync(join(folder.path, '1'))
    const { status, stdout, stderr } = await mmapctl(['maps', '1', '--procfs', folder.path])
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
    expect(stderr).toMatch(/is not a procfs/)
    expect(lines(stderr)).toHaveLength(1)
  })
})

interface Zombie {
  readonly pid: number
  readonly parent: number
}

/** A zombie whose parent is a child of ours with that name. */
function findZombie(parentName: string): Zombie | null {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [pid, state, parent] = statOf(name)
    if (state !== 'Z') continue
    const [, , grandparent, comm] = statOf(String(parent))
    if (grandparent === process.pid && comm === parentName) return { pid, parent }
  }
  return null
}

function statOf(pid: string): readonly [pid: number, state: string, parent: number, comm: string] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return [Number(pid), state, Number(parent), text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))]
  } catch {
    return [Number(pid), '', 0, '']
  }
}

async function eventually<Value>(probe: () => Value | null): Promise<Value> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const value = probe()
    if (value !== null) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it never happened')
}
