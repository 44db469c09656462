import { setTimeout as delay } from 'node:timers/promises'

/** One reading of how much memory there is. */
export interface Reading {
  readonly atMs: number
  readonly bytes: number
}

const READINGS = 3
const APART_MS = 500
/** Bytes a second; what changes less has come to rest. */
const RATE = 256 * 1024

/** Whether the last three readings, each from the one before, changed by less than 256 KiB a second. */
export function isSettled(readings: readonly Reading[]): boolean {
  const last = readings.slice(-READINGS)
  if (last.length < READINGS) return false
  return last.every(({ atMs, bytes }, index) => {
    const before = last[index - 1]
    return before === undefined || Math.abs(bytes - before.bytes) < (RATE * (atMs - before.atMs)) / 1000
  })
}

/** Reads until the memory has come to rest; `false` when it has not within the time. */
export async function settle(read: () => Promise<number>, atMostMs: number, over: AbortSignal): Promise<boolean> {
  const readings: Reading[] = []
  const from = performance.now()
  for (;;) {
    readings.push({ atMs: performance.now() - from, bytes: await read() })
    if (isSettled(readings)) return true
    if (over.aborted || performance.now() - from + APART_MS > atMostMs) return false
    await delay(APART_MS)
  }
}
