import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWritebackDevices } from '../../src/collectors/writeback-devices.ts'
import { parseMountinfo } from '../../src/parsers/mountinfo.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { temporary } from '../e2e/mmapctl.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { writebackTrees } from '../helpers/writeback-host.ts'

const STATS = fixtureText('hosts/writeback/sys/kernel/debug/bdi/254:0/stats')
const IDLE = STATS.replace(/(BdiWriteback|BdiReclaimable): +\d+/g, '$1: 0')

/** A sysfs with these files; what begins with `->` is a link. */
function sysfs(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true })
    if (text.startsWith('->')) symlinkSync(text.slice(2), path)
    else writeFileSync(path, text)
  }
}

function devicesOf(files: Readonly<Record<string, string>>, mounts: readonly string[]) {
  using folder = temporary()
  sysfs(folder.path, files)
  return readWritebackDevices(
    liveTrees(undefined, folder.path),
    parseMountinfo(Buffer.from(mounts.map((line) => `${line}\n`).join(''))),
  )
}

describe('devices', () => {
  it('of the captured host: the disk, and not an idle loop device', () => {
    const trees = writebackTrees()
    const mounts = parseMountinfo(Buffer.from(fixtureText('hosts/writeback/proc/1/mountinfo')))
    const devices = readWritebackDevices(trees, mounts)
    expect(devices).toMatchObject([
      { bdi: '254:0', disk: 'vda', mountPoints: ['/'], minRatio: 0, maxRatio: 100, strictLimit: false },
    ])
    expect(devices[0]?.stats?.reclaimable).toBe(27_900 * 1024)
  })

  it('have the mounts of their partitions', () => {
    const devices = devicesOf(
      {
        'class/bdi/259:0/min_ratio': '0\n',
        'class/bdi/259:0/max_ratio': '50\n',
        'class/bdi/259:0/strict_limit': '1\n',
        'dev/block/259:0': '->../../devices/pci/nvme0n1',
        'dev/block/259:2': '->../../devices/pci/nvme0n1/nvme0n1p2',
        'devices/pci/nvme0n1/dev': '259:0\n',
        'devices/pci/nvme0n1/nvme0n1p2/dev': '259:2\n',
      },
      [
        '1 0 259:2 / / rw - ext4 /dev/nvme0n1p2 rw',
        '2 1 259:2 / /bind rw - ext4 x rw',
        '3 1 0:27 / /dev/shm rw - tmpfs t rw',
      ],
    )
    expect(devices).toEqual([
      {
        bdi: '259:0',
        disk: 'nvme0n1',
        mountPoints: ['/', '/bind'],
        stats: null,
        minRatio: 0,
        maxRatio: 50,
        strictLimit: true,
      },
    ])
  })

  it('without a disk are there while they have something to write', () => {
    const files = (stats: string) => ({
      'class/bdi/btrfs-1/max_ratio': '100\n',
      'class/bdi/0:45/max_ratio': '100\n',
      'kernel/debug/bdi/btrfs-1/stats': stats,
      'kernel/debug/bdi/0:45/stats': IDLE,
    })
    const nfs = '9 1 0:45 / /mnt rw - nfs4 server:/ rw'
    expect(devicesOf(files(STATS), []).map(({ bdi, disk, strictLimit }) => [bdi, disk, strictLimit])).toEqual([
      ['btrfs-1', null, null],
    ])
    expect(devicesOf(files(IDLE), [nfs]).map(({ bdi, mountPoints }) => [bdi, mountPoints])).toEqual([
      ['0:45', ['/mnt']],
    ])
  })

  it('are none where sysfs has none', () => {
    expect(devicesOf({ 'kernel/x': '' }, [])).toEqual([])
  })
})
