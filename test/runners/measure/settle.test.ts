import { describe, expect, test } from 'vitest'
import { isSettled, settle } from '../../../src/runners/measure/settle.ts'

const readings = (...kib: readonly number[]): { atMs: number; bytes: number }[] =>
  kib.map((bytes, index) => ({ atMs: index * 500, bytes: bytes * 1024 }))

describe('memory has come to rest', () => {
  test.each([
    [[1000, 1000], false],
    [[1000, 1000, 1000], true],
    // 128 KiB in half a second are 256 KiB a second.
    [[1000, 1127, 1254], true],
    [[1000, 1128, 1128], false],
    [[1000, 900, 700], false],
    [[0, 5000, 5000, 5010], true],
    [[5000, 5000, 5000, 9000], false],
  ])('%j: %s', (kib, settled) => {
    expect(isSettled(readings(...kib))).toBe(settled)
  })
})

test('what does not come to rest is given up', async () => {
  let bytes = 0
  const grows = async (): Promise<number> => {
    bytes += 2 ** 20
    return bytes
  }
  expect(await settle(grows, 700, new AbortController().signal)).toBe(false)
  expect(bytes).toBeLessThanOrEqual(3 * 2 ** 20)
})
