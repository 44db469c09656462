import { describe, expect, it } from 'vitest'
import { calibrated, predict, TYPICAL_RATES } from '../../src/collectors/cost.ts'
import { largestHold } from '../../src/collectors/walk-cost.ts'
import { MappingTable } from '../../src/model/mapping-table.ts'
import { READ } from '../../src/model/perms.ts'

const RATES = { perMappingUs: 2, perPageNs: 50, perSlotNs: 2 }
const KNOWN = { mappings: null, residentPages: 1_000_000, slots: null, held: null }

describe('the predicted cost of smaps', () => {
  it('is that of every mapping and of every resident page; what one hold walks decides about the stall', () => {
    const held = { mappings: 5, pages: 200_000, slots: 200_000 }
    expect(predict({ ...KNOWN, mappings: 1000, held }, RATES)).toEqual({ readMs: 52, stallMs: 10.01 })
  })

  it('takes all resident pages to be in one mapping while the mappings are not known', () => {
    expect(predict(KNOWN, RATES)).toEqual({ readMs: 50, stallMs: 50 })
  })

  it('counts page tables that hold few pages, as sparse memory has them', () => {
    expect(predict({ ...KNOWN, residentPages: 10_000, slots: 5_010_000 }, RATES).stallMs).toBeCloseTo(10.5)
  })

  it('does not take a large reservation for resident memory', () => {
    const held = { mappings: 0, pages: 1e9, slots: 1e9 }
    expect(predict({ ...KNOWN, residentPages: 100, held }, RATES).stallMs).toBeCloseTo(0.005)
  })
})

describe('the most that one hold of the lock walks', () => {
  const PAGE = 4096
  /** Mappings of so many pages each, with a hole behind each. */
  function tableOf(...pages: readonly number[]): MappingTable {
    const table = new MappingTable()
    table.reserve(pages.length)
    let at = 2 ** 40
    pages.forEach((count, row) => {
      table.start[row] = at
      table.end[row] = at + count * PAGE
      table.perms[row] = READ
      at += 2 ** 34
    })
    table.length = pages.length
    return table
  }

  it('is one mapping of smaps_rollup, and of smaps what fits into its buffer', () => {
    const table = tableOf(512, 100, 100, 100, 100, 100, 100, 600, 1)
    expect(largestHold(table, PAGE, 'yields')).toEqual({ mappings: 1, pages: 600, slots: 1024 })
    expect(largestHold(table, PAGE, 'smaps')).toEqual({ mappings: 6, pages: 1100, slots: 3584 })
  })

  it('is that of the resident pages, where they are known', () => {
    const table = tableOf(512, 100_000)
    expect(largestHold(table, PAGE, 'yields', (row) => [400, 3][row] ?? 0).pages).toBe(400)
  })

  it('leaves out what may not be accessed', () => {
    const table = tableOf(1e6, 7)
    table.perms[0] = 0
    expect(largestHold(table, PAGE, 'smaps')).toMatchObject({ pages: 7, slots: 512 })
  })
})

describe('the speed of this machine', () => {
  it('is what a timed walk shows, without the share of the mappings', () => {
    expect(calibrated(RATES, { ms: 2, mappings: 500, pages: 20_000 }).perPageNs).toBeCloseTo(50)
  })

  it('is not taken from a walk that was too small to say', () => {
    expect(calibrated(TYPICAL_RATES, { ms: 100, mappings: 1, pages: 1999 })).toBe(TYPICAL_RATES)
  })

  it('stays within what hardware can do, however the machine was disturbed', () => {
    expect(calibrated(RATES, { ms: 1e6, mappings: 0, pages: 2000 }).perPageNs).toBe(200)
    expect(calibrated(RATES, { ms: 0, mappings: 1000, pages: 2000 }).perPageNs).toBe(10)
  })
})
