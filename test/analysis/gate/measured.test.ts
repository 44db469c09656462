import { describe, expect, test } from 'vitest'
import { measuredRun, type RunFacts } from '../../../src/analysis/gate/measured.ts'
import type { MeasuredRun } from '../../../src/model/measured-run.ts'
import type { RawMeasurement, RawTree } from '../../../src/model/raw-measurement.ts'
import { parseSmapsRollup } from '../../../src/parsers/smaps-rollup.ts'
import { fixtureBytes, fixtureText } from '../../helpers/fixtures.ts'
import { rawMeasurement, rawProcess } from '../../helpers/raw-runs.ts'
import { rawMemory, treeOf } from '../../helpers/snapshots.ts'

function runOf(
  given: Partial<RawMeasurement> = {},
  tree: Partial<RawTree> = {},
  facts: Partial<RunFacts> = {},
): MeasuredRun {
  return measuredRun({
    raw: rawMeasurement(given, tree),
    peak: null,
    ownPeak: null,
    dtlbMisses: { value: null, why: 'it was not asked for' },
    surroundings: { cwd: '/home/me', pageSize: 4096 },
    ...facts,
  })
}

const end = (code: number | null, signal: string | null, timedOutMs: number | null = null): RawMeasurement['end'] => ({
  code,
  signal,
  timedOutMs,
})

describe('the end of a run', () => {
  test.each([
    [{ end: end(3, null) }, { how: 'exited', status: 3 }],
    [{ end: end(null, 'SIGSEGV') }, { how: 'killed', signal: 'SIGSEGV', oom: false }],
    [{ end: end(null, 'SIGKILL') }, { how: 'killed', signal: 'SIGKILL', oom: false }],
    [
      { end: end(null, 'SIGKILL'), oomKills: 1 },
      { how: 'killed', signal: 'SIGKILL', oom: true },
    ],
    // Where the kernel does not count, nobody can tell.
    [
      { end: end(null, 'SIGKILL'), oomKills: null },
      { how: 'killed', signal: 'SIGKILL', oom: false },
    ],
    [
      { end: end(null, 'SIGTERM'), oomKills: 1 },
      { how: 'killed', signal: 'SIGTERM', oom: false },
    ],
    [
      { end: end(null, 'SIGKILL', 500), oomKills: 1 },
      { how: 'timeout', afterMs: 500 },
    ],
  ])('%j', (given, expected) => {
    expect(runOf(given).end).toEqual(expected)
  })
})

describe('metrics', () => {
  test('of a tree: the largest process, the most mappings, all faults', () => {
    const { metrics, fidelity } = runOf(
      {},
      {
        processes: [
          rawProcess({ peakRss: 10, earlierPeakRss: 30, mappings: 5 }),
          rawProcess({ pid: 101, root: false, peakRss: 20, mappings: 9, minorFaults: 7, majorFaults: 0 }),
        ],
      },
    )
    expect(fidelity).toBe('exact')
    expect(metrics).toMatchObject({
      'peak-rss': { value: 30, fidelity: 'exact' },
      mappings: { value: 9, fidelity: 'exact' },
      'minor-faults': { value: 1007, fidelity: 'exact' },
      'major-faults': { value: 2, fidelity: 'exact' },
      // The kernel keeps no peak of it: the highest that was seen.
      anon: { value: 8_000_000, fidelity: 'polled' },
      'page-tables': { value: 40_960, fidelity: 'polled' },
      'dtlb-misses': { value: null, why: 'it was not asked for' },
    })
  })

  test('of memory are of the snapshot with most of it', () => {
    const peak = treeOf(rawMemory('thp'))
    const {
      metrics,
      peak: shown,
      anonPeak,
    } = runOf({}, { highs: { own: 1, pageTables: null, locked: 0, swap: null } }, { peak })
    expect(anonPeak).toBe(shown)
    expect(metrics.anon).toEqual({ value: anonPeak?.anon, fidelity: 'polled' })
    const kernel = parseSmapsRollup(fixtureBytes('proc/thp/smaps_rollup'))
    const parts = [kernel.anonHugePages, kernel.shmemPmdMapped, kernel.filePmdMapped, kernel.privateHugetlb]
    expect(metrics.huge.value).toBe(parts.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0))
    expect(metrics.dirty.value).toBeGreaterThan(0)
    expect(metrics['page-tables']).toMatchObject({ value: null })
    const own = treeOf(rawMemory('node20'))
    expect(runOf({}, {}, { peak, ownPeak: own }).anonPeak?.groups).not.toEqual(shown?.groups)
  })

  test('of processes that share pages are what was there at once, not the sum of their mappings, read one by one', () => {
    const rollup = fixtureText('proc/node20/smaps_rollup')
    const highs = { own: 1, pageTables: null, locked: 0, swap: null }
    expect(runOf({}, { highs }, { peak: treeOf(rawMemory('node20', { rollup })) }).metrics.anon.value).toBe(1)
    expect(runOf({}, { highs }, { peak: treeOf(rawMemory('node20')) }).metrics.anon.value).toBeGreaterThan(1)
  })

  test('count what several processes have written once', () => {
    const smaps = (share: string): string =>
      `7f0000000000-7f0000100000 rw-s 00000000 00:01 7 /dev/zero (deleted)\nRss: 1024 kB\nPss: 512 kB\n${share}Shared_Clean: 0 kB\nShared_Dirty: 1024 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: 0 kB\nAnonHugePages: 0 kB\n`
    const dirtyOf = (count: number, share: string) => {
      const one = treeOf(rawMemory('node20', { smaps: smaps(share) }))
      const processes = Array.from({ length: count }, () => one.processes[0]).filter((each) => each !== undefined)
      return runOf({}, {}, { peak: { ...one, processes } }).metrics.dirty
    }
    expect(dirtyOf(1, 'Pss_Dirty: 512 kB\n').value).toBe(1024 * 1024)
    expect(dirtyOf(2, 'Pss_Dirty: 512 kB\n').value).toBe(1024 * 1024)
    expect(dirtyOf(2, '')).toEqual({ value: null, why: 'before Linux 6.0 nothing tells what processes share of it' })
  })

  test('are the most that huge pages of files map in any one process', () => {
    const smaps = (kib: number): string =>
      `7f0000000000-7f0001000000 r--p 00000000 08:01 7 /lib/data\nRss: ${kib} kB\nPss: ${kib} kB\nFilePmdMapped: ${kib} kB\n`
    const processes = [4096, 8192, 8192].flatMap((kib) => treeOf(rawMemory('node20', { smaps: smaps(kib) })).processes)
    const { metrics } = runOf({}, {}, { peak: { ...treeOf(rawMemory('node20')), processes } })
    expect(metrics['file-huge'].value).toBe(8192 * 1024)
  })

  test('that nobody saw are unknown, each with its reason', () => {
    const { metrics, fidelity } = runOf(
      { method: 'poll' },
      {
        processes: [],
        highs: { own: null, pageTables: null, locked: null, swap: null },
        reaped: { minor: 90, major: 0 },
      },
    )
    expect(fidelity).toBe('polled')
    const unknown = Object.entries(metrics).filter(([, { value }]) => value === null)
    expect(unknown.map(([name]) => name)).toEqual([
      'peak-rss',
      'anon',
      'mappings',
      'page-tables',
      'locked',
      'swap',
      'huge',
      'dirty',
      'file-huge',
      'dtlb-misses',
    ])
    for (const [, measured] of unknown) expect('why' in measured && measured.why).toMatch(/^[a-z]/)
    expect(metrics['minor-faults']).toEqual({ value: 90, fidelity: 'exact' })
    expect(runOf({ method: 'poll' }).metrics['minor-faults']).toMatchObject({ value: null })
  })

  test('of faults are unknown when a traced process was not held at its end, and the run is not exact', () => {
    const missed = rawProcess({ pid: 101, comm: 'gone', seenAtEnd: false, mappings: null, minorFaults: null })
    const { metrics, fidelity, notes } = runOf({}, { processes: [rawProcess(), missed] })
    expect(fidelity).toBe('polled')
    expect(metrics['minor-faults']).toMatchObject({ value: null })
    expect(metrics['peak-rss']).toMatchObject({ fidelity: 'polled' })
    expect(notes).toEqual(['1 process ended without being held there: gone'])
  })

  test('of a process that goes on are a lower bound; it has no peak of its own', () => {
    const survivor = rawProcess({ pid: 101, comm: 'daemon', seenAtEnd: false, outlived: true, mappings: null })
    const run = runOf({}, { processes: [rawProcess(), survivor] })
    expect(run.fidelity).toBe('polled')
    expect(run.metrics['peak-rss']).toMatchObject({ fidelity: 'polled' })
    expect(run.metrics['minor-faults']).toMatchObject({ fidelity: 'polled' })
    expect(run.processes.map(({ peakRss, outlived }) => ({ peakRss, outlived }))).toEqual([
      { peakRss: 10_000_000, outlived: false },
      { peakRss: null, outlived: true },
    ])
    expect(run.notes).toEqual(["1 process went on after the program's end, unmeasured from then on: daemon"])
  })

  test('of very many processes list the largest of them', () => {
    const processes = Array.from({ length: 150 }, (_, index) => rawProcess({ pid: index, peakRss: index }))
    const listed = runOf({}, { processes }).processes
    expect(listed).toHaveLength(100)
    expect(listed[0]?.pid).toBe(50)
  })
})

describe('notes', () => {
  test.each([
    [{ passedOver: [{ method: 'ptrace', why: 'no' }] }, {}, 'not measured by ptrace: no'],
    [{ randomised: true }, {}, 'address space randomisation could not be switched off here'],
    [
      {},
      { processes: [rawProcess({ comm: 'sudo', setId: true })] },
      'sudo: set-user-ID or set-group-ID, which the kernel ignores while somebody traces',
    ],
    [
      {},
      { processes: [rawProcess({ comm: 'gdb', images: ['sh', 'gdb'] })] },
      'gdb cannot trace what is traced already, as check does: check the program that it starts',
    ],
    [{ oomKills: 2 }, {}, 'the kernel killed 2 of the processes for want of memory'],
    [
      {},
      {
        processes: [
          rawProcess({
            comm: 'python3',
            images: ['bash', 'env', 'python3'],
            minorFaults: 2800,
            earlierMinorFaults: 900,
          }),
          rawProcess({ pid: 101, root: false, ofLauncher: true, minorFaults: 5700, images: ['readlink'] }),
          rawProcess({ pid: 102, root: false, minorFaults: 100, images: ['cc'] }),
        ],
      },
      '6600 of the 8600 minor faults are those of bash, env, which became python3, and of what it started',
    ],
    [
      {},
      { processes: ['a', 'b', 'c', 'd', 'd'].map((comm) => rawProcess({ comm, outlived: true })) },
      "5 processes went on after the program's end, unmeasured from then on: a, b, c and 1 more",
    ],
  ] as const)('%j', (given, tree, note) => {
    expect(runOf(given as Partial<RawMeasurement>, tree).notes).toContain(note)
  })

  test('there are none without need', () => {
    expect(runOf().notes).toEqual([])
    const quick = rawProcess({ images: ['sh', 'prog'], minorFaults: 1000, earlierMinorFaults: 50 })
    expect(runOf({}, { processes: [quick] }).notes).toEqual([])
    // Polled, a program keeps its rights, and can be traced.
    const polled = { processes: [rawProcess({ setId: true, images: ['gdb'], seenAtEnd: false })] }
    expect(runOf({ method: 'poll' }, polled).notes).toEqual([])
  })

  test('say when a program cannot look for its leaks', () => {
    const shadow =
      '7fff7000-8fff7000 rw-p 00000000 00:00 0 \nSize: 262144 kB\nRss: 4 kB\nPss: 4 kB\nAnonymous: 4 kB\nVmFlags: rd wr \n'
    const peak = treeOf(rawMemory('node20', { smaps: shadow }))
    const note = 'LeakSanitizer cannot work while somebody traces, and fails: ASAN_OPTIONS=detect_leaks=0'
    expect(runOf({}, {}, { peak }).notes).toEqual([note])
    expect(runOf({ method: 'poll' }, {}, { peak }).notes).toEqual([])
    const library = shadow.replace(/^.*\n/, '7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 /usr/lib/libasan.so.8\n')
    expect(runOf({}, {}, { peak: treeOf(rawMemory('node20', { smaps: library })) }).notes).toEqual([note])
  })

  test('say when mappings may not be read', () => {
    const peak = { ...treeOf(), refused: 1 }
    expect(runOf({}, {}, { peak }).notes).toEqual([
      'the mappings of 1 of the processes may not be read, and are in no group',
    ])
  })
})
