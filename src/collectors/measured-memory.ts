import { MappingTable } from '../model/mapping-table.ts'
import type { RawMemory, RawSnapshot } from '../model/raw-measurement.ts'
import { type MountEntry, parseMountinfo } from '../parsers/mountinfo.ts'
import { SmapsParser } from '../parsers/smaps.ts'
import { parseSmapsRollup, type SmapsRollup } from '../parsers/smaps-rollup.ts'

/** The mappings of one process of a snapshot. */
export interface ProcessMappings {
  readonly pid: number
  /** Thread name and executable, binary strings. */
  readonly comm: string
  readonly exe: string | null
  readonly table: MappingTable
  /** `null` when it shares no pages with another process of the tree, or before Linux 4.14. */
  readonly rollup: SmapsRollup | null
  /** Mounts as the process saw them; empty when they could not be read. */
  readonly mounts: readonly MountEntry[]
}

/** The mappings of a whole tree at one moment. */
export interface TreeMappings extends Pick<RawSnapshot, 'at' | 'why' | 'refused'> {
  readonly processes: readonly ProcessMappings[]
}

/** Parses what was read while the program ran. */
export function parseSnapshot({ at, why, refused, processes }: RawSnapshot): TreeMappings {
  return { at, why, refused, processes: processes.map(parseMemory) }
}

function parseMemory({ pid, comm, exe, smaps, rollup, mountinfo }: RawMemory): ProcessMappings {
  const table = new MappingTable()
  const bytes = Buffer.from(smaps, 'latin1')
  new SmapsParser(table).write(bytes, bytes.length, true)
  return {
    pid,
    comm,
    exe,
    table,
    rollup: rollup === null ? null : parseSmapsRollup(Buffer.from(rollup, 'latin1')),
    mounts: mountinfo === null ? [] : parseMountinfo(Buffer.from(mountinfo, 'latin1')),
  }
}
