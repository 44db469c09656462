import type { CommitSample, CommitSettings } from '../../src/collectors/commit-host.ts'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import { parsePressure } from '../../src/parsers/pressure.ts'
import { fixtureBytes, fixtureText } from './fixtures.ts'

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB

/** The settings of the captured host. */
export const SETTINGS: CommitSettings = {
  mode: 0,
  ratio: 50,
  fixed: 0,
  adminReserve: 8192 * KIB,
  userReserve: 100_407 * KIB,
  panicOnOom: 0,
  killAllocatingTask: 0,
}

/** The captured host's meminfo with some lines replaced, in kB as the kernel prints them. */
function meminfoWith(lines: Readonly<Record<string, number>>): ReturnType<typeof parseMeminfo> {
  let text = fixtureText('system/meminfo')
  for (const [key, kib] of Object.entries(lines)) {
    const line = new RegExp(`^${key}:.*$`, 'm')
    if (!line.test(text)) throw new Error(`meminfo has no ${key}`)
    text = text.replace(line, `${key}: ${kib} kB`)
  }
  return parseMeminfo(Buffer.from(text, 'latin1'))
}

/** The captured host at a moment. */
export function sampleWith(
  lines: Readonly<Record<string, number>> = {},
  more: Partial<CommitSample> = {},
): CommitSample {
  return {
    at: 1000,
    meminfo: meminfoWith(lines),
    pools: [],
    pressure: parsePressure(fixtureBytes('system/pressure-memory')),
    pressureRefusal: null,
    oomKills: 0,
    cgroupKills: null,
    ...more,
  }
}
