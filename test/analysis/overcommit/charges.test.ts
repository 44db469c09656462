import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/analysis/classify/classify.ts'
import { chargesOf } from '../../../src/analysis/overcommit/charges.ts'
import { commitOfMappings, commitOfStatus } from '../../../src/analysis/overcommit/process-commit.ts'
import { MappingTable } from '../../../src/model/mapping-table.ts'
import { MapsParser } from '../../../src/parsers/maps.ts'
import { SmapsParser } from '../../../src/parsers/smaps.ts'
import { parseStatus } from '../../../src/parsers/status.ts'
import { fixtureBytes, fixtureText } from '../../helpers/fixtures.ts'
import { NO_CONTEXT } from '../../helpers/reports.ts'

const KIB = 1024

function tableOf(sample: string, file: 'maps' | 'smaps'): MappingTable {
  const table = new MappingTable()
  const bytes = fixtureBytes(`proc/${sample}/${file}`)
  const parser = file === 'maps' ? new MapsParser(table) : new SmapsParser(table)
  parser.write(bytes, bytes.length, true)
  return table
}

function commitOf(sample: string, file: 'maps' | 'smaps' = 'smaps') {
  const table = tableOf(sample, file)
  const status = parseStatus(fixtureBytes(`proc/${sample}/status`))
  return commitOfMappings(table, classify(table, NO_CONTEXT), file, status)
}

/** Row of the mapping that the capturing program called so. */
function labelled(table: MappingTable, sample: string, label: string): number {
  const [, start = ''] = new RegExp(`^${label} +([0-9a-f]+)`, 'm').exec(fixtureText(`proc/${sample}/labels.txt`)) ?? []
  const row = table.start.indexOf(Number.parseInt(start, 16))
  expect(row, label).toBeGreaterThanOrEqual(0)
  return row
}

describe('the charge of a process', () => {
  // Worked out from the same files by another program.
  it.each([
    ['glibc-arenas-threads', 25_024],
    ['hugetlb', 384],
    ['ia32', 208],
    ['java', 1_333_384],
    ['kinds', 26_688],
    ['ksm', 16_768],
    ['mthp-64k', 1408],
    ['names', 392],
    ['node20', 44_624],
    ['numa-policies', 1024],
    ['swap', 24_960],
    ['swap-forked', 33_152],
    ['thp', 114_044],
    ['uprobe', 384],
  ])('of %s is %d KiB', (sample, kib) => {
    expect(commitOf(sample).charge).toBe(kib * KIB)
  })

  it('counts MAP_NORESERVE apart, but neither huge pages nor what may vanish', () => {
    expect(commitOf('node20').noReserve).toBe(16_964 * KIB)
    expect(commitOf('java').noReserve).toBe(10_072 * KIB)
    expect(commitOf('hugetlb').noReserve).toBe(0)
    // 512 KiB of it; 64 KiB more are MAP_DROPPABLE.
    expect(commitOf('kinds').noReserve).toBe(512 * KIB)
  })

  it('is never less than what is used of it', () => {
    for (const sample of ['java', 'kinds', 'swap', 'swap-forked', 'ksm', 'thp', 'node20']) {
      const { charge, used, latent, seldom, largest } = commitOf(sample)
      expect(used, sample).toBeGreaterThan(0)
      expect(used, sample).toBeLessThanOrEqual(charge)
      expect(latent, sample).toBe(charge - used)
      expect(seldom, sample).toBeLessThanOrEqual(latent)
      expect(largest, sample).toBeLessThanOrEqual(charge)
    }
  })

  it('counts swapped pages as used, and entries that a fork shares by their share', () => {
    const table = tableOf('swap-forked', 'smaps')
    const swap = Float64Array.from({ length: table.length }, (_, row) => table.value('Swap', row))
    const row = swap.indexOf(Math.max(...swap))
    const { used, copyOnWrite } = chargesOf(table, classify(table, NO_CONTEXT))
    const pss = table.value('Pss', row)
    expect(used[row]).toBe(pss + table.value('SwapPss', row))
    expect(used[row]).toBeLessThan(table.value('Swap', row))
    expect(copyOnWrite[row]).toBe(table.value('Anonymous', row) - pss)
  })
})

describe('the charge of a mapping', () => {
  const table = tableOf('kinds', 'smaps')
  const charges = chargesOf(table, classify(table, NO_CONTEXT))
  const of = (label: string) => {
    const row = labelled(table, 'kinds', label)
    return { charge: charges.charge[row], noReserve: charges.noReserve[row], size: table.size(row) }
  }

  it.each([
    'anon-priv-rw',
    'devzero-priv',
    'rwx-anon',
    'anon-ro-was-rw-touched',
    'anon-none-was-rw-touched',
    'file-priv-rw-cow',
    'memfd-priv',
    'growsdown',
    'map_stack',
  ])('%s is its size', (label) => {
    const { charge, size } = of(label)
    expect(charge).toBe(size)
  })

  it.each([
    'anon-priv-ro',
    'anon-priv-none',
    'anon-shared-rw',
    'anon-none-was-rw-untouched',
    'file-priv-r',
    'file-shared-rw',
    'droppable',
    'memfd-rw',
    'sysv-key',
    'posix-shm',
  ])('%s is nothing', (label) => {
    expect(of(label)).toMatchObject({ charge: 0, noReserve: 0 })
  })

  it('anon-priv-noreserve is none, but may be used all the same', () => {
    const { charge, noReserve, size } = of('anon-priv-noreserve')
    expect({ charge, noReserve }).toEqual({ charge: 0, noReserve: size })
  })
})

describe('without VmFlags', () => {
  it('maps gives the private writable mappings but arenas, without what was writable once', () => {
    const status = parseStatus(fixtureBytes('proc/java/status'))
    const { basis, charge, used } = commitOf('java', 'maps')
    expect(basis).toBe('maps')
    expect(charge).toBe((status.vmData ?? 0) + (status.vmStk ?? 0) - 10_072 * KIB)
    expect(used).toBe(status.rssAnon)
    expect(commitOf('java').charge / charge).toBeCloseTo(1, 2)
  })

  it('an arena of malloc is known by its place to be MAP_NORESERVE', () => {
    const exact = commitOf('glibc-arenas-threads')
    const guessed = commitOf('glibc-arenas-threads', 'maps')
    expect(guessed.noReserve).toBe(exact.noReserve)
    expect(Math.abs(guessed.charge - exact.charge)).toBeLessThan(64 * KIB)
  })

  it('status gives VmData + VmStk', () => {
    const status = parseStatus(fixtureBytes('proc/java/status'))
    expect(commitOfStatus(status)).toMatchObject({
      basis: 'status',
      charge: (1_342_480 + 132) * KIB,
      used: 114_680 * KIB,
      noReserve: Number.NaN,
    })
  })

  it('status of Linux 4.4 does not tell, since its VmData is something else', () => {
    expect(commitOfStatus(parseStatus(fixtureBytes('synthetic/status-linux-4.4.txt'))).charge).toBeNaN()
    expect(commitOfStatus(null).charge).toBeNaN()
  })
})
