import { expect, it } from 'vitest'
import { hugepageDirectory } from '../../src/parsers/hugepage-directory.ts'

it.each([
  ['hugepages-8kB', 8192],
  ['hugepages-2048kB', 2 ** 21],
  ['hugepages-1048576kB', 2 ** 30],
  ['hugepages-16777216kB', 2 ** 34],
])('%s is the directory of pages of %d bytes', (name, bytes) => {
  expect(hugepageDirectory(name)).toBe(bytes)
})

it.each(['enabled', 'khugepaged', 'hugepages-kB', 'hugepages-2MB', 'hugepages-2048kB ', 'x-hugepages-2048kB'])(
  '%s is the directory of no page size',
  (name) => {
    expect(hugepageDirectory(name)).toBeNull()
  },
)
