import { describe, expect, it } from 'vitest'
import { isBelow, upperPath } from '../../src/collectors/overlay.ts'
import { packDevice } from '../../src/model/mapping-table.ts'
import { parseMountinfo } from '../../src/parsers/mountinfo.ts'

const DEVICE = packDevice(0, 39)

function mounts(...lines: readonly string[]) {
  return parseMountinfo(Buffer.from(lines.map((line) => `${line}\n`).join('')))
}

const CONTAINER =
  '100 99 0:39 / / rw - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/var/lib/c/diff,workdir=/var/lib/c/work'

describe('where a file of an overlay lies', () => {
  it('is its upper layer, below which its path is the same', () => {
    expect(upperPath('/data/a', DEVICE, mounts(CONTAINER))).toBe('/var/lib/c/diff/data/a')
  })

  it('is told by the nearest mount, and by what part of the overlay that is', () => {
    const bind = '101 100 0:39 /exported /srv rw - overlay overlay rw,lowerdir=/l1,upperdir=/var/lib/c/diff,workdir=/w'
    expect(upperPath('/srv/a', DEVICE, mounts(CONTAINER, bind))).toBe('/var/lib/c/diff/exported/a')
    expect(upperPath('/srv2/a', DEVICE, mounts(CONTAINER, bind))).toBe('/var/lib/c/diff/srv2/a')
  })

  it('is nowhere without an upper layer, and not known of another overlay', () => {
    expect(upperPath('/a', DEVICE, mounts('100 99 0:39 / / ro - overlay overlay ro,lowerdir=/l1:/l2'))).toBeNull()
    expect(upperPath('/a', packDevice(0, 40), mounts(CONTAINER))).toBeNull()
    expect(upperPath('/a', DEVICE, mounts(CONTAINER.replace('upperdir=/', 'upperdir=')))).toBeNull()
    expect(upperPath('/a', DEVICE, [])).toBeNull()
  })
})

describe('a path below a directory', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a/b', '/', true],
    ['/ab', '/a', false],
    ['/a', '/a', false],
  ])('%s below %s: %s', (path, directory, below) => {
    expect(isBelow(path, directory)).toBe(below)
  })
})
