import { describe, expect, it } from 'vitest'
import { Classification, Verdicts } from '../../../src/analysis/classify/classification.ts'
import { durabilityOf } from '../../../src/analysis/dirty/durability.ts'
import { dirtyMappings, isFileRow, storesToFiles } from '../../../src/analysis/dirty/process.ts'
import { DURABILITY_NAMES, type Durability } from '../../../src/model/durability.ts'
import { KIND_NAMES, type Kind } from '../../../src/model/kinds.ts'
import { MappingTable, packDevice } from '../../../src/model/mapping-table.ts'
import { MapsParser } from '../../../src/parsers/maps.ts'
import { parseMountinfo } from '../../../src/parsers/mountinfo.ts'
import { capturedProcess, rowNamed } from '../../helpers/dirty-processes.ts'
import { WRITEBACK_HOST } from '../../helpers/writeback-host.ts'

const MIB = 1024 ** 2
const PAGE = 4096

/** The table of one mapping, of a file on a mounted ext4 unless told otherwise. */
function oneMapping(line: string): MappingTable {
  const table = new MappingTable()
  const bytes = Buffer.from(`${line}\n`, 'latin1')
  new MapsParser(table).write(bytes, bytes.length, true)
  return table
}

function verdictOn(
  line: string,
  kind: Kind,
  more: { flags?: string; fsType?: string; unlinked?: boolean } = {},
): Durability {
  const table = oneMapping(line)
  const verdicts = new Verdicts()
  const classes = new Classification(verdicts)
  classes.set(0, verdicts.of(kind, 'a test'))
  if (more.flags !== undefined) table.flags[0] = table.flagSets.intern(more.flags) + 1
  const fsTypes = new Map([[packDevice(8, 1), more.fsType ?? 'ext4']])
  return durabilityOf({ table, classes, fsTypes, isUnlinked: () => more.unlinked ?? false }, 0)
}

const FILE = '00:00 0'.replace('00:00 0', '08:01 1234')
const line = (perms: string, path = '/srv/data'): string =>
  `7f0000000000-7f0000010000 ${perms} 00000000 ${FILE} ${path}`

describe('what becomes of a store', () => {
  it.each<[string, Kind, Parameters<typeof verdictOn>[2], Durability]>([
    ['rw-s', 'file-shared', {}, 'msync'],
    ['r--s', 'file-shared', {}, 'read-only'],
    ['---s', 'file-shared', {}, 'read-only'],
    ['rw-p', 'file-private', {}, 'private'],
    ['rwxs', 'library', {}, 'msync'],
    ['r-xp', 'program', {}, 'private'],
    ['rw-s', 'file-shared', { unlinked: true }, 'unlinked'],
    ['rw-p', 'file-private', { unlinked: true }, 'private'],
    ['rw-s', 'file-shared', { fsType: 'nfs4' }, 'msync'],
    ['rw-s', 'library', { fsType: 'tmpfs' }, 'volatile'],
    ['rw-s', 'shmem', { fsType: 'tmpfs' }, 'volatile'],
    ['rw-s', 'memfd', { unlinked: true }, 'volatile'],
    ['rw-p', 'memfd', {}, 'private'],
    ['rw-s', 'file-shared', { fsType: 'ramfs' }, 'volatile'],
    ['rw-s', 'dax', { flags: 'rd wr sh sf' }, 'map-sync'],
    ['rw-s', 'dax', { flags: 'rd wr sh' }, 'dax'],
    ['rw-s', 'hugetlb', {}, 'volatile'],
    ['rw-s', 'sysv', { unlinked: true }, 'volatile'],
  ])('%s of %s %o: %s', (perms, kind, more, durability) => {
    expect(verdictOn(line(perms), kind, more)).toBe(durability)
  })

  it('is known for device-dax without its flags', () => {
    expect(verdictOn(line('rw-s', '/dev/dax0.0'), 'dax')).toBe('map-sync')
  })

  it('is known for every kind of mapping', () => {
    for (const kind of KIND_NAMES) expect(DURABILITY_NAMES).toContain(verdictOn(line('rw-s'), kind))
  })
})

describe('a captured process', () => {
  const process = capturedProcess(WRITEBACK_HOST.store)
  const mappings = dirtyMappings(process, () => null)
  const figures = (durability: Durability) => mappings.groups.find((group) => group.durability === durability)

  it('has what was stored through each mapping', () => {
    const dirty = (name: string): number => mappings.dirty(rowNamed(process, name))
    expect(dirty('/shared.dat')).toBe(8 * MIB)
    expect(dirty('/halves.dat')).toBe(2 * MIB)
    expect(dirty('/readonly.dat')).toBe(300 * PAGE)
    expect(dirty('/written.dat')).toBe(0)
    expect(dirty('/unlinked.dat (deleted)')).toBe(700 * PAGE)
    expect(dirty('/memfd:dirty (deleted)')).toBe(1500 * PAGE)
  })

  it('never takes private copies for dirty pages of the file', () => {
    const row = rowNamed(process, '/private.dat')
    expect([mappings.durability(row), mappings.dirty(row), mappings.copies(row)]).toEqual(['private', 0, 64 * PAGE])
  })

  it('keeps data, copies, memory without a disk and anonymous memory apart', () => {
    expect(figures('msync')).toEqual({ durability: 'msync', mappings: 3, size: 32 * MIB, dirty: 11 * MIB, copies: 0 })
    expect(figures('unlinked')).toMatchObject({ mappings: 2, dirty: 830 * PAGE })
    expect(figures('volatile')).toMatchObject({ mappings: 3, dirty: (1400 + 1500 + 160) * PAGE, copies: 0 })
    expect(figures('anonymous')?.dirty).toBeGreaterThanOrEqual(1700 * PAGE)
    expect(figures('private')?.copies).toBeGreaterThanOrEqual(64 * PAGE)
    const all = mappings.groups.reduce((sum, { dirty, copies }) => sum + dirty + copies, 0)
    const { table } = process
    let kernels = 0
    for (let row = 0; row < table.length; row++)
      kernels += table.value('Shared_Dirty', row) + table.value('Private_Dirty', row)
    expect(all).toBe(kernels)
    expect(mappings.groups.reduce((sum, group) => sum + group.mappings, 0)).toBe(table.length)
  })

  it('takes a file with a name left for what it is, where that is known', () => {
    const known = dirtyMappings(process, (row) => (process.table.nameOf(row).includes('/linked.dat') ? 1n : null))
    expect(known.durability(rowNamed(process, '/linked.dat (deleted)'))).toBe('msync')
    expect(known.durability(rowNamed(process, '/unlinked.dat (deleted)'))).toBe('unlinked')
    const gone = dirtyMappings(process, () => 0n)
    expect(gone.durability(rowNamed(process, '/shared.dat'))).toBe('unlinked')
  })

  it('has files where a disk keeps them, and nowhere else', () => {
    const isFile = (name: string): boolean => isFileRow(process, rowNamed(process, name))
    expect(['/shared.dat', '/private.dat', 'libc.so.6', '/unlinked.dat (deleted)'].map(isFile)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['/memfd:dirty (deleted)', '/dev/zero (deleted)', '[heap]', '[vdso]'].map(isFile)).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect(isFile(`/mmapctl-dirty-${WRITEBACK_HOST.store}`)).toBe(false)
  })

  it('has no figures without smaps, and says nothing of what it cannot know', () => {
    const shallow = dirtyMappings(capturedProcess(WRITEBACK_HOST.store, { basic: true }), () => null)
    expect(shallow.groups.find(({ durability }) => durability === 'msync')).toMatchObject({
      mappings: 3,
      dirty: Number.NaN,
    })
  })
})

describe('who stores to files', () => {
  const MOUNTS = parseMountinfo(
    Buffer.from(
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:27 / /dev/shm rw - tmpfs tmpfs rw\n3 1 0:6 / /dev rw - devtmpfs d rw\n',
    ),
  )
  const stores = (text: string): boolean => storesToFiles(oneMapping(text), MOUNTS)
  const range = '7f0000000000-7f0000010000'

  it.each([
    [`${range} rw-s 00000000 08:01 12 /srv/data`, true],
    [`${range} rw-s 00000000 08:01 12 /srv/data (deleted)`, true],
    [`${range} rw-s 00000000 00:99 12 /lost/mount`, true],
    [`${range} r--s 00000000 08:01 12 /srv/data`, false],
    [`${range} rw-p 00000000 08:01 12 /srv/data`, false],
    [`${range} rw-s 00000000 00:1b 12 /dev/shm/x`, false],
    [`${range} rw-s 00000000 00:06 12 /dev/dri/card0`, false],
    [`${range} rw-s 00000000 00:01 12 /dev/zero (deleted)`, false],
    [`${range} rw-s 00000000 00:01 12 /memfd:x (deleted)`, false],
    [`${range} rw-s 00000000 00:01 0 /SYSV00000000 (deleted)`, false],
    [`${range} rw-s 00000000 00:10 12 anon_inode:[io_uring]`, false],
    [`${range} rw-p 00000000 00:00 0 `, false],
  ])('%s: %s', (text, expected) => {
    expect(stores(text)).toBe(expected)
  })
})
