import type { HugetlbPool } from '../../model/hugetlb.ts'
import type { Meminfo } from '../../parsers/meminfo.ts'

const LEAST = 2 ** 30
/** Of the host's memory, on hosts that have little. */
const SHARE_OF_RAM = 0.1

/** Whether so many bytes that lie idle in hugetlb pools are a loss to the host. */
export function matters(bytes: number, { memTotal }: Meminfo): boolean {
  return bytes > 0 && bytes >= Math.min(LEAST, (memTotal ?? Number.POSITIVE_INFINITY) * SHARE_OF_RAM)
}

/** Names pools as the cause of a finding. */
export function idlePools(pools: readonly Pick<HugetlbPool, 'size'>[]): string {
  return `idle hugetlb pages of ${pools.map(({ size }) => size).join(', ')} bytes`
}
