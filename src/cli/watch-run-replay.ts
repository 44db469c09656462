import { createPalette } from '../output/palette.ts'
import { displayText } from '../output/sanitise.ts'
import { growthText } from '../output/watch-figures.ts'
import { RecordingFile } from '../sources/recording-file.ts'
import { wantsColour } from './colour.ts'
import { ReplayControls } from './watch-controls.ts'
import { LineWriter } from './watch-line-writer.ts'
import { type Clock, realClock, type WatchEnd } from './watch-loop.ts'
import { Player } from './watch-player.ts'
import { WatchReplay } from './watch-replay.ts'
import type { WatchOutcome, WatchPlace } from './watch-run.ts'
import { WatchScreen } from './watch-screen.ts'
import { Stage } from './watch-stage.ts'

/** Shows a recording, and says how the process grew in it: all of it, wherever the user has left it. */
export async function runReplay(path: string, place: WatchPlace): Promise<WatchOutcome> {
  const { flags, io, tool } = place
  using file = new RecordingFile(path)
  const replay = new WatchReplay(file, flags.window / 1000)
  const end = place.terminal ? await onScreen(replay, place) : asLines(replay, file, place)
  const last = replay.length - 1
  replay.goTo(last)
  const { growth } = replay.verdicts(replay.timeOf(last))
  if (!flags.quiet) {
    const shown = displayText(Buffer.from(path).toString('latin1'))
    if (file.rest !== null) io.stderr.write(`${tool.name}: ${shown}: ${file.rest}: what follows was left out\n`)
    io.stderr.write(`${growthText(growth)}\n`)
  }
  // Whoever quits a replay has seen enough; the recording is whole all the same.
  return { growth, end: end === 'quit' ? 'ended' : end }
}

function asLines(replay: WatchReplay, file: RecordingFile, { io, flags }: WatchPlace): WatchEnd {
  const started = Date.parse(file.head.startedAt)
  const writer = new LineWriter(io, flags)
  for (let index = 0; index < replay.length; index++) {
    replay.goTo(index)
    const sample = replay.sampleAt(index)
    writer.write(replay, sample, new Date(started + sample.at * 1000))
  }
  return 'ended'
}

async function onScreen(replay: WatchReplay, { io, flags }: WatchPlace): Promise<WatchEnd> {
  const player = new Player(Array.from({ length: replay.length }, (_, index) => replay.timeOf(index)))
  const screen = new WatchScreen(
    replay,
    new ReplayControls(player, replay),
    createPalette(wantsColour(flags.color, io.stdout, io.env)),
  )
  const show = async (): Promise<void> => {
    replay.goTo(player.index)
    await replay.prepare()
    screen.update(replay.timeOf(player.index))
  }
  await show()
  const clock = realClock()
  using stage = new Stage(io, screen, {
    wake: () => clock.wake(),
    afterKey: async () => {
      await show()
      clock.wake()
    },
  })
  return await play(player, clock, {
    stop: () => stage.stop(),
    show: async () => {
      await show()
      stage.draw()
    },
  })
}

/** Plays until it is told to stop: at the end, and while it is paused, it waits for keys. */
export async function play(
  player: Player,
  clock: Clock,
  steps: { readonly stop: () => WatchEnd | null; readonly show: () => Promise<void> },
): Promise<WatchEnd> {
  for (;;) {
    const stop = steps.stop()
    if (stop !== null) return stop
    const { index, wait } = player
    const due = clock.now() + wait
    await clock.sleep(wait)
    // Woken before: by a key, which has been obeyed and shown.
    if (player.index !== index || clock.now() < due) continue
    player.advance()
    await steps.show()
  }
}
