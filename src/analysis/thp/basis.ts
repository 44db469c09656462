import type { HostFacts } from '../../collectors/host.ts'
import type { ProcessMemory } from '../../collectors/process.ts'
import { MappingTable } from '../../model/mapping-table.ts'
import type { ThpSettings } from '../../model/thp-settings.ts'
import { classify } from '../classify/classify.ts'
import { classifyContext } from '../classify/context.ts'
import { mappingFacts } from './facts.ts'
import type { ThpHostReport } from './host-report.ts'
import { mountFacts } from './mounts.ts'
import type { ThpProcessSource } from './process-report.ts'

/** Bytes of a huge page. Without settings: a page table is a page, and its entries are as long as a pointer. */
export function hugePageSize(settings: ThpSettings | null, pageSize: number): number {
  return settings?.pmdSize ?? (pageSize / 8) * pageSize
}

/** What a report on a process is made from, but for looks at its pages: its mappings as read, and the host. */
export function thpBasis(
  memory: ProcessMemory,
  host: HostFacts,
  system: ThpHostReport,
): Omit<ThpProcessSource, 'folios' | 'zeros'> {
  const table = memory.space?.table ?? new MappingTable()
  const classes = classify(table, classifyContext(memory, host))
  const block = hugePageSize(system.settings, host.pageSize)
  return {
    memory,
    table,
    classes,
    block,
    facts: mappingFacts({ table, classes, settings: system.settings, mounts: mountFacts(memory), block }),
    tlb: system.tlb,
    context: {
      settings: system.settings,
      pageSize: host.pageSize,
      thpEnabled: memory.status?.thpEnabled ?? null,
      khugepagedRuns: system.khugepagedRuns,
      pressure: system.pressure,
    },
  }
}
