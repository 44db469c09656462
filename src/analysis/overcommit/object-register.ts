import type { SysvSegment } from '../../parsers/sysvipc-shm.ts'
import type { ObjectKind, ObjectMapping, ObjectSize, SharedObject } from './shared-objects.ts'

/** System V segments of one IPC namespace, mapped or not. */
export interface SegmentList {
  readonly segments: readonly SysvSegment[]
  /** The namespace, as `mappedObjects` was told it. */
  readonly namespace: string
  /** Sizes of the huge pages that there is a pool of: a segment may be made of them, which its entry does not say. */
  readonly hugePages: readonly number[]
}

interface Entry {
  mapping: ObjectMapping
  readonly pid: number
  mappedBy: number
  size: ObjectSize | null
}

/** Gathers the shared memory objects of many processes, each once. */
export class ObjectRegister {
  readonly #entries = new Map<string, Entry>()
  readonly #pageSize: number

  constructor(pageSize: number) {
    this.#pageSize = pageSize
  }

  /** Enters a process's objects; `ask` is called for those whose size is not known yet. */
  add(pid: number, mappings: readonly ObjectMapping[], ask: (mapping: ObjectMapping) => ObjectSize | null): void {
    for (const mapping of mappings) {
      const known = this.#entries.get(mapping.key)
      if (known === undefined) this.#entries.set(mapping.key, { mapping, pid, mappedBy: 1, size: ask(mapping) })
      else {
        known.mappedBy++
        known.size ??= ask(mapping)
        if (mapping.extent > known.mapping.extent) known.mapping = mapping
      }
    }
  }

  /** Whether an object has been entered: `device:inode` as in maps. */
  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** All objects with their charge; segments that no process which was read maps come last. */
  objects(list: SegmentList): readonly SharedObject[] {
    const segments = new Map(list.segments.map((segment) => [`:${segment.shmid}@${list.namespace}`, segment]))
    const objects: SharedObject[] = []
    for (const { mapping, pid, mappedBy, size } of this.#entries.values()) {
      const number = mapping.key.slice(mapping.key.lastIndexOf(':'))
      const segment = segments.get(number)
      if (mapping.name.startsWith('/SYSV')) segments.delete(number)
      if (mapping.kind === 'hugetlb') continue
      const exact = size ?? (mapping.kind === 'sysv' && segment !== undefined ? segmentSize(segment) : null)
      const { row: _row, extent, ...identity } = mapping
      objects.push({ ...identity, pid, mappedBy, ...this.#charge(mapping.kind, mapping.noReserve, extent, exact) })
    }
    for (const [number, segment] of segments) objects.push(this.#unmapped(number, segment, list.hugePages))
    return objects
  }

  #charge(
    kind: ObjectKind,
    noReserve: boolean,
    extent: number,
    exact: ObjectSize | null,
  ): Pick<SharedObject, 'charged' | 'charge' | 'used' | 'estimated'> {
    const whole = (kind === 'shared-anonymous' || kind === 'sysv') && !noReserve
    const used = exact?.allocated ?? Number.NaN
    if (!whole) return { charged: 'by-page', charge: used, used, estimated: exact === null }
    return { charged: 'whole', charge: this.#pages(exact?.size ?? extent), used, estimated: exact === null }
  }

  /** shmget charges the whole segment, attached or not: ipc/shm.c newseg. */
  #unmapped(number: string, segment: SysvSegment, hugePages: readonly number[]): SharedObject {
    const { allocated } = segmentSize(segment)
    // Huge pages come whole: a segment with a part of one is of ordinary pages.
    const maybeHuge = hugePages.some((size) => segment.size % size === 0 && !(allocated % size > 0))
    return {
      key: number,
      kind: 'sysv',
      name: `/SYSV${(segment.key >>> 0).toString(16).padStart(8, '0')}`,
      device: Number.NaN,
      inode: String(segment.shmid),
      noReserve: false,
      pid: Number.NaN,
      mappedBy: 0,
      charged: 'whole',
      charge: maybeHuge ? Number.NaN : this.#pages(segment.size),
      used: allocated,
      estimated: maybeHuge,
    }
  }

  #pages(bytes: number): number {
    return Math.ceil(bytes / this.#pageSize) * this.#pageSize
  }
}

function segmentSize(segment: SysvSegment): ObjectSize {
  const known = segment.rss !== null && segment.swap !== null
  return { size: segment.size, allocated: known ? (segment.rss ?? 0) + (segment.swap ?? 0) : Number.NaN }
}
