import type { RuleSources } from '../../src/analysis/rules/sources.ts'
import { thpBasis } from '../../src/analysis/thp/basis.ts'
import { type ThpHostReport, thpHostReport } from '../../src/analysis/thp/host-report.ts'
import { thpProcess, type ZeroAnswer } from '../../src/analysis/thp/process-report.ts'
import { lookAtHost } from '../../src/cli/overcommit-host.ts'
import { collectHost } from '../../src/collectors/host.ts'
import type { ThpHost } from '../../src/collectors/thp-host.ts'
import type { HugetlbPool } from '../../src/model/hugetlb.ts'
import { parseBuddyinfo } from '../../src/parsers/buddyinfo.ts'
import { parseCpuInfo } from '../../src/parsers/cpuinfo.ts'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import { FakeHost } from './fake-host.ts'
import { fixtureBytes } from './fixtures.ts'
import { HUGE, SETTINGS } from './thp.ts'

/** The captured host's meminfo with some lines replaced, in KiB. */
export function meminfoOf(lines: Readonly<Record<string, number>>): RuleSources['meminfo'] {
  return parseMeminfo(Buffer.from(meminfoText(lines)))
}

function meminfoText(lines: Readonly<Record<string, number>>): string {
  let text = fixtureBytes('system/meminfo').toString('latin1')
  for (const [key, value] of Object.entries(lines))
    text = text.replace(new RegExp(`^${key}:.*$`, 'm'), `${key}: ${value} kB`)
  return text
}

/** What the captured host promises and has left, with some lines of meminfo replaced, in KiB. */
export function commitOf(lines: Readonly<Record<string, number>>): RuleSources['commit'] {
  using host = new FakeHost()
  host.proc.write('meminfo', meminfoText(lines))
  host.proc.write('sys/vm/overcommit_memory', '0\n')
  return lookAtHost(host.trees(), collectHost(host.trees()), null)
}

/** A pool of 2 MiB pages. */
export function poolOf(counts: Partial<HugetlbPool>): HugetlbPool {
  return {
    size: HUGE,
    isDefault: true,
    total: 16,
    free: 16,
    reserved: 0,
    surplus: 0,
    overcommit: 0,
    nodes: [],
    ...counts,
  }
}

/** The captured host as `thp` reports it; counters of vmstat rose so within half a second, or were read once. */
export function hugePagesOf(
  parts: Partial<ThpHost> = {},
  rises: Readonly<Record<string, number>> | null = {},
): ThpHostReport {
  const host: ThpHost = {
    settings: SETTINGS,
    pools: [],
    meminfo: meminfoOf({}),
    buddy: parseBuddyinfo(fixtureBytes('system/buddyinfo')),
    processor: { cpu: parseCpuInfo(fixtureBytes('system/cpuinfo-amd')), cpuidTlb: [] },
    ...parts,
  }
  const names = ['thp_fault_alloc', 'thp_fault_fallback', 'thp_fault_fallback_charge', 'compact_stall']
  const before = { at: 0, counters: new Map(names.map((name) => [name, 1000])) }
  const after = { at: 500, counters: new Map(names.map((name) => [name, 1000 + (rises?.[name] ?? 0)])) }
  return thpHostReport(host, 4096, HUGE, { before, after: rises === null ? null : after })
}

/** A process as `thp` reports it. */
export function thpOf(
  { memory, host }: RuleSources['smaps'],
  system: ThpHostReport = hugePagesOf(),
  zeros: ZeroAnswer = 'not-asked',
): RuleSources['thp'] {
  return thpProcess({ ...thpBasis(memory, host, system), folios: 'not-asked', zeros })
}
