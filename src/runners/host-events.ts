import { readFileSync } from 'node:fs'

/** What the host has counted since it booted, not yet parsed; `null` where /proc/vmstat cannot be read. */
export function readVmstat(): Uint8Array | null {
  try {
    return readFileSync('/proc/vmstat')
  } catch {
    return null
  }
}

/** Two readings, where both could be made. */
export function between(
  before: Uint8Array | null,
  after: Uint8Array | null,
): { readonly before: Uint8Array; readonly after: Uint8Array } | null {
  return before === null || after === null ? null : { before, after }
}
