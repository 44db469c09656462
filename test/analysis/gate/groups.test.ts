import { describe, expect, test } from 'vitest'
import { treeSnapshot } from '../../../src/analysis/gate/groups.ts'
import type { MappingGroup, TreeSnapshot } from '../../../src/model/measured-run.ts'
import type { RawMemory } from '../../../src/model/raw-measurement.ts'
import { parseSmapsRollup } from '../../../src/parsers/smaps-rollup.ts'
import { fixtureBytes, fixtureText, SAMPLES } from '../../helpers/fixtures.ts'
import { rawMemory, treeOf } from '../../helpers/snapshots.ts'

const KIB = 1024
const SURROUNDINGS = { cwd: '/nowhere', pageSize: 4096 }

function snapshotOf(...samples: readonly RawMemory[]): TreeSnapshot {
  return treeSnapshot(treeOf(...samples), SURROUNDINGS)
}

function group(snapshot: TreeSnapshot, key: string): MappingGroup {
  const found = snapshot.groups.find((each) => each.key === key)
  if (found === undefined) throw new Error(`no ${key} among ${snapshot.groups.map((each) => each.key).join(', ')}`)
  return found
}

/** Both were read one after the other while the process ran; a runtime frees and allocates all the time. */
function apart(rss: number | null): number {
  return Math.max(128 * KIB, 0.03 * (rss ?? 0))
}

/** Merged pages are shared within one process; the kernel's own pages are in no rollup of another one's. */
const NOT_COMPARABLE = ['ksm', 'kinds']

describe('the sums of a snapshot are the kernel’s', () => {
  const whole = SAMPLES.filter((sample) => !NOT_COMPARABLE.includes(sample))

  test.each(whole)('%s', (sample) => {
    const rollup = parseSmapsRollup(fixtureBytes(`proc/${sample}/smaps_rollup`))
    const snapshot = snapshotOf(rawMemory(sample))
    const own = (rollup.pssAnon ?? Number.NaN) + (rollup.pssShmem ?? Number.NaN)
    expect(Math.abs(snapshot.anon - own)).toBeLessThan(apart(rollup.rss))
    expect(Math.abs(snapshot.pss - (rollup.pss ?? Number.NaN))).toBeLessThan(apart(rollup.rss))
    // All of a lone process's resident pages are in some group, once.
    expect(snapshot.rss).toBeLessThanOrEqual((rollup.rss ?? Number.NaN) + apart(rollup.rss))
    expect(snapshot.rss).toBeGreaterThanOrEqual(snapshot.pss)
  })

  test('with the kernel’s own share of what relatives share', () => {
    const rollup = fixtureText('proc/swap-forked/smaps_rollup')
    const parsed = parseSmapsRollup(Buffer.from(rollup, 'latin1'))
    const snapshot = snapshotOf(rawMemory('swap-forked', { rollup }))
    const own = (parsed.pssAnon ?? Number.NaN) + (parsed.pssShmem ?? Number.NaN)
    expect(Math.abs(snapshot.anon - own)).toBeLessThan(4 * KIB)
  })
})

describe('the groups', () => {
  test('of Node are its heap, its code, and its files', () => {
    const snapshot = snapshotOf(rawMemory('node20', { exe: '/usr/bin/node' }))
    const keys = snapshot.groups.map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(['V8 heap', '[heap]', 'libc.so.6', 'thread stacks', '[stack]']))
    expect(keys.filter((key) => /[0-9a-f]{12}|\/usr\//.test(key))).toEqual([])
    expect(keys.length).toBeLessThan(30)
    expect(group(snapshot, 'V8 heap')).toMatchObject({ anon: group(snapshot, 'V8 heap').rss })
  })

  test('of threads are one for all malloc arenas and one for all stacks', () => {
    const snapshot = snapshotOf(rawMemory('glibc-arenas-threads'))
    expect(group(snapshot, 'malloc arenas').mappings).toBeGreaterThan(4)
    expect(group(snapshot, 'thread stacks').mappings).toBeGreaterThan(1)
  })

  test('come largest first, each key once, and add up', () => {
    const { groups, rss, anon } = snapshotOf(rawMemory('java'))
    expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length)
    expect(groups.map((each) => each.rss)).toEqual(groups.map((each) => each.rss).sort((a, b) => b - a))
    expect(groups.reduce((sum, each) => sum + each.rss, 0)).toBe(rss)
    expect(groups.reduce((sum, each) => sum + each.anon, 0)).toBe(anon)
  })

  test('of two processes have a file’s pages once, and what is copied of it twice', () => {
    const exe = '/usr/bin/node'
    const one = snapshotOf(rawMemory('node20', { exe }))
    const two = snapshotOf(rawMemory('node20', { exe }), rawMemory('node20', { exe, pid: 1001 }))
    const [libc, both] = [group(one, 'libc.so.6'), group(two, 'libc.so.6')]
    expect(both.mappings).toBe(2 * libc.mappings)
    expect(both.anon).toBe(2 * libc.anon)
    expect(both.rss).toBe(libc.rss + libc.anon)
    expect(group(two, 'V8 heap').rss).toBe(2 * group(one, 'V8 heap').rss)
    expect(two).toMatchObject({ processes: 2, at: 1.5, why: 'exit' })
  })
})
