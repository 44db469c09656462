import { existsSync } from 'node:fs'
import { parseSnapshot, type TreeMappings } from '../../src/collectors/measured-memory.ts'
import type { RawMemory, RawSnapshot } from '../../src/model/raw-measurement.ts'
import { fixtureText } from './fixtures.ts'

const MOUNTS = '21 1 254:0 / / rw - ext4 /dev/root rw\n23 22 0:27 / /dev/shm rw - tmpfs tmpfs rw\n'

/** A captured process as it would be read for a snapshot. */
export function rawMemory(sample: string, given: Partial<RawMemory> = {}): RawMemory {
  const smaps = existsSync(new URL(`../fixtures/proc/${sample}/smaps`, import.meta.url)) ? 'smaps' : 'smaps.gz'
  return {
    pid: 1000,
    comm: sample,
    exe: `/usr/bin/${sample}`,
    smaps: fixtureText(`proc/${sample}/${smaps}`),
    rollup: null,
    mountinfo: MOUNTS,
    ...given,
  }
}

/** A snapshot of captured processes. */
function rawSnapshot(processes: readonly RawMemory[], given: Partial<RawSnapshot> = {}): RawSnapshot {
  return { at: 1500, why: 'exit', weight: { rss: 0, own: 0 }, processes, refused: 0, ...given }
}

/** The same, parsed. */
export function treeOf(...processes: readonly RawMemory[]): TreeMappings {
  return parseSnapshot(rawSnapshot(processes))
}
