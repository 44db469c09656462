import type { MappingTable } from '../../model/mapping-table.ts'
import { NamelessRows } from './anonymous.ts'
import { Classification, Verdicts } from './classification.ts'
import type { ClassifyContext } from './context.ts'
import { NamedRows } from './files.ts'
import { Runtimes } from './runtimes.ts'

/**
 * Says of every mapping what it is, and what proves it.
 *
 * Works with maps alone, where VmFlags and figures are unknown, and with smaps, where more kinds can be told apart.
 */
export function classify(table: MappingTable, context: ClassifyContext): Classification {
  const verdicts = new Verdicts()
  const runtimes = new Runtimes(table, context)
  const named = new NamedRows(table, context, runtimes, verdicts)
  const nameless = new NamelessRows(table, runtimes, context.pageSize, verdicts)
  const result = new Classification(verdicts)
  for (let row = 0; row < table.length; row++) {
    const anonymous = table.name[row] === 0 && !table.hasInode(row)
    result.set(row, anonymous ? nameless.classify(row) : named.classify(row))
  }
  return result
}
