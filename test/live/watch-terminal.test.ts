import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { BIN, mmapctl, NODE, ROOT, sleeper, temporary } from '../e2e/mmapctl.ts'
import { liveTest } from './requirements.ts'
import { Tmux } from './tmux.ts'
import { startWorkload } from './workload.ts'

const work = temporary()
afterAll(() => work[Symbol.dispose]())

const BACK = { alternate: false, cursor: true }

/** The shell has its terminal back as it was: no alternate screen, a cursor, lines and echo. */
async function expectRestored(tmux: Tmux, status: number): Promise<void> {
  await tmux.until(`exit: ${status}`)
  expect(tmux.state).toEqual(BACK)
  tmux.send('-l', 'stty -a | tr " ;" "\\n" | grep -cx "icanon\\|echo\\|isig"')
  tmux.send('Enter')
  await tmux.until(/^3$/m)
}

describe('watch in a terminal', () => {
  liveTest('obeys its keys, fits any size, and leaves the terminal as it was', { needs: ['tmux', 'gcc'] }, async () => {
    await using target = await startWorkload('grow', ['8'])
    using folder = temporary()
    using tmux = new Tmux(100, 30, folder.path)
    tmux.start('watch', String(target.pid), '--interval', '100ms', '--record', 'own.mmaprec')
    await tmux.until(/^RSS +\d.*\n/m)
    expect(tmux.state).toEqual({ alternate: true, cursor: false })
    for (const part of ['minor faults', 'PSI some, host', 'growth:', 'nearest limit:']) await tmux.until(part)
    tmux.send('?')
    await tmux.until('write a capture into the current directory')
    tmux.send('?', 'm')
    await tmux.until(/marked at/)
    await target.send('grow 64')
    await tmux.until(/^RSS +7\d\.\d MiB/m)
    tmux.send('g')
    await tmux.until(/kinds that grew or shrank in the last \d+ s, by rate\n.*\+.*MiB\/s .*anonymous/)
    tmux.send('s')
    // Mappings are looked at less often than sums: a look while it grew is not the one to mark.
    await tmux.until(/by size\n.* 7\d\.\d MiB {2}anonymous/)
    tmux.send('m', 'd')
    await tmux.until(/difference from[\s\S]*grew +\+64\.0 MiB/)
    tmux.send('Escape')
    await tmux.until('kinds that grew')
    tmux.send('c')
    const [, file = ''] = /captured: (\S+)/.exec(await tmux.until('captured: ')) ?? []
    expect(existsSync(join(folder.path, file))).toBe(true)
    tmux.send('Space')
    await tmux.until('FROZEN')
    tmux.send('Space', 'l')
    await tmux.until('limits, nearest first')
    for (const [columns, rows] of [
      [40, 10],
      [300, 40],
    ] as const) {
      tmux.resize(columns, rows)
      await tmux.until((text) => text.split('\n').length === rows && /^RSS/m.test(text) && text.includes('growth:'))
      for (const line of tmux.lines) expect(line.length).toBeLessThanOrEqual(columns)
    }
    tmux.send('q')
    await expectRestored(tmux, 0)
    const again = await mmapctl(['watch', '--replay', join(folder.path, 'own.mmaprec'), '-q', '--no-header'])
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(again.stdout).toMatch(/ 7\d\.\d MiB/)
  })

  liveTest('gives it back whatever ends it', { needs: ['tmux'], timeout: 90_000 }, async () => {
    using target = sleeper()
    using tmux = new Tmux(80, 24, work.path)
    const started = async (): Promise<number> => {
      tmux.start('watch', String(target.pid))
      await tmux.until(/^RSS/m)
      return tmux.child
    }
    for (const [signal, status] of [
      ['SIGINT', 0],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      process.kill(await started(), signal)
      await expectRestored(tmux, status)
    }

    const pid = await started()
    tmux.send('C-z')
    await tmux.until('Stopped')
    expect(tmux.state).toEqual(BACK)
    tmux.send('clear; fg', 'Enter')
    await tmux.until(/^RSS/m)
    process.kill(pid, 'SIGTSTP')
    await tmux.until('Stopped')
    expect(tmux.state).toEqual(BACK)
    tmux.send('clear; fg', 'Enter')
    await tmux.until(/^RSS/m)
    tmux.send('q')
    await tmux.until((text) => !/^RSS/m.test(text))
    expect(tmux.state).toEqual(BACK)

    const crash = join(work.path, 'crash.cjs')
    writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('no more') })\n")
    tmux.send('-l', `clear; '${NODE}' -r '${crash}' '${BIN}' watch ${target.pid} 2> /dev/null; echo "exit: $?"`)
    tmux.send('Enter')
    await tmux.until(/^RSS/m)
    process.kill(tmux.child, 'SIGUSR2')
    // 7: an exception that nobody caught was thrown in a handler; 1: elsewhere.
    await tmux.until(/exit: [17]/)
    expect(tmux.state).toEqual(BACK)
  })

  liveTest('sees the process execute another program, and end', { needs: ['tmux'] }, async () => {
    const child = spawn('sh', ['-c', 'read x; exec sleep 300'], { stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      using tmux = new Tmux(100, 30, work.path)
      tmux.start('watch', String(child.pid), '--interval', '100ms')
      await tmux.until(/^RSS/m)
      child.stdin?.write('x\n')
      await tmux.until('executed sleep instead of sh')
      await tmux.until(/^PID \d+ sleep .* sleep 300$/m)
      child.kill('SIGKILL')
      await tmux.until(`process ${child.pid} has ended`)
      await expectRestored(tmux, 0)
    } finally {
      child.kill('SIGKILL')
    }
  })

  liveTest('shows a recording at any of its moments', { needs: ['tmux'] }, async () => {
    using tmux = new Tmux(120, 30, work.path)
    tmux.start('watch', '--replay', join(ROOT, 'test/fixtures/recordings/c-leak.mmaprec'))
    await tmux.until(/REPLAY \d+\/100 of 1:39, playing/)
    tmux.send('End')
    await tmux.until(/REPLAY 100\/100 .*paused/)
    await tmux.until('like a leak')
    await tmux.until(/\+2\d\d KiB\/s .* \[heap\]/)
    tmux.send('m', 'Home')
    await tmux.until('REPLAY 1/100')
    tmux.send('Right', 'Right', 'PageDown')
    await tmux.until('REPLAY 63/100')
    tmux.send('PageUp', 'm', 'd')
    await tmux.until(/difference from 0:0\d to 1:39[\s\S]*grew .*\[heap\]/)
    tmux.send('d', '+', '+', 'Space')
    await tmux.until('playing ×5')
    tmux.send('c')
    const [, file = ''] = /captured: (\S+)/.exec(await tmux.until('captured: ')) ?? []
    tmux.send('q')
    await expectRestored(tmux, 0)
    expect((await mmapctl(['maps', join(work.path, file)])).stdout).toContain('heap')
  })
})
