import { latin1 } from './lines.ts'

/** What /proc/cpuinfo says of the first CPU: arch/<architecture>/kernel/cpu/proc.c, whose words differ. */
export interface CpuInfo {
  /** `GenuineIntel`, `AuthenticAMD`, …; `ARM` for any CPU of that architecture; `null` when it is not said. */
  readonly vendor: string | null
  /** `null` where the architecture names no model. */
  readonly model: string | null
}

/** Reads vendor and model of /proc/cpuinfo. */
export function parseCpuInfo(bytes: Uint8Array): CpuInfo {
  const text = latin1(bytes)
  const field = (name: string): string | null => new RegExp(`^${name}\\s*: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null
  const vendor = field('vendor_id') ?? (field('CPU implementer') === null ? null : 'ARM')
  return { vendor, model: field('model name') ?? field('CPU') }
}
