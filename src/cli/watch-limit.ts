import { BYTES_FORMS, parseBytes } from '../model/units.ts'
import { UsageError } from './usage-error.ts'

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 }

/** Reads a rate such as `1MiB/min`, in bytes a second. */
export function parseGrowthLimit(text: string): number {
  const [, size, unit] = /^\s*(.+?)\s*\/\s*(s|min|h|d)\s*$/.exec(text) ?? []
  const bytes = size === undefined ? null : parseBytes(size)
  if (bytes === null || unit === undefined) {
    throw new UsageError(
      `--fail-on-growth does not take "${text}"`,
      `write a size (${BYTES_FORMS}) a s, min, h or d, such as 1MiB/min`,
    )
  }
  return bytes / (SECONDS[unit] as number)
}
