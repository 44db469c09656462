import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/analysis/classify/classify.ts'
import { hostRisk, hostView } from '../../../src/analysis/overcommit/host-report.ts'
import { ObjectRegister } from '../../../src/analysis/overcommit/object-register.ts'
import type { OwnerProcess } from '../../../src/analysis/overcommit/owners.ts'
import {
  memfdObjects,
  needsOpenFiles,
  type OwnershipReadings,
  ownershipReport,
} from '../../../src/analysis/overcommit/ownership.ts'
import { commitOfStatus, type ProcessCommit } from '../../../src/analysis/overcommit/process-commit.ts'
import { reconcile } from '../../../src/analysis/overcommit/reconcile.ts'
import { borrowersOf } from '../../../src/analysis/overcommit/same-memory.ts'
import { mappedObjects, type SharedObject } from '../../../src/analysis/overcommit/shared-objects.ts'
import { MappingTable, packDevice } from '../../../src/model/mapping-table.ts'
import { SmapsParser } from '../../../src/parsers/smaps.ts'
import { parseStatus } from '../../../src/parsers/status.ts'
import { parseSysvShm } from '../../../src/parsers/sysvipc-shm.ts'
import { GIB, KIB, MIB, SETTINGS, sampleWith } from '../../helpers/commit-samples.ts'
import { fixtureBytes } from '../../helpers/fixtures.ts'
import { NO_CONTEXT } from '../../helpers/reports.ts'

const SHM = packDevice(0, 0x1b)
const NO_SEGMENTS = { segments: [], namespace: 'ipc', hugePages: [] }

/** The shared memory of the captured process that maps every kind. */
function kindsObjects(namespace = 'ipc') {
  const table = new MappingTable()
  const bytes = fixtureBytes('proc/kinds/smaps')
  new SmapsParser(table).write(bytes, bytes.length, true)
  const fsTypes = new Map([
    [SHM, 'tmpfs'],
    [packDevice(0, 6), 'devtmpfs'],
  ])
  const classes = classify(table, { ...NO_CONTEXT, fsTypes })
  return mappedObjects(table, classes, new Set(fsTypes.keys()), namespace)
}

function commit(charge: number, used = charge, basis: ProcessCommit['basis'] = 'smaps'): ProcessCommit {
  return {
    ...commitOfStatus(null),
    basis,
    charge,
    used,
    latent: charge - used,
    seldom: 0,
    noReserve: 0,
    noReserveCopyOnWrite: 0,
    copyOnWrite: 0,
  }
}

function object(
  kind: SharedObject['kind'],
  charge: number,
  used = charge,
  more: Partial<SharedObject> = {},
): SharedObject {
  return {
    key: `${kind}${charge}`,
    kind,
    name: kind,
    device: SHM,
    inode: '1',
    noReserve: false,
    mappedBy: 1,
    pid: 1,
    charged: kind === 'sysv' || kind === 'shared-anonymous' ? 'whole' : 'by-page',
    charge,
    used,
    estimated: false,
    ...more,
  }
}

describe('shared memory of a process', () => {
  it('is found by kind, each object once however often it is mapped', () => {
    const found = kindsObjects()
    const of = (kind: string) => found.filter((each) => each.kind === kind)
    expect(
      of('shared-anonymous')
        .map((each) => [each.extent, each.noReserve])
        .sort(),
    ).toEqual([
      [128 * KIB, false],
      [256 * KIB, false],
      [256 * KIB, true],
    ])
    expect(of('sysv').map((each) => each.extent)).toEqual([128 * KIB, 128 * KIB])
    // Of five mappings three are of one memfd.
    expect(of('memfd').map((each) => each.name)).toEqual(['/memfd:uffd-minor', '/memfd:sealed', '/memfd:jit-code'])
    // /dev/zero, mapped privately, is on a tmpfs as a node alone.
    expect(of('tmpfs').map((each) => each.name)).toEqual(['/dev/shm/posixshm'])
  })

  it('is charged whole if it is anonymous or a segment, else page by page', () => {
    const register = new ObjectRegister(4096)
    register.add(7, kindsObjects(), (mapping) => ({ size: mapping.extent + 1, allocated: 8 * KIB }))
    const objects = register.objects(NO_SEGMENTS)
    const charges = objects.map((each) => [each.kind, each.charged, each.charge / KIB]).sort()
    expect(charges).toEqual([
      ['memfd', 'by-page', 8],
      ['memfd', 'by-page', 8],
      ['memfd', 'by-page', 8],
      ['shared-anonymous', 'by-page', 8],
      ['shared-anonymous', 'whole', 132],
      ['shared-anonymous', 'whole', 260],
      ['sysv', 'whole', 132],
      ['sysv', 'whole', 132],
      ['tmpfs', 'by-page', 8],
    ])
    expect(objects.every((each) => each.pid === 7 && each.mappedBy === 1 && !each.estimated)).toBe(true)
  })

  it('is counted once when several processes map it, and asked about until one may tell', () => {
    const register = new ObjectRegister(4096)
    const asked: number[] = []
    const ask = (pid: number, answer: { size: number; allocated: number } | null) => () => {
      asked.push(pid)
      return answer
    }
    const [mapping] = kindsObjects().filter((each) => each.kind === 'memfd')
    if (mapping === undefined) throw new Error('no memfd')
    register.add(1, [mapping], ask(1, null))
    register.add(2, [mapping], ask(2, { size: MIB, allocated: 4096 }))
    register.add(3, [mapping], ask(3, null))
    expect(asked).toEqual([1, 2])
    expect(register.objects(NO_SEGMENTS)).toMatchObject([{ pid: 1, mappedBy: 3, charge: 4096 }])
  })

  it('that nobody could ask about is at least as large as it is mapped, and marked as a guess', () => {
    const register = new ObjectRegister(4096)
    register.add(1, kindsObjects(), () => null)
    const objects = register.objects(NO_SEGMENTS)
    expect(objects.every((each) => each.estimated)).toBe(true)
    expect(objects.find((each) => each.kind === 'memfd')?.charge).toBeNaN()
    expect(objects.find((each) => each.kind === 'sysv')?.charge).toBe(128 * KIB)
  })
})

describe('System V segments', () => {
  const segments = parseSysvShm(fixtureBytes('system/sysvipc-shm'))

  it('are charged in whole pages though nobody attaches them', () => {
    const objects = new ObjectRegister(4096).objects({ segments, namespace: 'ipc', hugePages: [] })
    expect(objects.map(({ name, charge, mappedBy, used }) => ({ name, charge, mappedBy, used }))).toEqual([
      { name: '/SYSV2eaf1bb2', charge: MIB + 4096, mappedBy: 0, used: 0 },
      { name: '/SYSV10b6ad52', charge: 4096, mappedBy: 0, used: 0 },
    ])
  })

  it('of another namespace may have the same number and are others', () => {
    const [mapped] = kindsObjects('theirs').filter((each) => each.kind === 'sysv')
    const [segment] = segments
    if (mapped === undefined || segment === undefined) throw new Error('no segment')
    const list = (namespace: string) => ({
      segments: [{ ...segment, shmid: Number(mapped.inode) }],
      namespace,
      hugePages: [],
    })
    const register = new ObjectRegister(4096)
    register.add(1, [mapped], () => null)
    expect(register.objects(list('ours'))).toHaveLength(2)
    expect(register.objects(list('theirs'))).toMatchObject([{ mappedBy: 1, charge: MIB + 4096 }])
  })

  it('may be made of huge pages, which are not charged, if a pool has pages that fit', () => {
    const [segment] = segments
    if (segment === undefined) throw new Error('no segment')
    const list = { segments: [{ ...segment, size: 4 * MIB }], namespace: 'ipc', hugePages: [2 * MIB] }
    expect(new ObjectRegister(4096).objects(list)).toMatchObject([{ charge: Number.NaN, estimated: true }])
  })

  it('that are seen to be huge pages are left out', () => {
    const table = new MappingTable()
    const bytes = fixtureBytes('proc/hugetlb/smaps')
    new SmapsParser(table).write(bytes, bytes.length, true)
    const mapped = mappedObjects(table, classify(table, NO_CONTEXT), new Set(), 'ipc')
    expect(mapped.map((each) => each.kind)).toEqual(['hugetlb'])
    const [segment] = segments
    if (segment === undefined || mapped[0] === undefined) throw new Error('no segment')
    const register = new ObjectRegister(4096)
    register.add(1, mapped, () => null)
    const list = { segments: [{ ...segment, shmid: Number(mapped[0].inode) }], namespace: 'ipc', hugePages: [] }
    expect(register.objects(list)).toEqual([])
  })
})

describe('the reconciliation', () => {
  const tmpfs = [{ device: 5, mountPoint: '/tmp', used: 30 * MIB, size: GIB }]
  const parts = {
    processes: [commit(100 * MIB), commit(20 * MIB), commit(7 * MIB, 7 * MIB, 'status')],
    objects: [
      object('shared-anonymous', 64 * MIB, 16 * MIB),
      object('memfd', 2 * MIB),
      object('tmpfs', 10 * MIB, 10 * MIB, { device: 5 }),
    ],
    tmpfs,
    shmem: 60 * MIB,
    before: 240 * MIB,
    after: 241 * MIB,
  }

  it('adds up every part once', () => {
    const { components, explained, unexplained, moved } = reconcile(parts)
    expect(components).toEqual([
      { id: 'private', bytes: 120 * MIB, count: 2, unknown: 0 },
      { id: 'shared-anonymous', bytes: 64 * MIB, count: 1, unknown: 0 },
      { id: 'tmpfs', bytes: 30 * MIB, count: 1, unknown: 0 },
      { id: 'estimated', bytes: 7 * MIB, count: 1, unknown: 0 },
      { id: 'memfd', bytes: 2 * MIB, count: 1, unknown: 0 },
      // Of 60 MiB of shared pages 16, 2 and 30 have an owner.
      { id: 'ownerless', bytes: 12 * MIB, count: 1, unknown: 0 },
    ])
    expect({ explained, unexplained, moved }).toEqual({ explained: 235 * MIB, unexplained: 5 * MIB, moved: MIB })
    // One figure is the report’s, wherever it is shown.
    expect(reconcile(parts).committed).toBe(240 * MIB)
  })

  it('takes what a tmpfs without a limit holds from its mapped files', () => {
    const unlimited = [{ device: 5, mountPoint: '/tmp', used: Number.NaN, size: 0 }]
    const { components } = reconcile({ ...parts, tmpfs: unlimited })
    expect(components.find((part) => part.id === 'tmpfs')?.bytes).toBe(10 * MIB)
    expect(components.find((part) => part.id === 'ownerless')?.bytes).toBe(32 * MIB)
  })

  it('does not know what has no owner when an object does not tell its pages', () => {
    const objects = [...parts.objects, object('sysv', 8 * MIB, Number.NaN)]
    const { components, explained } = reconcile({ ...parts, objects })
    expect(components.at(-1)).toEqual({ id: 'ownerless', bytes: Number.NaN, count: 1, unknown: 0 })
    expect(explained).toBe((235 + 8 - 12) * MIB)
  })

  it('says of how many it does not know the charge, and that a part of which nothing is known is unknown', () => {
    const unknown = object('memfd', Number.NaN, Number.NaN)
    const memfds = (objects: readonly SharedObject[]) =>
      reconcile({ ...parts, objects }).components.find((part) => part.id === 'memfd')
    expect(memfds([unknown, object('memfd', MIB)])).toEqual({ id: 'memfd', bytes: MIB, count: 2, unknown: 1 })
    expect(memfds([unknown])).toEqual({ id: 'memfd', bytes: Number.NaN, count: 1, unknown: 1 })
  })
})

describe('the ownership report', () => {
  const view = hostView({
    host: {
      release: '6.18.44',
      pageSize: 4096,
      rules: { wholeRam: true, exactCommitted: true },
      upSeconds: 1e6,
      maxMapCount: 65_530,
      capturedAt: null,
    },
    settings: SETTINGS,
    sample: sampleWith({ Committed_AS: 200 * 1024, Shmem: 30 * 1024 }),
    earlier: null,
  })

  function owner(
    pid: number,
    own: ProcessCommit,
    more: Partial<OwnerProcess> = {},
  ): OwnershipReadings['processes'][number] {
    return { pid, comm: `p${pid}`, commit: own, borrowed: false, oomScore: 666, size: GIB, admin: false, ...more }
  }

  const readings: OwnershipReadings = {
    processes: [
      owner(1, commit(100 * MIB, 60 * MIB)),
      owner(2, commit(40 * MIB, 40 * MIB), { oomScore: 900 }),
      owner(3, commit(40 * MIB, 40 * MIB), { borrowed: true }),
    ],
    objects: [object('tmpfs', 4 * MIB, 4 * MIB, { device: 5 }), object('shared-anonymous', 20 * MIB, 6 * MIB)],
    tmpfs: [{ device: 5, mountPoint: '/tmp', used: 10 * MIB, size: GIB }],
    before: 200 * MIB,
    after: 200 * MIB,
    cgroupKills: [],
    counts: { smaps: 3, pagemap: 0, maps: 0, status: 0, kernelThreads: 0, vanished: 0 },
    shallow: { tooCostly: 0, longestMs: 0, maxStallMs: 100 },
  }
  const question = { order: null, limit: null, whatIf: null }

  it('lists owners, whose charges add up to what is explained', () => {
    const { owners, reconciliation } = ownershipReport(view, readings, question)
    expect(owners.map(({ kind, charge }) => [kind, charge / MIB])).toEqual([
      ['process', 100],
      ['process', 40],
      ['shared-anonymous', 20],
      ['ownerless', 14],
      ['tmpfs-files', 6],
      ['tmpfs', 4],
    ])
    expect(owners.reduce((sum, each) => sum + each.charge, 0)).toBe(reconciliation.explained)
    expect(owners.reduce((sum, each) => sum + each.share, 0)).toBeCloseTo(92)
  })

  it('counts what is not used, once for those who share it', () => {
    expect(ownershipReport(view, readings, question).latent).toBe((40 + 14) * MIB)
  })

  it('does not believe estimates beyond what Committed_AS leaves them, and gives them no share of it', () => {
    const huge = owner(4, commit(900 * MIB, MIB, 'status'))
    const report = ownershipReport(view, { ...readings, processes: [...readings.processes, huge] }, question)
    expect(report.latent).toBe((40 + 14 + (200 - 184)) * MIB)
    expect(report.owners[0]).toMatchObject({ pid: 4, share: Number.NaN })
    expect(report.reconciliation.unexplained).toBeLessThan(0)
  })

  it('names who would be killed first', () => {
    expect(ownershipReport(view, readings, question).victims.map((each) => each.pid)).toEqual([2, 1, 3])
  })

  it('cuts the list to what was asked for and says how long it is', () => {
    const { owners, ownersInAll } = ownershipReport(view, readings, { ...question, limit: 2 })
    expect([owners.length, ownersInAll]).toEqual([2, 6])
  })
})

describe('memfds that are open but not mapped', () => {
  const memfd = { pid: 9, name: '/memfd:x', device: SHM, inode: '77', allocated: 8192 }

  it('are looked for when enough has no owner', () => {
    const without = (bytes: number, committed = GIB) => ({
      committed,
      moved: 0,
      components: [{ id: 'ownerless' as const, bytes, count: 1, unknown: 0 }],
      explained: 0,
      unexplained: 0,
    })
    expect(needsOpenFiles(without(11 * MIB))).toBe(true)
    expect(needsOpenFiles(without(10 * MIB))).toBe(false)
    expect(needsOpenFiles(without(Number.NaN))).toBe(false)
    expect(needsOpenFiles(without(64 * MIB, 1000 * GIB))).toBe(true)
    expect(needsOpenFiles(without(MIB - 1, MIB))).toBe(false)
  })

  it('are added unless they are mapped too', () => {
    expect(memfdObjects([memfd], [object('memfd', 8192, 8192, { inode: '77' })])).toEqual([])
    expect(memfdObjects([memfd], [object('memfd', 8192)])).toMatchObject([{ pid: 9, charge: 8192, mappedBy: 0 }])
  })
})

describe('processes with one memory', () => {
  const status = parseStatus(fixtureBytes('proc/java/status'))

  it('are a parent and a child with all the same figures', () => {
    const own = [
      { pid: 10, ppid: 1, status },
      { pid: 11, ppid: 10, status },
      { pid: 12, ppid: 10, status: { ...status, rssFile: 0 } },
    ]
    expect([...borrowersOf(own)]).toEqual([11])
  })

  it('are not two children that happen to be alike', () => {
    const own = [
      { pid: 11, ppid: 10, status },
      { pid: 12, ppid: 10, status },
    ]
    expect([...borrowersOf(own)]).toEqual([])
  })
})

describe('kills for lack of memory', () => {
  const cgroup = (kills: number, limited: boolean) => [{ path: '/a', kills, limited }]
  const at = (oomKills: number, kills: ReturnType<typeof cgroup>, at = 1000) =>
    sampleWith({}, { at, oomKills, cgroupKills: kills })
  const gradeOf = (earlier: ReturnType<typeof at> | null, later: ReturnType<typeof at>, upSeconds = 1e6) => {
    const view = hostView({
      host: {
        release: '6.18.44',
        pageSize: 4096,
        rules: { wholeRam: true, exactCommitted: true },
        upSeconds,
        maxMapCount: 65_530,
        capturedAt: null,
      },
      settings: SETTINGS,
      sample: later,
      earlier,
    })
    return hostRisk(view, 0, later.cgroupKills ?? []).risk.grade
  }

  it('while watched grade the host, but not those of a cgroup that has a limit', () => {
    expect(gradeOf(at(0, cgroup(0, true)), at(1, cgroup(0, true), 2000))).toBe('critical')
    expect(gradeOf(at(0, cgroup(0, false)), at(1, cgroup(1, false), 2000))).toBe('critical')
    expect(gradeOf(at(0, cgroup(0, true)), at(1, cgroup(1, true), 2000))).toBe('low')
    expect(gradeOf(at(0, cgroup(0, true)), at(3, cgroup(2, true), 2000))).toBe('critical')
  })

  it('in the past grade a young host the same way', () => {
    expect(gradeOf(null, at(2, cgroup(2, true)), 3600)).toBe('low')
    expect(gradeOf(null, at(2, cgroup(2, false)), 3600)).toBe('elevated')
    expect(gradeOf(null, at(2, cgroup(1, true)), 3600)).toBe('elevated')
    expect(gradeOf(null, at(2, cgroup(1, true)))).toBe('low')
  })
})
