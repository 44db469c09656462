import { latin1 } from './lines.ts'

/** What /proc/cpuinfo says of the first CPU: arch/<architecture>/kernel/cpu/proc.c, whose words differ. */
export interface CpuInfo {
  /** `GenuineIntel`, `AuthenticAMD`, …; `ARM` for any CPU of that architecture; `null` when it is not said. */
  readonly vendor: string | null
  /** `null` where the architecture names no model. */
  readonly model: string | null
  /** x86: display family, 6 for Intel's since 1995, 23 and more for AMD's Zen. */
  readonly family: number | null
  /** x86: display model within the family. */
  readonly modelNumber: number | null
}

/** Reads what tells one CPU from another in /proc/cpuinfo. */
export function parseCpuInfo(bytes: Uint8Array): CpuInfo {
  const text = latin1(bytes)
  const field = (name: string): string | null => new RegExp(`^${name}\\s*: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null
  const count = (name: string): number | null => (/^\d+$/.test(field(name) ?? '') ? Number(field(name)) : null)
  return {
    vendor: field('vendor_id') ?? (field('CPU implementer') === null ? null : 'ARM'),
    model: field('model name') ?? field('CPU'),
    family: count('cpu family'),
    modelNumber: count('model'),
  }
}
