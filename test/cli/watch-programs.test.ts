import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { GrowthShape } from '../../src/analysis/watch/growth.ts'
import { WatchReplay } from '../../src/cli/watch-replay.ts'
import Watch from '../../src/commands/watch.ts'
import { RecordingFile } from '../../src/sources/recording-file.ts'
import { RECORDING_LIMITS } from '../../src/sources/recording-format.ts'
import { RecordingWriter } from '../../src/sources/recording-writer.ts'
import { runCommand } from '../helpers/run-command.ts'

const CHOICE = { movers: 'mapping', order: 'rate' } as const
const KIB = 1024

const work = mkdtempSync(join(tmpdir(), 'mmapctl-programs-'))
afterAll(() => rmSync(work, { recursive: true }))

function recording(name: string): string {
  return fileURLToPath(new URL(`../fixtures/recordings/${name}.mmaprec`, import.meta.url))
}

/** The beginning of a recording, up to a moment. */
function cut(name: string, seconds: number): string {
  using file = new RecordingFile(recording(name))
  const path = join(work, `${name}-${seconds}.mmaprec`)
  const writer = new RecordingWriter(path, file.head, RECORDING_LIMITS.file)
  for (const { sample } of file.moments) if (sample.at < seconds) writer.add(sample, null)
  writer.close()
  return path
}

/** The verdicts at all moments of a recording. */
function verdicts(name: string) {
  using file = new RecordingFile(recording(name))
  expect(file.rest).toBeNull()
  const replay = new WatchReplay(file, 600)
  return file.moments.map(({ sample }, index) => {
    replay.goTo(index)
    return replay.frame(sample.at, CHOICE).growth
  })
}

describe('programs that were recorded while they ran', () => {
  test.each([
    ['c-leak', 240 * KIB],
    ['node-leak', 1300 * KIB],
    ['java-leak', 4000 * KIB],
  ])('%s is a leak from the first verdict to the last, at its rate', (name, rate) => {
    const all = verdicts(name)
    const judged = all.filter(({ shape }) => shape !== 'too-short')
    const last = all.at(-1)
    expect(last?.shape).toBe('growing')
    expect((last?.bytesPerSecond ?? 0) / rate).toBeGreaterThan(0.8)
    expect((last?.bytesPerSecond ?? 0) / rate).toBeLessThan(1.25)
    expect(judged.filter(({ shape }) => shape === 'growing').length / judged.length).toBeGreaterThan(0.9)
  })

  test.each<[string, readonly GrowthShape[]]>([
    ['c-flat', ['sawtooth']],
    ['node-flat', ['stable', 'rising']],
    ['java-flat', ['stable']],
    ['c-sawtooth', ['sawtooth']],
    ['node-sawtooth', ['sawtooth', 'stable', 'warming-up']],
    ['java-sawtooth', ['sawtooth']],
  ])('%s is never taken for a leak', (name, shapes) => {
    const seen = new Set(verdicts(name).map(({ shape }) => shape))
    expect([...seen].filter((shape) => shape !== 'too-short' && !shapes.includes(shape))).toEqual([])
  })

  test.each([['c-warm-up'], ['node-warm-up'], ['java-warm-up']])('%s is one when it is over', (name) => {
    expect(verdicts(name).at(-1)?.shape).toBe('warming-up')
  })
})

describe('a soak test', () => {
  const judgeFile = async (file: string, limit: string) =>
    (await runCommand(Watch, ['--replay', file, '--fail-on-growth', limit, '--csv'])).exit
  const judge = async (name: string, limit: string) => judgeFile(recording(name), limit)

  test('fails at the rate of the leak, and not above it', async () => {
    expect([await judge('c-leak', '13MiB/min'), await judge('c-leak', '15MiB/min')]).toEqual([3, 0])
    expect([await judge('java-leak', '1MiB/min'), await judge('node-leak', '1MiB/min')]).toEqual([3, 3])
  })

  test('passes what is no leak at any rate', async () => {
    for (const name of ['c-flat', 'node-sawtooth', 'java-warm-up']) expect(await judge(name, '1B/d')).toBe(0)
  })

  test('has no answer where it cannot be told whether the rise goes on', async () => {
    // Cut while the heap grows in a few large steps.
    const outcome = await runCommand(Watch, ['--replay', cut('java-warm-up', 70), '--fail-on-growth', '1MiB/min', '-q'])
    expect(outcome).toMatchObject({ exit: 4 })
    expect(outcome.stderr).toContain('too unsteadily')
    expect(await judgeFile(cut('c-leak', 5), '1MiB/min')).toBe(4)
  })

  test('names the mapping that the leak is in', async () => {
    using file = new RecordingFile(recording('c-leak'))
    const replay = new WatchReplay(file, 600)
    replay.goTo(replay.length - 1)
    await replay.prepare()
    const [mover, ...others] = replay.frame(100, CHOICE).movers
    expect(mover).toMatchObject({ name: '[heap]' })
    expect((mover?.bytesPerSecond ?? 0) / (240 * KIB)).toBeCloseTo(1, 0)
    expect(others).toEqual([])
  })
})
