import type { FaultHost } from '../model/faults.ts'
import { parseCpuInfo } from '../parsers/cpuinfo.ts'
import { parseStatus } from '../parsers/status.ts'
import { parseChoice, parseInteger } from '../parsers/sysfs.ts'
import type { CountingMachine } from '../runners/fault-events.ts'
import type { Trees } from '../sources/trees.ts'
import { collectHost } from './host.ts'
import { readParsed } from './reading.ts'

const THP = 'kernel/mm/transparent_hugepage/enabled'

/** The host, and what decides which events are asked for on it. */
export interface MeasuringHost extends CountingMachine {
  readonly host: FaultHost
}

/** A CPU takes some 1.5 KiB, and there are machines with more than a thousand. */
const LONGEST_CPUINFO = 16 * 1024 ** 2

/** Gathers what decides which counters there are. */
export function collectFaultHost(trees: Trees): MeasuringHost {
  const { kernel, pageSize } = collectHost(trees)
  const cpuinfo = trees.proc.read('cpuinfo', LONGEST_CPUINFO)
  const cpu = cpuinfo.ok ? parseCpuInfo(cpuinfo.value) : null
  const pmus = trees.sys.list('bus/event_source/devices')
  const paranoid = readParsed(trees.proc, 'sys/kernel/perf_event_paranoid', parseInteger)
  return {
    host: {
      cpuVendor: cpu?.vendor ?? null,
      cpuModel: cpu?.model ?? null,
      kernel: kernel.release,
      paranoid,
      uid: process.geteuid?.() ?? 0,
      pageSize,
      thp: readParsed(trees.sys, THP, parseChoice)?.active ?? null,
    },
    cpu,
    kernel,
    pmus: pmus.ok ? pmus.value : [],
    paranoid,
    capabilities: readParsed(trees.proc, 'self/status', parseStatus)?.capEff ?? 0n,
  }
}
