import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countedTwice, type Held } from '../../../src/runners/measure/counted-twice.ts'

const MIB = 2 ** 20

/** Processes, each with the pages that it maps; what is read of one is its share of each. */
class Family {
  readonly #pages: readonly Set<string>[]

  constructor(pages: readonly (readonly string[])[]) {
    this.#pages = pages.map((each) => new Set(each))
  }

  /** Pages that there are, each once. */
  get truth(): number {
    return new Set(this.#pages.flatMap((each) => [...each])).size
  }

  held(): ReadonlyMap<number, Held> {
    const shared = (page: string): boolean => page.startsWith('s')
    return new Map(this.#pages.map((each, pid) => [pid, { own: each.size, shmem: [...each].filter(shared).length }]))
  }

  share(pid: number): number {
    const mappers = (page: string): number => this.#pages.filter((each) => each.has(page)).length
    return [...(this.#pages[pid] ?? [])].reduce((sum, page) => sum + 1 / mappers(page), 0)
  }

  gives(pid: number, page: string): void {
    this.#pages[pid]?.delete(page)
  }

  takes(pid: number, page: string): void {
    this.#pages[pid]?.add(page)
  }
}

// Private pages are shared by inheritance alone, pages of shared memory (s) with who touches them.
const page = fc.constantFrom('a', 'b', 'c', 'd', 's1', 's2', 's3')
const sharedPage = fc.constantFrom('s1', 's2', 's3')

test('what is left of a sum was there at one moment, whatever some give back and others come to share', () => {
  const family = fc.array(fc.uniqueArray(page), { minLength: 2, maxLength: 5 })
  // Who gives back does not take meanwhile: the one would hide the other.
  const event = fc.oneof(
    fc.record({ what: fc.constant('gives' as const), pid: fc.constantFrom(0, 1, 2), page }),
    fc.record({ what: fc.constant('takes' as const), pid: fc.constantFrom(3, 4), page: sharedPage }),
  )
  const meanwhile = fc.array(fc.array(event, { maxLength: 6 }), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(family, meanwhile, (pages, events) => {
      const processes = new Family(pages)
      const before = processes.held()
      let most = processes.truth
      let sum = 0
      for (const pid of pages.keys()) {
        sum += processes.share(pid)
        for (const { what, pid: who, page: which } of events[pid] ?? []) {
          processes[what](who, which)
          most = Math.max(most, processes.truth)
        }
      }
      expect(sum - countedTwice(before, processes.held())).toBeLessThanOrEqual(most + 1e-9)
    }),
    { numRuns: 2000 },
  )
})

test('nothing is taken off where nothing moved, and all of who has gone', () => {
  const workers = new Map([1, 2].map((pid) => [pid, { own: 30 * MIB, shmem: 10 * MIB }]))
  expect(countedTwice(workers, workers)).toBe(0)
  expect(countedTwice(workers, new Map([...workers].slice(0, 1)))).toBe(30 * MIB)
  const grown = new Map([...workers, [2, { own: 50 * MIB, shmem: 12 * MIB }]])
  expect(countedTwice(workers, grown)).toBe(MIB)
})
