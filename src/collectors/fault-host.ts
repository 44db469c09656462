import type { FaultHost } from '../model/faults.ts'
import { parseCpuInfo } from '../parsers/cpuinfo.ts'
import { parseStatus } from '../parsers/status.ts'
import { parseChoice, parseInteger } from '../parsers/sysfs.ts'
import type { Trees } from '../sources/trees.ts'
import { collectHost } from './host.ts'
import { readParsed } from './reading.ts'

const THP = 'kernel/mm/transparent_hugepage/enabled'

/** The host, and what we may do on it. */
export interface MeasuringHost {
  readonly host: FaultHost
  /** Our effective capabilities, a bit each (linux/capability.h). */
  readonly capabilities: bigint
}

/** Gathers what decides which counters there are. */
export function collectFaultHost(trees: Trees): MeasuringHost {
  const { kernel, pageSize } = collectHost(trees)
  const cpu = readParsed(trees.proc, 'cpuinfo', parseCpuInfo)
  return {
    host: {
      cpuVendor: cpu?.vendor ?? null,
      cpuModel: cpu?.model ?? null,
      kernel: kernel.release,
      paranoid: readParsed(trees.proc, 'sys/kernel/perf_event_paranoid', parseInteger),
      uid: process.geteuid?.() ?? 0,
      pageSize,
      thp: readParsed(trees.sys, THP, parseChoice)?.active ?? null,
    },
    capabilities: readParsed(trees.proc, 'self/status', parseStatus)?.capEff ?? 0n,
  }
}
