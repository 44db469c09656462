import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMountinfo } from '../../src/parsers/mountinfo.ts'
import { byteString, bytes, expectAnswerOrParseError, fixture } from './support.ts'

const CONTAINER = 'synthetic/mountinfo-container.txt'

function mountAt(mountPoint: string) {
  return parseMountinfo(fixture(CONTAINER)).find((entry) => entry.mountPoint === mountPoint)
}

/** Escapes as the kernel's mangle() in fs/proc_namespace.c does. */
function mangle(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

describe('parseMountinfo', () => {
  it('reads a mount', () => {
    expect(mountAt('/dev/shm')).toEqual({
      mountId: 1023,
      parent: 1018,
      major: 0,
      minor: 137,
      root: '/',
      mountPoint: '/dev/shm',
      options: ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'],
      tags: [],
      fsType: 'tmpfs',
      source: 'shm',
      superOptions: ['rw', 'size=65536k', 'huge=within_size', 'inode64'],
    })
  })

  it('undoes the escapes in paths and reads all optional fields', () => {
    expect(mountAt('/data dir')).toMatchObject({
      major: 259,
      minor: 2,
      root: '/srv/with space\ttab\nline\\back\\040',
      tags: ['shared:7', 'master:2', 'propagate_from:1', 'unbindable'],
      fsType: 'ext4',
      source: '/dev/nvme0n1p2',
    })
  })

  it('tells an empty source, a namespace file and a FUSE subtype', () => {
    expect(mountAt('/empty-source')).toMatchObject({ source: '', superOptions: ['rw'] })
    expect(mountAt('/run/ns/mnt')).toMatchObject({ root: 'mnt:[4026532271]', fsType: 'nsfs' })
    expect(mountAt('/remote')).toMatchObject({ fsType: 'fuse.sshfs', source: 'me@host:/ dir#x' })
  })

  it('shows where the memory controller is mounted', () => {
    const cgroups = parseMountinfo(fixture('synthetic/mountinfo-cgroup-v1.txt')).filter((entry) =>
      /^cgroup/.test(entry.fsType),
    )
    expect(cgroups.find((entry) => entry.superOptions.includes('memory'))?.mountPoint).toBe('/sys/fs/cgroup/memory')
    expect(cgroups.find((entry) => entry.fsType === 'cgroup2')?.mountPoint).toBe('/sys/fs/cgroup/unified')
  })

  it('reads back any path and source', () => {
    const name = byteString({ max: 40 })
    fc.assert(
      fc.property(
        name,
        name,
        name,
        fc.array(fc.constantFrom('shared:1', 'master:2', 'unbindable', 'later')),
        (root, point, source, tags) => {
          const optional = tags.map((tag) => ` ${tag}`).join('')
          const text = `36 35 98:0 /${mangle(root)} /${mangle(point)} rw,noatime${optional} - ext3 ${mangle(source)} rw\n`
          expect(parseMountinfo(bytes(text))).toMatchObject([
            { root: `/${root}`, mountPoint: `/${point}`, source, tags },
          ])
        },
      ),
    )
  })

  it.each([
    ['no separator', '36 35 98:0 / /mnt rw shared:1 ext3 /dev/sda rw\n'],
    ['no device', '36 35 98 / /mnt rw - ext3 /dev/sda rw\n'],
    ['a word for an id', 'x 35 98:0 / /mnt rw - ext3 /dev/sda rw\n'],
    ['an empty line', '\n'],
    ['a cut last line', '36 35 98:0 / /mnt rw - ext3 /dev/sda r'],
  ])('refuses %s', (_, text) => {
    expect(() => parseMountinfo(bytes(text))).toThrow(/^mountinfo, line 1: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseMountinfo, fixture(CONTAINER))
  })
})
