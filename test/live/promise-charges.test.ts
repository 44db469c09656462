import { describe, expect } from 'vitest'
import { expectNearly, GIB, MIB, readHost, readPromises, risenBy, tell } from './promises.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

/** Large, so that what others on this machine do is little beside it; nothing of it is touched. */
const SIZE = 4 * GIB
const MIBS = SIZE / MIB

describe('what the kernel charges is what a process is said to be charged', () => {
  liveTest('private writable memory: its size, at once', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    const before = readPromises(workload.pid).commit
    expectNearly(await risenBy(workload, `private ${MIBS}`, 'unmap', SIZE), SIZE)
    const after = readPromises(workload.pid).commit
    expect(after.charge - before.charge).toBe(SIZE)
    expectNearly(after.latent - before.latent, SIZE, MIB)
    expect(after.largest).toBe(SIZE)
  })

  liveTest('what is touched of it is used, and what is not may still be', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    await tell(workload, `private ${MIBS}`)
    const before = readPromises(workload.pid).commit
    await tell(workload, 'touch 32')
    const after = readPromises(workload.pid).commit
    expect(after.charge).toBe(before.charge)
    // At least so much: with transparent huge pages a touch may take a whole one.
    expect(after.used - before.used).toBeGreaterThanOrEqual(32 * MIB)
    expect(after.used - before.used).toBeLessThanOrEqual(36 * MIB)
    expect(after.latent).toBe(after.charge - after.used)
  })

  liveTest('read-only private memory: nothing, until it becomes writable', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    const before = readPromises(workload.pid).commit.charge
    expectNearly(await risenBy(workload, `readonly ${MIBS}`, 'unmap', 0), 0)
    expect(readPromises(workload.pid).commit.charge).toBe(before)
    expectNearly(await risenBy(workload, 'write', 'write', SIZE), SIZE)
    expect(readPromises(workload.pid).commit.charge - before).toBe(SIZE)
  })

  liveTest('MAP_NORESERVE: nothing, and it is said', { needs: ['gcc', 'overcommit'] }, async () => {
    await using workload = await startWorkload('promise')
    const before = readPromises(workload.pid).commit
    expectNearly(await risenBy(workload, `noreserve ${MIBS}`, 'unmap', 0), 0)
    await tell(workload, 'touch 8')
    const after = readPromises(workload.pid).commit
    expect(after.charge).toBe(before.charge)
    expect(after.noReserve - before.noReserve).toBe(SIZE)
    expect(after.noReserveUsed - before.noReserveUsed).toBeGreaterThanOrEqual(8 * MIB)
  })

  liveTest('a reservation without access: nothing', { needs: ['gcc', 'overcommit'] }, async () => {
    await using workload = await startWorkload('promise')
    const before = readPromises(workload.pid).commit
    expectNearly(await risenBy(workload, `idle ${MIBS}`, 'unmap', 0), 0)
    const after = readPromises(workload.pid).commit
    expect(after.reserved - before.reserved).toBe(SIZE)
    expect([after.charge, after.noReserve, after.largest]).toEqual([before.charge, before.noReserve, before.largest])
  })

  liveTest('a forked child: all of it again', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    await tell(workload, `private ${MIBS}`)
    await tell(workload, 'touch 64')
    const parent = readPromises(workload.pid).commit
    expectNearly(await risenBy(workload, 'fork', 'reap', parent.charge), parent.charge)
    await tell(workload, 'reap')
    const child = Number(await tell(workload, 'fork'))
    const forked = readPromises(child).commit
    expect(forked.charge).toBe(parent.charge)
    // The touched half belongs to both: each uses half of it, and may copy the other.
    expectNearly(forked.used, 32 * MIB, MIB)
    expectNearly(forked.copyOnWrite, 32 * MIB, MIB)
  })

  liveTest('a group whose leader has exited: that of the others', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('dead-leader')
    const { commit, outlook } = readPromises(workload.pid)
    expect(commit.charge).toBeGreaterThan(8 * MIB)
    const data = outlook.limits.find((each) => each.id === 'max-map-count')
    expect(data?.used).toBeGreaterThan(10)
    expect([...outlook.unlimited, ...outlook.limits].find((each) => each.id === 'rlimit-data')?.used).toBeGreaterThan(
      8 * MIB,
    )
    expect(readHost().owners.find((owner) => owner.pid === workload.pid)).toMatchObject({ charge: commit.charge })
  })
})
