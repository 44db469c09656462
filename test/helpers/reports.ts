import type { ClassifyContext } from '../../src/analysis/classify/context.ts'
import { type MapsQuestion, type MapsReport, mapsReport, WHOLE } from '../../src/analysis/maps-report.ts'
import { collectHost, type HostFacts } from '../../src/collectors/host.ts'
import { collectProcess, type ProcessMemory } from '../../src/collectors/process.ts'
import type { SourceRead } from '../../src/model/provenance.ts'
import type { WantedKeys } from '../../src/parsers/smaps.ts'
import { parseStat } from '../../src/parsers/stat.ts'
import { FakeProc, type FakeProcess } from './fake-proc.ts'
import { fixtureBytes } from './fixtures.ts'

/** What decides about kinds when nothing but the table is known. */
export const NO_CONTEXT: ClassifyContext = { exe: null, fsTypes: new Map(), daxDevices: new Set(), pageSize: 4096 }

/** How a sample is read. */
export interface SampleOptions {
  readonly basic?: boolean
  readonly wanted?: WantedKeys
  readonly maxStallMs?: number
  readonly process?: FakeProcess
}

/** Executables of the samples that tests ask about. */
const EXECUTABLES: Readonly<Record<string, string>> = {
  java: '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
  node20: '/usr/bin/node',
  kinds: '/srv/lab/kernel/exp/zoo',
  names: '/srv/lab/kernel/exp/zoo',
  hugetlb: '/srv/lab/kernel/exp/htlb',
}

/** A host like the one that the samples were captured on, whatever host the tests run on. */
const HOST: Omit<HostFacts, 'kernel'> = {
  pageSize: 4096,
  clockTicks: 100,
  upSeconds: 5000,
  maxMapCount: 65_530,
  capturedAt: null,
}

/** Reads a captured process through the collectors, as if it were alive. */
function readSample(sample: string, options: SampleOptions = {}): { memory: ProcessMemory; host: HostFacts } {
  using proc = new FakeProc()
  const exe = EXECUTABLES[sample]
  const { pid } = parseStat(fixtureBytes(`proc/${sample}/stat`))
  proc.add(pid, { sample, ...(exe === undefined ? {} : { exe }), ...options.process })
  const trees = proc.trees()
  const host = { ...collectHost(trees), ...HOST }
  const { basic = false, wanted = 'all', maxStallMs = 1000 } = options
  const memory = collectProcess(trees, host, pid, { basic, wanted, maxStallMs, pageSize: host.pageSize })
  return { memory: { ...memory, user: 'root', ageSeconds: 3725 }, host }
}

/** Reads that took as long as they always take. */
const PROVENANCE: readonly SourceRead[] = ['maps', 'smaps'].map((file) => ({
  path: `/proc/1234/${file}`,
  at: 1,
  durationMs: 2.5,
  bytes: 40_960,
  reads: 10,
  longestReadMs: 0.5,
  refused: null,
}))

/** The report on a captured process, the same on every machine. */
export function sampleReport(
  sample: string,
  question: Partial<MapsQuestion> = {},
  options: SampleOptions = {},
): MapsReport {
  const { memory, host } = readSample(sample, options)
  const provenance = PROVENANCE.filter((read) =>
    read.path.endsWith(memory.space?.depth === 'maps' ? '/maps' : '/smaps'),
  )
  return mapsReport(memory, host, { ...WHOLE, ...question }, provenance)
}
