import { describe, expect } from 'vitest'
import type { SharedObject } from '../../src/analysis/overcommit/shared-objects.ts'
import { expectNearly, GIB, MIB, readHost, readPromises, risenBy, tell } from './promises.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

const SIZE = 3 * GIB
const MIBS = SIZE / MIB

const objectsOf = (pid: number): readonly SharedObject[] => readPromises(pid).readings.objects

describe('shared memory is charged once', () => {
  liveTest('anonymous: whole when it is made, and not again for a child', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('promise')
    expectNearly(await risenBy(workload, `shared ${MIBS}`, 'unmap', SIZE), SIZE)
    await tell(workload, 'touch 8')
    const [object] = objectsOf(workload.pid)
    expect(object).toMatchObject({
      kind: 'shared-anonymous',
      charged: 'whole',
      charge: SIZE,
      used: 8 * MIB,
      estimated: false,
    })
    const own = readPromises(workload.pid).commit.charge
    expectNearly(await risenBy(workload, 'fork', 'reap', own), own)
    const owners = readHost().owners.filter((owner) => owner.charge === SIZE && owner.kind === 'shared-anonymous')
    expect(owners).toMatchObject([{ mappedBy: 2, latent: SIZE - 8 * MIB }])
  })

  liveTest('anonymous and MAP_NORESERVE: page by page', { needs: ['gcc', 'root', 'overcommit'] }, async () => {
    await using workload = await startWorkload('promise')
    expectNearly(await risenBy(workload, `loose ${MIBS}`, 'unmap', 0), 0)
    await tell(workload, 'touch 24')
    expect(objectsOf(workload.pid)).toMatchObject([{ charged: 'by-page', noReserve: true, charge: 24 * MIB }])
  })

  liveTest('a System V segment: whole, though nobody attaches it', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    expectNearly(await risenBy(workload, `segment ${MIBS}`, 'unmap', SIZE), SIZE)
    const owners = readHost().owners.filter((owner) => owner.kind === 'sysv' && owner.charge === SIZE)
    expect(owners).toMatchObject([{ mappedBy: 0, used: 4096, basis: 'object' }])
  })

  liveTest(
    'a memfd that is open but not mapped, and an open file on tmpfs: page by page',
    { needs: ['gcc', 'root'] },
    async () => {
      await using memfd = await startWorkload('promise')
      await using file = await startWorkload('promise')
      const before = readHost().reconciliation.components.find((part) => part.id === 'tmpfs')?.bytes ?? 0
      await tell(memfd, 'memfd 200')
      await tell(file, 'tmpfs 300')
      const { owners, reconciliation } = readHost()
      const found = owners.filter((owner) => owner.kind === 'memfd' && owner.pid === memfd.pid)
      expect(found).toMatchObject([{ name: '/memfd:promise', charge: 200 * MIB, mappedBy: 0 }])
      const after = reconciliation.components.find((part) => part.id === 'tmpfs')?.bytes ?? 0
      expectNearly(after - before, 300 * MIB)
    },
  )

  liveTest('the memory of a child that shares all of it with its parent', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('promise')
    await tell(workload, `private ${MIBS}`)
    const child = Number(await tell(workload, 'vfork'))
    const { readings, owners } = readHost()
    expect(readings.processes.find((each) => each.pid === child)?.borrowed).toBe(true)
    expect(owners.filter((owner) => owner.pid === workload.pid || owner.pid === child)).toHaveLength(1)
    await tell(workload, 'reap')
    const forked = Number(await tell(workload, 'fork'))
    expect(readHost().readings.processes.find((each) => each.pid === forked)?.borrowed).toBe(false)
  })
})

/** What the sum may be off by, beside what Committed_AS moved meanwhile: processes that start or end half way. */
const SHARE = 0.01
const LEAST = 4 * MIB

describe('the owners of Committed_AS', () => {
  liveTest('add up to the kernel’s figure', { needs: ['gcc', 'root'], timeout: 60_000 }, async () => {
    await using promises = await startWorkload('promise')
    await using shares = await startWorkload('promise')
    await using segment = await startWorkload('promise')
    await using arenas = await startWorkload('arenas')
    await using kinds = await startWorkload('kinds')
    expect(arenas.pid).not.toBe(kinds.pid)
    await tell(promises, 'private 1500')
    await tell(promises, 'fork')
    await tell(shares, 'shared 700')
    await tell(shares, 'touch 50')
    await tell(segment, 'segment 300')
    await tell(segment, 'memfd 40')
    const off: string[] = []
    for (let attempt = 0; attempt < 20; attempt++) {
      const { unexplained, moved, committed, explained } = readHost().reconciliation
      const bound = Math.abs(moved) + committed * SHARE + LEAST
      if (Math.abs(unexplained) <= bound) {
        expect(explained).toBeGreaterThan(4000 * MIB)
        return
      }
      off.push(`${Math.round(unexplained / MIB)} of ${Math.round(bound / MIB)} MiB`)
    }
    expect(off).toEqual([])
  })
})
