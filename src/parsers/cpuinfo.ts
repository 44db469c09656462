import { latin1 } from './lines.ts'

/** What /proc/cpuinfo says of the first CPU: arch/<architecture>/kernel/cpu/proc.c, whose words differ. */
export interface CpuInfo {
  /** `GenuineIntel`, `AuthenticAMD`, …; `ARM` for any CPU of that architecture; `null` when it is not said. */
  readonly vendor: string | null
  /** `null` where the architecture names no model. */
  readonly model: string | null
  /** x86: the family in decimal, as CPUID has it with its extension; `null` elsewhere. */
  readonly family: number | null
  /** x86: the model's number within the family; `null` elsewhere. */
  readonly modelNumber: number | null
  /** x86: whether CPUID says that this is a virtual machine; `null` where it is not said. */
  readonly hypervisor: boolean | null
}

/** Reads the first CPU of /proc/cpuinfo. */
export function parseCpuInfo(bytes: Uint8Array): CpuInfo {
  const text = latin1(bytes)
  const field = (name: string): string | null => new RegExp(`^${name}\\s*: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null
  const number = (name: string): number | null => {
    const digits = field(name)
    return digits !== null && /^[0-9]{1,9}$/.test(digits) ? Number(digits) : null
  }
  const vendor = field('vendor_id') ?? (field('CPU implementer') === null ? null : 'ARM')
  return {
    vendor,
    model: field('model name') ?? field('CPU'),
    family: number('cpu family'),
    modelNumber: number('model'),
    hypervisor: field('flags')?.split(' ').includes('hypervisor') ?? null,
  }
}
