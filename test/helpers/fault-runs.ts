import type { Counter, FaultHost, FaultRun, RawRun } from '../../src/model/faults.ts'
import type { HostEvents } from '../../src/model/host-events.ts'

export const INTEL: FaultHost = {
  cpuVendor: 'GenuineIntel',
  cpuModel: 'Intel(R) Xeon(R) Processor @ 2.90GHz',
  kernel: '6.18.44',
  paranoid: 2,
  uid: 1000,
  pageSize: 4096,
  thp: 'madvise',
}

export const AMD: FaultHost = { ...INTEL, cpuVendor: 'AuthenticAMD', cpuModel: 'AMD EPYC 7763' }

/** A host that did nothing of note meanwhile. */
const QUIET: HostEvents = { thpFaultAlloc: 0, pswpin: 0, pswpout: 0, swapRaHit: 0, numaHintFaults: 0 }

/** A run of a program that took 1,052 faults, without perf, but for what is given. */
export function rawRun(given: Partial<RawRun>): RawRun {
  return {
    argv: ['./touch', '1000'],
    pid: 10072,
    exit: { code: 0, signal: null },
    wallMs: 100,
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    warmup: false,
    perf: null,
    perfAbsent: null,
    kernel: { minor: 1050, major: 2, source: '/proc/self/stat: cminflt, cmajflt', includes: 'reaped tree' },
    peakRssBytes: 8 * 1024 ** 2,
    samples: [],
    vmstat: null,
    host: INTEL,
    ...given,
  }
}

/** The same with perf's answer read: counters as given, by name. */
export function faultRun(counters: readonly Counter[], given: Partial<FaultRun> = {}): FaultRun {
  const { perf: _perf, perfAbsent: _absent, vmstat: _vmstat, ...rest } = rawRun({})
  return { ...rest, counters, perfVersion: '6.1.192', failure: null, hostEvents: QUIET, ...given }
}

/** A counter that was counted all the time, but for what is given. */
export function counter(event: string, value: number | null, given: Partial<Counter> = {}): Counter {
  return {
    event,
    modifiers: '',
    pmu: null,
    value,
    unit: '',
    state: value === null ? 'not-supported' : 'counted',
    percentRunning: value === null ? null : 100,
    runNs: 1_000_000,
    reason: value === null ? 'not-supported' : null,
    ...given,
  }
}
