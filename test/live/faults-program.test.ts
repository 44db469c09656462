import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished } from 'vitest'
import { BIN, lines, mmapctl, NODE, run, temporary } from '../e2e/mmapctl.ts'
import { pathWithPerf, version } from './fake-perf.ts'
import { endOf, faultProgram, faults, printed, startFaults } from './faults-run.ts'
import { liveTest } from './requirements.ts'
import { asNobody, publicCopy } from './unprivileged.ts'

const QUICK = ['--backend', 'proc', '--quiet']
const BOTH = [
  ['auto', []],
  ['proc', ['--backend', 'proc']],
] as const

describe('the program is as it would be without', () => {
  for (const [name, flags] of BOTH) {
    liveTest(`its exit status (${name})`, { needs: ['gcc'] }, async () => {
      const program = faultProgram('crash')
      const statuses = [0, 1, 7, 125, 126, 127, 255]
      const ends = statuses.map((status) => mmapctl(['faults', ...flags, '--', program, 'exit', String(status)]))
      expect((await Promise.all(ends)).map(({ status }) => status)).toEqual(statuses)
    })

    liveTest(`the signal it dies of (${name})`, { needs: ['gcc'] }, async () => {
      const program = faultProgram('crash')
      const signals = ['SIGSEGV', 'SIGABRT', 'SIGKILL', 'SIGTERM'] as const
      const ends = signals.map(async (name) => {
        const { status, stderr } = await mmapctl(['faults', ...flags, '--', program, String(constants.signals[name])])
        return { status, told: stderr.includes(name) }
      })
      expect(await Promise.all(ends)).toEqual(
        signals.map((name) => ({ status: 128 + constants.signals[name], told: true })),
      )
    })

    liveTest(`what it does to the terminal (${name})`, { needs: ['script'] }, async () => {
      const measured = ['faults', ...flags, '--quiet', '--output', '/dev/null', '--', 'stty', '-echo', 'cols', '71']
      const line = `'${NODE}' '${BIN}' ${measured.join(' ')}; echo "ends $?"; stty -a`
      const { stdout } = await run('script', ['-qec', line, '/dev/null'])
      expect(stdout).toMatch(/ends 0\r?\n/)
      expect(stdout).toContain('columns 71')
      expect(stdout).toMatch(/ -echo /)
    })

    liveTest(`its environment, to the byte (${name})`, {}, async () => {
      const env = { ODD: 'a b\nc\td', EMPTY: '', 'not.a-name': '1', PREFIX: '/mine', LC_ALL: 'de_DE.UTF-8', _: 'x' }
      const plain = await run('/usr/bin/env', ['-0'], { env })
      const measured = await mmapctl(['faults', ...flags, '--', '/usr/bin/env', '-0'], { env })
      expect(entries(measured.stdout)).toEqual(entries(plain.stdout))
      const { 'not.a-name': _dropped, ...usual } = env
      const usualPlain = await run('/usr/bin/env', ['-0'], { env: usual })
      const usualMeasured = await mmapctl(['faults', ...flags, '--', '/usr/bin/env', '-0'], { env: usual })
      expect(entries(usualMeasured.stdout)).toEqual(entries(usualPlain.stdout))
    })

    liveTest(`its file descriptors (${name})`, {}, async () => {
      const command = ['sh', '-c', 'ls /proc/self/fd | wc -l'] as const
      const plain = await run(command[0], command.slice(1))
      const measured = await mmapctl(['faults', ...flags, '--', ...command])
      expect(measured.stdout).toBe(plain.stdout)
    })

    liveTest(`its stdin and its huge stdout (${name})`, { needs: ['gcc'], timeout: 120_000 }, async () => {
      // Far more than any buffer on the way holds.
      const MIB = 256
      const program = faultProgram('bigout')
      const plain = await digest(program, [String(MIB)])
      const measured = await digest(NODE, [BIN, 'faults', ...flags, '--quiet', '--', program, String(MIB)])
      expect(measured).toEqual(plain)
      const input = 'one\ntwo\n'.repeat(100_000)
      const passed = await mmapctl(['faults', ...flags, '--', 'cat'], { input, stdin: 'pipe' })
      expect(passed.stdout === input).toBe(true)
    })
  }

  liveTest('its arguments, whatever they look like', {}, async () => {
    const args = ['--help', '--json', '-h', '--', '', 'a b', '$HOME', '*', '--version', '-n']
    const program = ['sh', '-c', 'for word; do printf "<%s>" "$word"; done', 'sh', ...args]
    const measured = await mmapctl(['faults', ...QUICK, '--', ...program])
    expect(measured.stdout).toBe(args.map((word) => `<${word}>`).join(''))
  })

  liveTest('its name, looked up in PATH', {}, async () => {
    const measured = await mmapctl(['faults', ...QUICK, '--', 'sh', '-c', 'echo "$0" "$(cat /proc/$$/comm)"', 'me'])
    expect(measured.stdout).toBe('me sh\n')
  })

  liveTest('its process group and its parent', {}, async () => {
    const script = 'cut -d" " -f5 /proc/$$/stat; cut -d" " -f5 /proc/$PPID/stat'
    const [own, ours] = lines((await mmapctl(['faults', ...QUICK, '--', 'sh', '-c', script])).stdout)
    expect(own).toBe(ours)
  })

  liveTest('a script without a first line runs as a shell runs it', {}, async () => {
    using folder = temporary()
    const script = join(folder.path, 'script')
    writeFileSync(script, 'echo run by a shell\n')
    chmodSync(script, 0o755)
    expect((await mmapctl(['faults', ...QUICK, '--', script])).stdout).toBe('run by a shell\n')
  })
})

describe('a program that cannot be started', () => {
  liveTest('is not there: 127', {}, async () => {
    for (const name of ['no-such-program-here', './nor-here', '/nor/here']) {
      const ended = await mmapctl(['faults', '--', name])
      expect(ended.status).toBe(127)
      expect(lines(ended.stderr)).toEqual([`mmapctl: no program ${name}`])
    }
  })

  liveTest('may not be executed: 126', {}, async () => {
    using folder = temporary()
    writeFileSync(join(folder.path, 'text'), 'echo never\n', { mode: 0o644 })
    const text = await mmapctl(['faults', '--', join(folder.path, 'text')])
    expect(text.status).toBe(126)
    expect(text.stderr).toContain('may not be executed')
    const directory = await mmapctl(['faults', '--', folder.path])
    expect(directory.status).toBe(126)
    expect(directory.stderr).toContain('is a directory')
  })

  liveTest('is not named: 2', {}, async () => {
    for (const args of [
      [],
      ['--'],
      ['true'],
      ['--', ''],
      ['--pid', '1', '--', 'true'],
      ['--compare', '--', 'a', 'b'],
    ]) {
      const ended = await mmapctl(['faults', ...args])
      expect(ended.status, args.join(' ')).toBe(2)
      expect(lines(ended.stderr)).toHaveLength(1)
    }
  })
})

describe('where the report goes', () => {
  liveTest('to stderr, so that a pipeline keeps working', {}, async () => {
    const ended = await mmapctl(['faults', '--', 'echo', 'mine'])
    expect(ended.stdout).toBe('mine\n')
    expect(ended.stderr).toContain('faults')
  })

  liveTest('JSON beside the program’s stdout, or to ours when that is free', {}, async () => {
    using folder = temporary()
    const beside = await mmapctl(['faults', '--json', '--', 'echo', 'mine'])
    expect(beside.stdout).toBe('mine\n')
    expect(JSON.parse(beside.stderr)).toMatchObject({ schema: 'mmapctl/faults@1' })
    const file = join(folder.path, 'out')
    const free = await mmapctl(['faults', '--json', '--stdout', file, '--', 'echo', 'mine'])
    expect(readFileSync(file, 'utf8')).toBe('mine\n')
    expect(JSON.parse(free.stdout)).toMatchObject({ schema: 'mmapctl/faults@1' })
  })

  liveTest('to --output, whole or not at all', {}, async () => {
    using folder = temporary()
    const file = join(folder.path, 'report')
    const ended = await mmapctl(['faults', '--output', file, '--', 'sh', '-c', 'exit 3'])
    expect(ended).toMatchObject({ status: 3, stderr: '' })
    expect(readFileSync(file, 'utf8')).toContain('faults')
    expect(folder.entries()).toEqual(['report'])
  })
})

describe('perf that does not count', () => {
  liveTest('may not see kernel mode: said, and counted by the kernel', { needs: ['gcc', 'root', 'perf'] }, async () => {
    if (Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8')) !== 2) return
    const program = faultProgram('kread')
    using folder = publicCopy(program)
    const { stderr } = await asNobody(folder, ['faults', '--json', '--', join(folder.path, 'kread'), '1000'])
    const report = JSON.parse(stderr)
    expect(report.counters['page-faults']?.modifiers).toBe('u')
    expect(report.accounting.perf.all.value).toBeNull()
    expect(report.accounting.perf.user.value).toBeLessThan(150)
    expect(report.accounting.total.value).toBeGreaterThan(1000)
    expect(report.notes.map(({ code }: { code: string }) => code)).toContain('user-mode-only')
  })

  liveTest('sees no major fault in user mode: none is not said', { needs: ['gcc', 'root', 'perf'] }, async () => {
    if (Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8')) !== 2) return
    const program = faultProgram('kmajor')
    using folder = publicCopy(program)
    const file = join(folder.path, 'data')
    writeFileSync(file, Buffer.alloc(100 * 4096, 1))
    spawnSync('sync', [file])
    const { stderr } = await asNobody(folder, ['faults', '--json', '--', join(folder.path, 'kmajor'), file])
    const report = JSON.parse(stderr)
    const major = report.accounting.major.value
    expect(report.counters['major-faults']).toMatchObject(
      major === 0 ? { value: 0 } : { value: null, reason: 'user-mode-only' },
    )
    expect(report.counters['context-switches']).toMatchObject({ value: null, reason: 'user-mode-only' })
    if (hasDevice(folder.path)) expect(major).toBeGreaterThan(50)
  })
})

describe('ends', () => {
  liveTest('Ctrl-C ends the program, then there is a report', { needs: ['gcc', 'perf'] }, async () => {
    const child = startFaults(['--', faultProgram('forever')])
    const ready = printed(child, 'ready')
    const end = endOf(child)
    await ready
    process.kill(-child.pid, 'SIGINT')
    const { status, stderr } = await end
    expect(status).toBe(130)
    expect(stderr).toContain('SIGINT')
    expect(stderr).toMatch(/^faults +\d/m)
  })

  liveTest(
    'Ctrl-C of a terminal reaches the program once, and the report waits for it',
    { needs: ['script'] },
    async () => {
      // What comes twice comes at once: the second that follows has room for it.
      const waiting = `while [ -z "\\$done" ]; do sleep 0.1; done; sleep 1`
      const program = `trap 'echo got; done=1' INT; echo ready; ${waiting}; echo still here; exit 7`
      // The key reaches the shell around it too, and some shells end of it at once: it has a trap of its own. And once the
      // last program of a terminal has ended, `script` may not wait for all that it wrote: one stays for a line.
      const command = `trap : INT; '${NODE}' '${BIN}' faults --backend proc -- sh -c "${program}"; echo "status $?"; read -r line`
      const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
      onTestFinished(() => void terminal.kill('SIGKILL'))
      let shown = ''
      terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
        const before = shown
        shown += text
        if (!before.includes('ready') && shown.includes('ready')) terminal.stdin.write('\x03')
        if (!before.includes('status') && shown.includes('status')) terminal.stdin.write('\n')
      })
      await new Promise((resolve) => terminal.once('close', resolve))
      expect(shown.match(/got\r?$/gm), shown).toHaveLength(1)
      expect(shown, shown).toMatch(/still here.*exit 7.*faults +\d.*status 7/s)
    },
  )

  liveTest('SIGTERM to us alone reaches the program', { needs: ['gcc', 'perf'] }, async () => {
    const child = startFaults(['--', faultProgram('forever')])
    const ready = printed(child, 'ready')
    const end = endOf(child)
    await ready
    child.kill('SIGTERM')
    const { status, stderr } = await end
    expect(status).toBe(143)
    expect(stderr).toMatch(/^faults +\d/m)
  })

  liveTest('a daemon that stays behind keeps nobody waiting', { needs: ['gcc', 'perf'] }, async () => {
    const from = performance.now()
    const ended = await mmapctl(['faults', '--quiet', '--', faultProgram('daemon'), '20'])
    expect(ended.status).toBe(0)
    expect(performance.now() - from).toBeLessThan(10_000)
    spawnSync('pkill', ['-KILL', '-f', `${faultProgram('daemon')} 20`])
  })

  liveTest('killed before the program runs, we leave nothing behind', { needs: ['perf'] }, async () => {
    // A perf that takes its time, so that the program is held when we are killed.
    using folder = pathWithPerf(`${version('6.1.0')}\nexec sleep 3`)
    const mark = join(folder.path, 'ran')
    const child = startFaults(['--', 'touch', mark], { ...process.env, PATH: folder.path })
    const held = await childOf(child.pid)
    onTestFinished(() => void (existsSync(`/proc/${held}`) && process.kill(held, 'SIGKILL')))
    child.kill('SIGKILL')
    await until(() => !existsSync(`/proc/${held}`))
    expect(existsSync(mark)).toBe(false)
  })

  liveTest('no file is left behind', { needs: ['gcc', 'perf'] }, async () => {
    using folder = temporary()
    await faults(['--by', 'kind'], [faultProgram('touch'), '10'], { env: { TMPDIR: folder.path } })
    expect(folder.entries()).toEqual([])
  })
})

describe('several runs', () => {
  liveTest('--repeat: each is kept, and each has the same stdin', { needs: ['perf'] }, async () => {
    const { report, stdout } = await faults(['--repeat', '3', '--warmup', '1'], ['wc', '-c'], {
      input: 'twelve bytes',
      stdin: 'pipe',
    })
    expect(lines(stdout)).toEqual(['12', '12', '12', '12'])
    expect(report.runs).toHaveLength(4)
    expect(report.repeat).toMatchObject({ runs: 3, metrics: { faults: { n: 3 } } })
  })

  liveTest('--compare: which faults more', { needs: ['gcc', 'perf'], timeout: 60_000 }, async () => {
    const program = faultProgram('touch')
    const more = await faults(['--compare'], [program, '1000', ':::', program, '2000'])
    const verdictOf = (run: typeof more): string | undefined => run.report.comparison?.rows['faults']?.verdict
    expect(verdictOf(more)).toBe('more')
    const same = await faults(['--compare'], [program, '1000', ':::', program, '1000'])
    expect(verdictOf(same)).toBe('no-change')
  })

  liveTest('--compare: a run that failed is not compared', { needs: ['gcc'], timeout: 60_000 }, async () => {
    const flags = ['--compare', '--repeat', '2', '--backend', 'proc']
    const { report, status } = await faults(flags, ['true', ':::', 'false'])
    expect(report.comparison).toMatchObject({ refusal: { code: 'run-failed', side: 'after' } })
    expect(status).toBe(1)
  })
})

function entries(text: string): string[] {
  return text.split('\0').sort()
}

async function digest(
  file: string,
  args: readonly string[],
): Promise<{ readonly bytes: number; readonly hash: string }> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const hash = createHash('md5')
  let bytes = 0
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, hash: hash.digest('hex') }
}

/** Whether files there are read from a device; tmpfs and overlays in memory have none to wait for. */
function hasDevice(path: string): boolean {
  return !/tmpfs|ramfs|overlay/.test(spawnSync('stat', ['-f', '-c', '%T', path], { encoding: 'utf8' }).stdout)
}

/** The shell that holds the program: the first child that says so. */
async function childOf(pid: number): Promise<number> {
  let found = 0
  await until(() => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')
    const gate = children.find((child) => child !== '' && commandLine(child).includes('mmapctl_gate'))
    found = Number(gate ?? 0)
    return found > 0
  })
  return found
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

async function until(holds: () => boolean, ms = 5000): Promise<void> {
  for (const from = performance.now(); !holds(); await delay(5)) {
    if (performance.now() - from > ms) throw new Error('it never came to be')
  }
}
