import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { BIN, lines, NODE, run, temporary } from '../e2e/mmapctl.ts'
import { endOf, faultProgram, faults, printed, startFaults } from './faults-run.ts'
import { liveTest, OVERLAY } from './requirements.ts'

const MEASURED = `'${NODE}' '${BIN}' faults --backend proc --output /dev/null --`

describe('what the shell had open', () => {
  liveTest('is open in the program, under the same numbers, and nothing else is', {}, async () => {
    using folder = temporary()
    const file = join(folder.path, 'file')
    writeFileSync(file, 'one\ntwo\n')
    const list = join(folder.path, 'list')
    writeFileSync(list, `for number in $(seq 0 70); do readlink /proc/$$/fd/$number && echo $number; done\n`)
    const open = `3<'${file}' 7>>'${file}' 9<'${file}' 12<'${file}' 63<'${file}' 5>&1`
    const script = `sh '${list}' ${open}; echo --; ${MEASURED} sh '${list}' ${open}`
    const { stdout } = await run('bash', ['-c', script])
    const [bare, measured] = stdout.split('--\n').map(lines)
    expect(bare?.filter((line) => line.endsWith('/file'))).toHaveLength(5)
    expect(measured).toEqual(bare)
  })

  liveTest('is the same open file: what the program reads is read', {}, async () => {
    using folder = temporary()
    const file = join(folder.path, 'file')
    writeFileSync(file, 'one\ntwo\nthree\n')
    const script = `exec 8<'${file}'; read -r a <&8; ${MEASURED} sh -c 'read -r b <&8; echo $b'; read -r c <&8; echo $c`
    expect((await run('bash', ['-c', script])).stdout).toBe('two\nthree\n')
  })

  liveTest('may be a pipe of which both ends were handed on, like a jobserver', {}, async () => {
    const script = `: | { exec 3<&0 4>/proc/self/fd/0; ${MEASURED} sh -c 'echo through >&4; read -r word <&3; echo $word'; }`
    expect((await run('bash', ['-c', script])).stdout).toBe('through\n')
  })

  liveTest('may leave no number to hold the program by: nothing runs, and it is said', {}, async () => {
    const open = [3, 4, 5, 6, 7, 8, 9].map((number) => `${number}</dev/null`).join(' ')
    const ended = await run('bash', ['-c', `${MEASURED} echo ran ${open}`])
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(lines(ended.stderr)).toHaveLength(1)
  })
})

describe('signals that were ignored', () => {
  for (const shell of ['dash', 'bash']) {
    liveTest(`by a trap are ignored by the program (${shell})`, {}, async () => {
      const { stdout } = await run(shell, ['-c', `trap '' HUP INT USR1; ${MEASURED} cat /proc/self/status; :`])
      expect(ignoredIn(stdout)).toBe((1n << 0n) | (1n << 1n) | (1n << 9n))
    })
  }

  for (const shell of ['dash', 'bash']) {
    liveTest(`are those that a plain run ignores, whatever else the shell ignores (${shell})`, {}, async () => {
      const all = 'HUP INT USR1 USR2 PIPE ALRM VTALRM PROF XCPU XFSZ URG WINCH IO PWR SYS 34 40 64'
      const script = `trap '' ${all}; cat /proc/self/status; echo --; ${MEASURED} cat /proc/self/status; :`
      const [bare = '', measured = ''] = (await run(shell, ['-c', script])).stdout.split('--\n')
      expect(ignoredIn(bare)).not.toBe(0n)
      expect(ignoredIn(measured)).toBe(ignoredIn(bare))
    })
  }

  liveTest('by nohup are ignored by the program', {}, async () => {
    const { stdout } = await run('bash', ['-c', `nohup ${MEASURED} cat /proc/self/status; :`])
    expect(ignoredIn(stdout)).toBe(1n)
    const usual = await run('bash', ['-c', `${MEASURED} cat /proc/self/status; :`])
    expect(ignoredIn(usual.stdout)).toBe(0n)
  })

  liveTest('do not end the measurement', { needs: ['gcc'] }, async () => {
    const env = { ...process.env, _: '/usr/bin/nohup' }
    const child = startFaults(['--backend', 'proc', '--', faultProgram('forever')], env)
    const ready = printed(child, 'ready')
    const end = endOf(child)
    await ready
    process.kill(-child.pid, 'SIGHUP')
    child.kill('SIGHUP')
    const [program] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').split(' ')
    if (!program) throw new Error('the program has ended')
    process.kill(Number(program), 'SIGTERM')
    expect((await end).status).toBe(143)
  })
})

liveTest('the limit of open files is the one that we were given, and not what Node makes of it', {}, async () => {
  const script = `ulimit -S -n 200; ulimit -n; ${MEASURED} sh -c 'ulimit -S -n; ulimit -H -n'; ulimit -H -n`
  const [bare, soft, hard, hardBare] = lines((await run('bash', ['-c', script])).stdout)
  expect({ soft, hard }).toEqual({ soft: bare, hard: hardBare })
})

describe('an environment that shells do not hand on', () => {
  liveTest('costs the program no faults where bash is there', { needs: ['gcc'] }, async () => {
    const totalWith = async (env: Record<string, string>): Promise<number> => {
      const { report } = await faults(['--backend', 'proc'], [faultProgram('touch'), '100'], { env })
      return report.accounting.total.value ?? Number.NaN
    }
    const usual = await totalWith({})
    for (const more of [{}, { SHLVL: '1', _: '/usr/bin/env' }]) {
      const functions = await totalWith({ 'BASH_FUNC_which%%': '() {  echo\n}', PWD: '/elsewhere', ...more })
      expect(Math.abs(functions - usual)).toBeLessThan(20)
    }
  })

  liveTest('is handed on to the byte', {}, async () => {
    for (const odd of [
      { SHLVL: '1', 'BASH_FUNC_which%%': '() {  echo\n}', PWD: "/it's not here" },
      { SHLVL: 'many', 'a.b': '1', IFS: 'x', PS1: '$ ', BASH_ENV: '/nowhere', OLDPWD: 'x\ny' },
      { 'a.b': '1' },
      { 'a.b': '1', _: "it's", SHLVL: '0' },
    ]) {
      const plain = await run('/usr/bin/env', ['-0'], { env: odd })
      const measured = await run('/usr/bin/env', [NODE, BIN, ...QUIETLY, '/usr/bin/env', '-0'], { env: odd })
      expect(measured.stdout.split('\0').sort()).toEqual(plain.stdout.split('\0').sort())
    }
  })
})

describe('bytes that are not UTF-8', () => {
  liveTest('in arguments reach the program, and so do line feeds at their end', {}, async () => {
    const words = `a $'caf\\xe9\\n\\n' '' $'\\xff%s\\\\'\\' 'é' b c d e f $'\\xfe'`
    const script = `printf '<%s>' ${words} | md5sum; ${MEASURED} printf '<%s>' ${words} | md5sum`
    const [bare, measured] = lines((await run('bash', ['-c', script])).stdout)
    expect(measured).toBe(bare)
  })

  liveTest('in values of variables do as well', {}, async () => {
    const script = `export ODD=$'caf\\xe9\\n' PATH=$PATH:$'/\\xff'; env -0 | grep -z '^ODD\\|^PATH' | sort -z | md5sum
      ${MEASURED} env -0 | grep -z '^ODD\\|^PATH' | sort -z | md5sum`
    const [bare, measured] = lines((await run('bash', ['-c', script])).stdout)
    expect(measured).toBe(bare)
  })

  liveTest('may be a program’s name', {}, async () => {
    using folder = temporary()
    const script = `cd '${folder.path}'; cp /bin/echo $'caf\\xe9'; PATH=$PATH:.; ${MEASURED} $'caf\\xe9' ran; ${MEASURED} $'./caf\\xe9' ran
      ${MEASURED} $'./no\\xe9'; echo $?`
    const { stdout, stderr } = await run('bash', ['-c', script])
    expect(lines(stdout)).toEqual(['ran', 'ran', '127'])
    expect(lines(stderr)).toHaveLength(1)
  })

  liveTest('take no faults that are counted', { needs: ['gcc'] }, async () => {
    const program = faultProgram('touch')
    const script = (word: string): string =>
      `'${NODE}' '${BIN}' faults --backend proc --json -- '${program}' 100 ${word} 2>&1`
    const [plain = 0, odd = 0] = await Promise.all(
      ['e', "$'\\xe9'"].map(async (word) => {
        const { stdout } = await run('bash', ['-c', script(word)])
        return JSON.parse(stdout).accounting.total.value as number
      }),
    )
    expect(Math.abs(odd - plain)).toBeLessThan(10)
  })
})

describe('where sh is bash, and no other shell is there', () => {
  const BASH_ALONE = `${OVERLAY} && ln -sf bash /usr/bin/sh && rm -f /usr/bin/dash /usr/bin/ash /usr/bin/busybox\n`
  const inside = (script: string, env: Record<string, string> = {}) =>
    run('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', BASH_ALONE + script], { env })

  liveTest('the program has its environment, descriptors and status', { needs: ['overlay'] }, async () => {
    const script = `sh --version | head -1; sh -c 'exit 6'; echo $?
      env -i A="it's" PATH="$PATH" ${MEASURED} env; ${MEASURED} sh -c 'read -r line <&7; echo $line' 7< <(echo seven)
      ${MEASURED} sh -c 'kill -SEGV $$'; echo $?; ${MEASURED} sh -c 'exit 6'; echo $?`
    const [shell, six, ...rest] = lines((await inside(script)).stdout)
    expect(shell).toContain('bash')
    expect(six).toBe('6')
    expect(rest.filter((line) => !line.startsWith('PATH='))).toEqual(["A=it's", 'seven', '139', '6'])
  })

  liveTest('and where there is no shell at all, there is no answer', { needs: ['overlay'] }, async () => {
    const script = `rm /usr/bin/sh /usr/bin/bash; ${MEASURED} /usr/bin/env; echo $?`
    const { stdout, stderr } = await inside(script)
    expect(stdout).toBe('4\n')
    expect(lines(stderr)).toEqual(['mmapctl: the program could not be started: no such file or directory (/bin/sh)'])
  })

  liveTest('no fault is counted but its own', { needs: ['gcc', 'overlay'] }, async () => {
    using folder = temporary()
    const program = faultProgram('touch')
    const counted = async (how: typeof run | typeof inside, name: string): Promise<number> => {
      const file = join(folder.path, name)
      const command = `'${NODE}' '${BIN}' faults --backend proc --json --output '${file}' -- '${program}' 100`
      await (how === inside ? inside(command) : run('bash', ['-c', command]))
      return JSON.parse(readFileSync(file, 'utf8')).accounting.total.value
    }
    const usual = await counted(run, 'usual')
    expect(usual).toBeGreaterThan(100)
    expect(Math.abs((await counted(inside, 'bash')) - usual)).toBeLessThan(20)
  })
})

const QUIETLY = ['faults', '--backend', 'proc', '--output', '/dev/null', '--']

/** The signals that a process ignores, a bit each. */
function ignoredIn(status: string): bigint {
  return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? ''}`)
}
