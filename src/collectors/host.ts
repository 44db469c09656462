import { FailureError } from '../model/failure.ts'
import { parseAuxv } from '../parsers/auxv.ts'
import { type KernelVersion, parseOsRelease } from '../parsers/kernel-version.ts'
import { parseInteger } from '../parsers/sysfs.ts'
import { parseUptime } from '../parsers/uptime.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** What of the host decides how a process's files are read. */
export interface HostFacts {
  readonly kernel: KernelVersion
  /** Base page in bytes. */
  readonly pageSize: number
  /** Ticks a second of the times in `stat`. */
  readonly clockTicks: number
  /** Seconds since boot; `null` when it could not be read. */
  readonly upSeconds: number | null
  /** `vm.max_map_count`; `null` when it could not be read. */
  readonly maxMapCount: number | null
  /** When a capture was made of it, ISO 8601 in UTC; `null` for a host that is read now. */
  readonly capturedAt: string | null
}

/** Linux has used this on every architecture that Node runs on; it is what `auxv` says unless it cannot be read. */
const USUAL_TICKS = 100
const USUAL_PAGE = 4096

/** Gathers the host's facts. Throws `not-procfs` when the tree is no procfs. */
export function collectHost(trees: Trees): HostFacts {
  const { proc } = trees
  const kernel = readParsed(proc, 'sys/kernel/osrelease', parseOsRelease)
  if (kernel === null) throw new FailureError({ code: 'not-procfs', path: proc.pathOf('.') })
  const auxv = readParsed(trees.reader, 'auxv', parseAuxv)
  return {
    kernel,
    pageSize: auxv?.pageSize ?? USUAL_PAGE,
    clockTicks: auxv?.clockTicks ?? USUAL_TICKS,
    upSeconds: readParsed(proc, 'uptime', parseUptime)?.upSeconds ?? null,
    maxMapCount: readParsed(proc, 'sys/vm/max_map_count', parseInteger),
    capturedAt: trees.capture?.createdAt ?? null,
  }
}
