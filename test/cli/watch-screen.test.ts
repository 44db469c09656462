import { describe, expect, test } from 'vitest'
import { Chronicle } from '../../src/analysis/watch/chronicle.ts'
import { LiveControls } from '../../src/cli/watch-controls.ts'
import { keysOf } from '../../src/cli/watch-keys.ts'
import { type Clock, type WatchEnd, watchLoop } from '../../src/cli/watch-loop.ts'
import { Player } from '../../src/cli/watch-player.ts'
import { play } from '../../src/cli/watch-run-replay.ts'
import { WatchScreen } from '../../src/cli/watch-screen.ts'
import { createPalette } from '../../src/output/palette.ts'
import { displayWidth } from '../../src/output/width.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { sampleReport } from '../helpers/reports.ts'
import { limit, SUBJECT, watchSample } from '../helpers/watch-samples.ts'

const MIB = 1024 ** 2
const HOSTILE = { ...SUBJECT, comm: 'a\u001b[31m', command: `x\u0007 ${'y'.repeat(400)}` }

/** A process that grows by 1 MiB a second towards its limit. */
function chronicle(seconds = 60): Chronicle {
  const known = new Chronicle(600)
  for (let at = 0; at < seconds; at++) {
    const figures = {
      rss: (50 + at) * MIB,
      anon: (40 + at) * MIB,
      file: 10 * MIB,
      swap: 0,
      mappings: 40,
      minorFaults: at * 100,
      majorFaults: at,
      pressureSome: 0,
    }
    const limits = [limit('cgroup-max', (100 + at) * MIB, 400 * MIB, '/shop/app'), limit('max-map-count', 40, 65_530)]
    known.add(watchSample(at, { figures, limits, subject: at === 0 ? HOSTILE : null }), null)
  }
  return known
}

function screen(source = chronicle(), capture = async () => 'captured: x.mmapcap') {
  const watch = {
    frame: source.frame.bind(source),
    glance: source.glance.bind(source),
    verdicts: source.verdicts.bind(source),
    get lastLook() {
      return source.lastLook
    },
  }
  const controls = new LiveControls(1, capture)
  const shown = new WatchScreen(watch, controls, createPalette(false))
  shown.update(59)
  return { shown, controls, source }
}

describe('a screen', () => {
  test.each([
    [80, 24],
    [40, 10],
    [300, 60],
    [20, 5],
    [1, 1],
  ])('of %i columns and %i rows is never more than filled', async (columns, rows) => {
    const { shown } = screen()
    for (const key of ['', '?', 'escape', 'l', 'g', 's', 'm', ' ']) {
      await shown.press(key)
      const lines = shown.lines({ columns, rows })
      expect(lines.length).toBeLessThanOrEqual(rows)
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
      expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/)
    }
  })

  test('says at 40x10 too how it grows and what is nearest', () => {
    const text = screen().shown.lines({ columns: 40, rows: 10 }).join('\n')
    for (const part of ['RSS', 'anon', 'major faults', 'growth: +1.0 MiB/s', 'nearest limit: memory.max']) {
      expect(text).toContain(part)
    }
  })

  test('shows figures, rates and when the limit is reached', () => {
    const lines = screen().shown.lines({ columns: 120, rows: 40 })
    expect(lines.find((line) => line.startsWith('minor faults'))).toContain('100/s')
    expect(lines.find((line) => line.startsWith('major faults'))).toContain('1/s')
    expect(lines.find((line) => line.startsWith('RSS'))).toMatch(/109 MiB +\+1\.0 MiB\/s .*█/)
    expect(lines.find((line) => line.startsWith('PSI some, host'))).toContain('0.0 %')
    expect(lines.find((line) => line.startsWith('nearest limit'))).toContain('4 min left at +1.0 MiB/s')
  })

  test('stays as it is while it is frozen, and catches up', async () => {
    const { shown, source } = screen()
    await shown.press(' ')
    source.add(watchSample(60, { figures: { rss: 500 * MIB } }), null)
    shown.update(60)
    expect(shown.lines({ columns: 100, rows: 30 })[0]).toContain('0:59 · FROZEN')
    await shown.press(' ')
    shown.update(60)
    expect(shown.lines({ columns: 100, rows: 30 }).join('\n')).toContain('500 MiB')
  })

  test('says that another program was executed', () => {
    const { shown, source } = screen()
    source.add(watchSample(60, { subject: { ...SUBJECT, comm: 'next' } }), null)
    shown.update(61)
    expect(shown.lines({ columns: 120, rows: 30 }).join('\n')).toContain('executed next instead of a')
  })

  test('lists its keys, all limits, and says what a key did', async () => {
    const { shown, controls } = screen()
    const text = () => shown.lines({ columns: 120, rows: 40 }).join('\n')
    await shown.press('?')
    for (const key of ['quit', 'mark', 'freeze', 'sort', 'limits']) expect(text()).toContain(key)
    await shown.press('l')
    expect(text()).toContain('vm.max_map_count 40 of 65,530')
    await shown.press('d')
    expect(text()).toContain('nothing is marked')
    await shown.press('c')
    expect(text()).toContain('captured: x.mmapcap')
    await shown.press('z')
    expect(text()).toContain('z is no key')
    await shown.press('+')
    expect([controls.paceChanged(), controls.interval, controls.paceChanged()]).toEqual([true, 0.5, false])
    await shown.press('q')
    expect(shown.quit).toBe(true)
  })

  test('tells what changed between two marks, and of mappings only what was looked at', async () => {
    const { shown, source } = screen()
    const text = () => shown.lines({ columns: 120, rows: 60 }).join('\n')
    const records = fixtureText('proc/java/smaps').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    const at = (second: number, mappings: number | null): void => {
      const files = { smaps: records.slice(0, mappings ?? 0).join(''), statm: null }
      const report = mappings === null ? null : sampleReport('java', {}, { process: { files } })
      const figures = { rss: (50 + second) * MIB, anon: (40 + second) * MIB }
      source.add(watchSample(second, { figures }), report === null ? null : { at: second, report: () => report })
      shown.update(second)
    }
    const marked = async (): Promise<string> => {
      for (const key of ['m', 'escape', 'd']) await shown.press(key)
      return text()
    }
    await shown.press('m')
    at(60, records.length)
    await shown.press('d')
    expect(text()).toContain('difference from 0:59 to 1:00')
    expect(text()).toContain('RSS +1.0 MiB, anon +1.0 MiB')
    expect(text()).toContain('not all were looked at yet')
    await shown.press('m')
    at(63, null)
    const unseen = await marked()
    expect(unseen).toContain('RSS +3.0 MiB, anon +3.0 MiB')
    expect(unseen).toContain('they were looked at at 1:00, and not in between')
    at(65, records.length)
    expect(await marked()).toContain('mappings, as they were looked at at 1:00 and 1:05: none changed')
    at(67, records.length - 3)
    expect(await marked()).toMatch(/^gone /m)
  })

  test('a bug in what a key does is not swallowed', async () => {
    const { shown } = screen(chronicle(), async () => {
      throw new TypeError('bug')
    })
    await expect(shown.press('c')).rejects.toThrow('bug')
  })
})

describe('keys', () => {
  test('that come together are told apart', () => {
    expect(keysOf('q\u001b[C\u001bOD\u001b[5~?\u001b[1~é\u0003')).toEqual([
      'q',
      'right',
      'left',
      'pageup',
      '?',
      'home',
      'é',
      'ctrl-c',
    ])
    expect(keysOf('\u001b')).toEqual(['escape'])
    expect(keysOf('\u001b[200~')).toEqual(['\u001b[200~'])
  })
})

/** A clock that runs when somebody sleeps. */
function fakeClock(onSleep: (now: number) => void = () => undefined): Clock & { readonly sleeps: number[] } {
  let now = 0
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => now,
    sleep: async (seconds) => {
      sleeps.push(seconds)
      now += Math.min(seconds, 1e6)
      onSleep(now)
    },
    wake: () => undefined,
  }
}

describe('the loop', () => {
  const steps = (seen: number[], last = Number.POSITIVE_INFINITY) => ({
    sample: (at: number) => (at >= last ? null : watchSample(at)),
    show: (at: number) => void seen.push(at),
  })
  const never = (): WatchEnd | null => null

  test('samples at its pace until its time is over', async () => {
    const seen: number[] = []
    expect(await watchLoop(steps(seen), fakeClock(), { interval: () => 2, stop: never, seconds: 7 })).toBe('time')
    expect(seen).toEqual([0, 2, 4, 6])
  })

  test('ends with the process, or when it is told to', async () => {
    const seen: number[] = []
    expect(await watchLoop(steps(seen, 3), fakeClock(), { interval: () => 1, stop: never, seconds: 1e9 })).toBe('ended')
    const clock = fakeClock()
    const stop = (): WatchEnd | null => (clock.now() >= 5 ? 'SIGTERM' : null)
    expect(await watchLoop(steps(seen), clock, { interval: () => 1, stop, seconds: 1e9 })).toBe('SIGTERM')
  })

  test('keeps to a pace that is changed, and takes no sample for being woken', async () => {
    const seen: number[] = []
    let pace = 10
    const clock = fakeClock((now) => {
      if (now > 0) pace = 1
    })
    await watchLoop(steps(seen), clock, { interval: () => pace, stop: never, seconds: 13 })
    expect(seen).toEqual([0, 10, 11, 12])
  })
})

describe('a player', () => {
  const times = Array.from({ length: 200 }, (_, index) => index * 2)

  test('goes by steps, by minutes and to the ends, and no further', () => {
    const player = new Player(times)
    const goTo = (...keys: string[]) => {
      for (const key of keys) player.press(key)
      return player.index
    }
    expect(goTo('right', 'right', '.')).toBe(3)
    expect(goTo('left', ',')).toBe(1)
    expect(goTo('home', 'pagedown')).toBe(30)
    expect(goTo('pagedown', 'pageup')).toBe(30)
    expect(goTo('pageup', 'pageup')).toBe(0)
    expect(goTo('left')).toBe(0)
    expect(goTo('end', 'right')).toBe(199)
    expect(goTo('pagedown')).toBe(199)
    expect(player.press('x')).toBe(false)
  })

  test('goes a moment on where the next is further than a minute', () => {
    const sparse = new Player([0, 500, 1000])
    sparse.press('pagedown')
    expect(sparse.index).toBe(1)
    sparse.press('pageup')
    expect(sparse.index).toBe(0)
  })

  test('plays as fast as it is told, stands still at the end, and begins anew', async () => {
    const player = new Player(times.slice(0, 5))
    player.press('+')
    const shown: number[] = []
    const clock = fakeClock()
    const stop = (): WatchEnd | null => (player.playing ? null : 'quit')
    expect(await play(player, clock, { stop, show: async () => void shown.push(player.index) })).toBe('quit')
    expect({ shown, sleeps: clock.sleeps }).toEqual({ shown: [1, 2, 3, 4], sleeps: [1, 1, 1, 1] })
    expect(player.wait).toBe(Number.POSITIVE_INFINITY)
    player.press(' ')
    expect([player.index, player.playing]).toEqual([0, true])
  })

  test('is never waited for longer than two seconds', () => {
    expect(new Player([0, 3600]).wait).toBe(2)
  })
})
