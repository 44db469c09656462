import { describe, expect, it } from 'vitest'
import { deviceText } from '../../src/model/mapping-table.ts'
import { permsText } from '../../src/model/perms.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { FEEDS, oddFeed, readMaps } from '../helpers/feed.ts'
import { fixtureBytes, fixturePaths, fixtureText } from '../helpers/fixtures.ts'
import { plainMaps } from '../helpers/plain-parser.ts'
import { mappingDifferences } from '../helpers/same-as-plain.ts'
import { bytes } from './support.ts'

const LINE = '55cdd212f000-55cdd2130000 r--p 00001000 fe:00 2573413                    /usr/bin/x\n'

/** The name that the parser reads from a line with this text behind the inode's column. */
function nameIn(tail: string): string {
  return readMaps(bytes(`7f60ea603000-7f60ea605000 r--p 00000000 fe:00 2573436                    ${tail}\n`)).nameOf(0)
}

describe('maps', () => {
  it('has range, permissions, offset, device, inode and name of every mapping', () => {
    const table = readMaps(bytes(LINE))
    expect(table.length).toBe(1)
    expect([table.start[0], table.end[0], table.offset.at(0)]).toEqual([0x55cdd212f000, 0x55cdd2130000, 0x1000])
    expect(permsText(table.perms[0] ?? -1)).toBe('r--p')
    expect(deviceText(table.device.at(0))).toBe('fe:00')
    expect(table.inodeText(0)).toBe('2573413')
    expect(table.nameOf(0)).toBe('/usr/bin/x')
    expect(table.truncated).toBe(false)
  })

  it('knows no figures and no flags', () => {
    const table = readMaps(bytes(LINE))
    expect(table.columns).toEqual([])
    expect(table.value('Rss', 0)).toBeNaN()
    expect(table.flagsOf(0)).toBeNull()
  })

  it('of a zombie is empty, and not truncated', () => {
    const table = readMaps(fixtureBytes('proc/zombie/maps'))
    expect([table.length, table.truncated]).toEqual([0, false])
  })

  it('leaves out a last line without a line feed and says so, wherever it was cut', () => {
    for (let cut = 1; cut < LINE.length; cut++) {
      const table = readMaps(bytes(LINE + LINE.slice(0, cut)))
      expect([cut, table.length, table.truncated]).toEqual([cut, 1, true])
    }
  })
})

describe.each(fixturePaths('maps'))('%s', (path) => {
  const text = fixtureText(path)
  const plain = plainMaps(text).filter((mapping) => mapping !== null)

  it('is a mapping in every line', () => {
    expect(plain).toHaveLength(text.split('\n').length - 1)
  })

  it.each(Object.entries(FEEDS))('has every field as a plain parser reads it, in buffers of %s', (_, how) => {
    const table = readMaps(fixtureBytes(path), how())
    expect(mappingDifferences(table, plain)).toEqual([])
    expect(table.truncated).toBe(false)
  })
})

describe('a fixture of 60,025 mappings', () => {
  it('has them all', () => {
    expect(readMaps(fixtureBytes('proc/many-vmas/maps.gz')).length).toBe(60_025)
  })
})

describe('numbers in maps', () => {
  const rare = readMaps(fixtureBytes('synthetic/maps-rare-forms.txt'))

  it('are exact above 2^53: five-level addresses, the gate page, offsets, inodes', () => {
    const row = rare.length - 1
    expect(BigInt(rare.start[row] ?? 0)).toBe(0xffffffffff600000n)
    expect(rare.inodeText(5)).toBe('18446744073709551615')
    expect(BigInt(rare.start[5] ?? 0)).toBe(0x1ff7fff12345000n)
    expect(BigInt(rare.offset.at(6))).toBe(0x7fffffffffffe000n)
  })

  it.each([
    ['0000000000001000-00000000000002000', 'more than sixteen digits'],
    ['ffffffffffffff01-fffffffffffff000', 'an address that a double cannot hold'],
    ['00002000-00001000', 'an end below the start'],
    ['00001000-00001000', 'an empty range'],
    ['1000-2000', 'fewer than eight digits'],
    ['0000100G-00002000', 'a letter that is no digit'],
    ['0000ABCD-0000FFFF', 'capital digits'],
  ])('refuse %s: %s', (range) => {
    expect(() => readMaps(bytes(`${range} rw-p 00000000 00:00 0 \n`))).toThrow(ParseError)
  })

  it.each(['1000:00', '00:100000', 'fe:', ':00', 'fe.00', '123456789:00'])('refuse the device %s', (device) => {
    expect(() => readMaps(bytes(`00001000-00002000 rw-p 00000000 ${device} 0 \n`))).toThrow(ParseError)
  })

  it('take the largest device', () => {
    expect(deviceText(readMaps(bytes('00001000-00002000 rw-p 00000000 fff:fffff 0 \n')).device.at(0))).toBe('fff:fffff')
  })

  it('refuse an inode of more than 64 bits', () => {
    expect(() => readMaps(bytes('00001000-00002000 rw-p 00000000 00:00 184467440737095516150 /x\n'))).toThrow(
      'maps, line 1: expected an inode of at most 64 bits',
    )
  })

  it.each(['rwxP', 'rwx', 'wr-p', 'rw-p-', '    '])('refuse the permissions "%s"', (perms) => {
    expect(() => readMaps(bytes(`00001000-00002000 ${perms} 00000000 00:00 0 \n`))).toThrow(ParseError)
  })
})

describe('a line that the kernel does not print', () => {
  it('is an error that names the file, the line and its text', () => {
    expect(() => readMaps(bytes(`${LINE}${LINE}nonsense\n`))).toThrow(
      new ParseError('maps', 3, '"start-end perms offset device inode [name]"', 'nonsense'),
    )
  })

  it('has the right number however the text was cut in chunks', () => {
    const text = bytes(`${LINE.repeat(20)}?\n`)
    expect(() => readMaps(text, oddFeed([1, 5, 50]))).toThrow('maps, line 21:')
  })

  it.each(['\n', ' \n', `${LINE.slice(0, 60)}\n`.replace(/ +\n/, '\n')])('is refused: %j', (text) => {
    expect(() => readMaps(bytes(text))).toThrow(ParseError)
  })
})

describe('names in maps', () => {
  it('keep spaces at the end, tabs, control characters and bytes that are not UTF-8', () => {
    expect(nameIn('/srv/trailing  ')).toBe('/srv/trailing  ')
    expect(nameIn('/tab\there')).toBe('/tab\there')
    expect(nameIn('/esc\x1b[31mred\r')).toBe('/esc\x1b[31mred\r')
    expect(nameIn('/bad\xff\xfe')).toBe('/bad\xff\xfe')
  })

  it('keep the kernel’s escape of a line feed as it is, since a backslash is not escaped', () => {
    expect(nameIn('/new\\012line')).toBe('/new\\012line')
    expect(nameIn('/back\\slash')).toBe('/back\\slash')
  })

  it('begin after two spaces when the numbers before are too long to pad', () => {
    const line = '1ff7fff12345000-1ff7fff12346000 rw-p 00000000 103:05 18446744073709551615  /mnt/big\n'
    expect(readMaps(bytes(line)).nameOf(0)).toBe('/mnt/big')
  })

  it('of two files with the same inode number are told apart', () => {
    const lines = ['/a', '/b', '/a', '[heap]', '/b']
    const text = lines.map((name, at) => `0000${at}000-0000${at}800 r--p 00000000 fe:00 7 ${name}\n`).join('')
    const table = readMaps(bytes(text))
    expect(lines.map((_, row) => table.nameOf(row))).toEqual(lines)
  })

  it('may be 4 KiB long', () => {
    const name = `/${'x'.repeat(4094)}`
    expect(nameIn(name)).toBe(name)
  })

  /** What the test program mapped, by its label, and what maps must be read as. */
  const VECTORS: Readonly<Record<string, string>> = {
    file0: '/srv/lab/kernel/files/plain.dat',
    file1: '/srv/lab/kernel/files/with space.dat',
    file2: '/srv/lab/kernel/files/new\\012line.dat',
    file3: '/srv/lab/kernel/files/back\\slash.dat',
    file4: '/srv/lab/kernel/files/lit\\012.dat',
    file5: '/srv/lab/kernel/files/tab\there.dat',
    file6: '/srv/lab/kernel/files/bad\xff\xfe.dat',
    file7: '/srv/lab/kernel/files/not-deleted (deleted)',
    file8: '/srv/lab/kernel/files/trailing  ',
    file9: '/srv/lab/kernel/files/[heap]',
    file10: '/srv/lab/kernel/files/esc\x1b[31mred\r.dat',
    file11: '/srv/lab/kernel/files/\xe2\x82\xac-utf8.dat',
    file12: '/srv/lab/kernel/files/gone with  space.dat (deleted)',
    file13: '/srv/lab/kernel/files/gone\\012nl.dat (deleted)',
    file14: '/srv/lab/kernel/files/gone (deleted) (deleted)',
    memfd: '/memfd:my fd\\012name (deleted)',
    'memfd-empty': '/memfd: (deleted)',
    'memfd-del': '/memfd:libx.so (deleted) (deleted)',
    'in-deleted-dir': '/srv/lab/kernel/files/deldir/f.dat (deleted)',
    renamed: '/srv/lab/kernel/files/renamed-to.dat',
    replaced: '/srv/lab/kernel/files/replaced.dat (deleted)',
    'hardlink-unlinked': '/srv/lab/kernel/files/linked.dat (deleted)',
  }

  it.each(Object.entries(VECTORS))('of the hostile file %s is exactly its bytes', (label, name) => {
    const [, start = ''] = new RegExp(`^${label} +([0-9a-f]+)-`, 'm').exec(fixtureText('proc/names/labels.txt')) ?? []
    for (const table of [readMaps(fixtureBytes('proc/names/maps'))]) {
      const row = table.start.indexOf(Number.parseInt(start, 16))
      expect(table.nameOf(row)).toBe(name)
    }
  })
})
