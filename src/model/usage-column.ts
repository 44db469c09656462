import { PackedNumbers } from './packed-numbers.ts'

/** The unit of a field's values: bytes where the kernel prints `kB`, else a bare number (`THPeligible`). */
export type FieldUnit = 'bytes' | 'number'

const KIB = 1024

/** One column of per-mapping figures, as the kernel names it; `NaN` is "unknown", never 0. */
export class UsageColumn extends PackedNumbers {
  /** The kernel's key, such as `Rss` or `Shared_Dirty`; unknown keys of newer kernels are kept as they are. */
  readonly key: string
  readonly unit: FieldUnit

  constructor(key: string, unit: FieldUnit) {
    super(unit === 'bytes' ? KIB : 1)
    this.key = key
    this.unit = unit
  }
}
