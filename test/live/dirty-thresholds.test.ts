import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, type TestContext } from 'vitest'
import { standingOf } from '../../src/analysis/dirty/standing.ts'
import { readWritebackState } from '../../src/collectors/writeback.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { PAGE } from './dirty-read.ts'
import { liveTest } from './requirements.ts'

/** Whoever changes the host for a test holds this. */
const LOCK = join(tmpdir(), 'mmapctl-host.lock')

/** Takes the lock, and puts the settings back when its stdin ends, as it does when we are killed. */
const KEEPER = `
cd /proc/sys/vm
limit=$(cat dirty_ratio) limit_bytes=$(cat dirty_bytes)
background=$(cat dirty_background_ratio) background_bytes=$(cat dirty_background_bytes)
restore() {
  if [ "$background_bytes" = 0 ]; then echo "$background" > dirty_background_ratio; else echo "$background_bytes" > dirty_background_bytes; fi
  if [ "$limit_bytes" = 0 ]; then echo "$limit" > dirty_ratio; else echo "$limit_bytes" > dirty_bytes; fi
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
[ -w dirty_ratio ] && echo "$limit" > dirty_ratio 2> /dev/null && echo held || echo refused
cat > /dev/null
`

const MIB = 1024 ** 2
/** Roomy, so that nobody else's writers are slowed meanwhile. */
const SETTINGS: readonly Readonly<Record<string, number>>[] = [
  { dirty_ratio: 40, dirty_background_ratio: 5 },
  { dirty_ratio: 33, dirty_background_ratio: 33 },
  { dirty_ratio: 21, dirty_background_ratio: 90 },
  { dirty_bytes: 1024 * MIB + 1, dirty_background_bytes: 300 * MIB + 4095 },
  { dirty_bytes: 2048 * MIB, dirty_background_bytes: 4096 * MIB },
  { dirty_bytes: 1536 * MIB, dirty_background_ratio: 2 },
  { dirty_ratio: 20, dirty_background_bytes: 64 * MIB },
]

/** Runs a test while nobody else changes the settings. */
async function whileHeld(context: TestContext, body: () => void): Promise<void> {
  const keeper = spawn('flock', [LOCK, 'sh', '-c', KEEPER], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [answer] = (await once(keeper.stdout, 'data')) as [Buffer]
    if (answer.toString() !== 'held\n') context.skip('the settings of writeback cannot be changed here')
    body()
  } finally {
    keeper.stdin.end()
    await once(keeper, 'exit')
  }
}

/** Free and cached memory change while the files are read; a thousandth is far less than a wrong formula would be off. */
const ROUNDING = 0.001

describe('the thresholds', () => {
  liveTest('are by formula what vmstat prints, whatever they are set to', { needs: ['root'] }, async (context) => {
    const trees = liveTrees()
    await whileHeld(context, () => {
      for (const settings of SETTINGS) {
        for (const [name, value] of Object.entries(settings)) writeFileSync(`/proc/sys/vm/${name}`, `${value}\n`)
        const { thresholds, computed, deviation, source } = standingOf(readWritebackState(trees), PAGE)
        expect(source).toBe('vmstat')
        expect(deviation, JSON.stringify({ settings, thresholds, computed })).toBeLessThan(ROUNDING)
        const { dirty_bytes: bytes } = settings
        if (bytes !== undefined) expect(thresholds?.limit).toBe(Math.ceil(bytes / PAGE) * PAGE)
      }
    })
  })
})
