import { closeSync, openSync } from 'node:fs'
import { describe, expect } from 'vitest'
import type { DirtyReport } from '../../src/analysis/dirty/report.ts'
import type { Durability } from '../../src/model/durability.ts'
import { temporary } from '../e2e/mmapctl.ts'
import { cacheOf, fileIn, meminfo, openFile, PAGE, readDirty, smapsOf, vmstat, whileDirty } from './dirty-read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload, type Workload } from './workload.ts'

/** What a report has for the mappings of one durability. */
function group(report: DirtyReport, durability: Durability) {
  return report.processes[0]?.groups.find((each) => each.durability === durability)
}

/** Makes pages of a workload dirty and reads it while smaps has them so. */
function reading(workload: Workload, commands: readonly string[], label: string, pages: number): Promise<DirtyReport> {
  return whileDirty(
    workload,
    commands,
    () => readDirty([workload.pid]),
    () => smapsOf(workload, label).dirty === pages * PAGE,
  )
}

/** The same while cachestat has them so; the file is opened before anything happens to its name. */
async function readingCache(
  workload: Workload,
  commands: readonly string[],
  name: string,
  pages: number,
): Promise<DirtyReport> {
  const descriptor = openFile(workload, name)
  try {
    return await whileDirty(
      workload,
      commands,
      () => readDirty([workload.pid]),
      () => cacheOf(descriptor) === pages * PAGE,
    )
  } finally {
    closeSync(descriptor)
  }
}

describe('a shared mapping of a file, to the page', () => {
  liveTest('shows what was stored through it, and nothing after msync', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dirty')
    const stored = await reading(workload, ['store shared 16', 'touch alias'], 'alias', 16)
    expect(fileIn(stored, '/shared.dat')).toMatchObject({ durability: 'msync', mappings: 2, mapped: 16 * PAGE })
    expect(smapsOf(workload, 'shared').dirty).toBe(16 * PAGE)
    await workload.send('msync shared')
    const synced = readDirty([workload.pid])
    expect(fileIn(synced, '/shared.dat')).toMatchObject({ mapped: 0, atRisk: 0 })
    expect(group(synced, 'msync')?.dirty).toBe(0)
  })

  liveTest('and what cachestat has of it, counted once', { needs: ['gcc', 'cachestat'] }, async () => {
    await using workload = await startWorkload('dirty')
    const report = await readingCache(workload, ['store shared 16', 'touch alias'], 'shared', 16)
    const { dirty, writeback, atRisk, atLeast } = fileIn(report, '/shared.dat')
    expect({ all: dirty + writeback, atRisk, atLeast }).toEqual({ all: 16 * PAGE, atRisk: 16 * PAGE, atLeast: false })
  })

  liveTest('in two parts, and by another process', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dirty')
    const halves = await reading(workload, ['store halves 5', 'store second 7'], 'second', 7)
    expect(fileIn(halves, '/halves.dat')).toMatchObject({ mappings: 2, mapped: 12 * PAGE, mappedExact: true })
    const directory = workload.facts.find(({ name }) => name === 'dir')?.value ?? ''
    await using peer = await startWorkload('dirty', ['32', `${directory}/shared.dat`])
    const both = await whileDirty(
      peer,
      ['store peer 8', 'touch peer'],
      () => readDirty([workload.pid, peer.pid]),
      () => smapsOf(peer, 'peer').dirty === 8 * PAGE,
    )
    const shared = both.files.filter(({ path }) => path === `${directory}/shared.dat`)
    expect(shared).toMatchObject([{ mappings: 3, pids: [workload.pid, peer.pid], mapped: 8 * PAGE }])
  })
})

describe('what is no data at risk', () => {
  liveTest('private copies of a file, memory without a disk, anonymous memory', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dirty')
    const clean = readDirty([workload.pid])
    for (const area of ['private', 'tmpfs', 'memfd', 'anonymous-shared', 'anonymous']) {
      expect(await workload.send(`store ${area} 9`)).toBe('ok')
    }
    const report = readDirty([workload.pid])
    expect(report.total.mapped - clean.total.mapped).toBe(0)
    expect((group(report, 'volatile')?.dirty ?? 0) - (group(clean, 'volatile')?.dirty ?? 0)).toBe(27 * PAGE)
    expect((group(report, 'private')?.copies ?? 0) - (group(clean, 'private')?.copies ?? 0)).toBe(9 * PAGE)
    expect(smapsOf(workload, 'private')).toEqual({ dirty: 9 * PAGE, anonymous: 9 * PAGE })
    expect((group(report, 'anonymous')?.dirty ?? 0) - (group(clean, 'anonymous')?.dirty ?? 0)).toBeGreaterThanOrEqual(
      9 * PAGE,
    )
    // msync changes none of it: there is nothing to write it to.
    await workload.send('msync memfd')
    expect(group(readDirty([workload.pid]), 'volatile')?.dirty).toBe(group(report, 'volatile')?.dirty)
  })

  liveTest(
    'private copies hide nothing that write(2) stored in the file',
    { needs: ['gcc', 'cachestat'] },
    async () => {
      await using workload = await startWorkload('dirty')
      const report = await readingCache(workload, ['store private 9', 'write private 20'], 'private', 20)
      expect(fileIn(report, '/private.dat')).toMatchObject({ durability: 'fsync', mapped: 0, atRisk: 20 * PAGE })
    },
  )
})

describe('a file without a name', () => {
  liveTest('is gone with its last close, unless another name is left', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('dirty')
    const gone = await reading(workload, ['store unlinked 6', 'store linked 4'], 'unlinked', 6)
    expect(fileIn(gone, '/unlinked.dat')).toMatchObject({
      links: 0n,
      durability: 'unlinked',
      atRisk: 0,
      mapped: 6 * PAGE,
    })
    expect(fileIn(gone, '/linked.dat')).toMatchObject({ links: 1n, durability: 'msync', mapped: 4 * PAGE })
    expect(gone.processes[0]?.unlinked).toBe(6 * PAGE)
  })
})

describe('what no mapping shows', () => {
  liveTest(
    'is seen by cachestat alone: write(2) into pages never touched',
    { needs: ['gcc', 'cachestat'] },
    async () => {
      await using workload = await startWorkload('dirty')
      const report = await readingCache(workload, ['write written 11'], 'written', 11)
      expect(fileIn(report, '/written.dat')).toMatchObject({ durability: 'fsync', mapped: 0, atRisk: 11 * PAGE })
      await workload.send('fsync written')
      expect(fileIn(readDirty([workload.pid]), '/shared.dat').atRisk).toBe(0)
      expect(readDirty([workload.pid]).files.some(({ path }) => path.endsWith('/written.dat'))).toBe(false)
    },
  )

  liveTest('as what a mapping has forgotten', { needs: ['gcc', 'cachestat'] }, async () => {
    await using workload = await startWorkload('dirty')
    const report = await readingCache(workload, ['store shared 16', 'forget shared', 'forget alias'], 'shared', 16)
    expect(fileIn(report, '/shared.dat')).toMatchObject({ mapped: 0, atRisk: 16 * PAGE })
  })

  liveTest(
    'and files that are open and not mapped, where they are wanted',
    { needs: ['gcc', 'cachestat'] },
    async () => {
      await using workload = await startWorkload('dirty')
      const report = await readingCache(workload, ['write open 13'], 'open', 13)
      expect(fileIn(report, '/open.dat')).toMatchObject({ durability: 'fsync', mappings: 0, atRisk: 13 * PAGE })
      const without = readDirty([workload.pid], { openFiles: false })
      expect(without.files.some(({ path }) => path.endsWith('/open.dat'))).toBe(false)
      expect(without.openFiles).toEqual({ looked: false, why: 'not-asked' })
    },
  )
})

/** Starts a program in a mount namespace of its own, with its files on an overlay whose layers we see and whose mount we do not. */
const ON_OVERLAY = `
mkdir "$1/lower" "$1/upper" "$1/work" "$1/merged" &&
mount -t overlay overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" "$1/merged" &&
export TMPDIR="$1/merged" && shift && exec "$@"
`

describe('a container', () => {
  liveTest(
    'has its files on an overlay: they are asked about in its upper layer',
    { needs: ['gcc', 'cachestat', 'overlay-mount'] },
    async () => {
      using layers = temporary()
      const through = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ON_OVERLAY, 'sh', layers.path]
      await using workload = await startWorkload('dirty', [], { through })
      const directory = workload.facts.find(({ name }) => name === 'dir')?.value.replace('/merged/', '/upper/') ?? ''
      const descriptor = openSync(`${directory}/written.dat`, 'r')
      const commands = ['store shared 10', 'write written 11', 'write open 5', 'store unlinked 3', 'store linked 4']
      const report = await whileDirty(
        workload,
        commands,
        () => readDirty([workload.pid]),
        () => cacheOf(descriptor) === 11 * PAGE && smapsOf(workload, 'shared').dirty === 10 * PAGE,
      )
      closeSync(descriptor)
      expect(fileIn(report, '/shared.dat')).toMatchObject({
        fsType: 'overlay',
        mapped: 10 * PAGE,
        atRisk: 10 * PAGE,
        atLeast: false,
      })
      expect(fileIn(report, '/written.dat').atRisk).toBe(11 * PAGE)
      expect(fileIn(report, '/open.dat').atRisk).toBe(5 * PAGE)
      expect(fileIn(report, '/unlinked.dat')).toMatchObject({ links: 0n, atRisk: 0 })
      // Its upper layer has no path that leads to it any more.
      expect(fileIn(report, '/linked.dat')).toMatchObject({ links: 1n, atRisk: 4 * PAGE, atLeast: true })
    },
  )
})

describe('a read-only mapping', () => {
  liveTest('shows what was stored elsewhere', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dirty')
    const report = await reading(workload, ['write readonly 3', 'touch readonly'], 'readonly', 3)
    expect(fileIn(report, '/readonly.dat').mapped).toBe(3 * PAGE)
    const mapped = readDirty([workload.pid], { openFiles: false })
    expect(fileIn(mapped, '/readonly.dat').durability).toBe('read-only')
  })
})

describe('the host', () => {
  liveTest('has the dirty memory that meminfo and vmstat have, to the page', {}, () => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const before = [vmstat('nr_dirty'), vmstat('nr_writeback')]
      const { standing } = readDirty([process.pid], { openFiles: false })
      if (`${[vmstat('nr_dirty'), vmstat('nr_writeback')]}` !== `${before}`) continue
      if (meminfo('Dirty') !== before[0]) continue
      expect([standing.dirty, standing.writeback]).toEqual(before)
      return
    }
    throw new Error('the host never stood still')
  })

  liveTest(
    'has a process that matters, with its files, and the rest by name',
    { needs: ['gcc', 'root', 'cachestat'] },
    async () => {
      await using workload = await startWorkload('dirty', ['1024'])
      const commands = ['store shared 1024', 'write open 512']
      const descriptor = openFile(workload, 'shared')
      const report = await whileDirty(
        workload,
        commands,
        () => readDirty(null),
        () => cacheOf(descriptor) === 1024 * PAGE,
      )
      closeSync(descriptor)
      const found = report.processes.find(({ memory }) => memory.pid === workload.pid)
      // Besides these files it maps its own program, which may have been compiled just now.
      expect(found?.msyncMappings).toBe(4)
      expect(found?.mapped).toBeGreaterThanOrEqual(1024 * PAGE)
      expect(found?.atRisk).toBeGreaterThanOrEqual(1536 * PAGE)
      expect(fileIn(report, '/open.dat').atRisk).toBe(512 * PAGE)
      expect(fileIn(report, '/shared.dat')).toMatchObject({ atRisk: 1024 * PAGE, pids: [workload.pid] })
      const { host = 0, files = 0, elsewhere = -1 } = report.reconciliation ?? {}
      expect(files).toBeGreaterThanOrEqual(1536 * PAGE)
      expect(elsewhere).toBe(Math.max(0, host - files))
      // The kernel's counters are per CPU and put together in steps of at most 125 pages a CPU (mm/vmstat.c).
      expect(host).toBeGreaterThan(1536 * PAGE - 2 * 125 * PAGE)
    },
  )
})
