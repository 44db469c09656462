import { type Address, hexPadded } from '../../model/address.ts'
import type { Kind } from '../../model/kinds.ts'
import type { MappingTable } from '../../model/mapping-table.ts'
import { permsText } from '../../model/perms.ts'
import type { Classification } from '../classify/classification.ts'
import type { RecordField } from '../records.ts'
import { chargesOf } from './charges.ts'

/** A mapping that something was promised for; bytes, `NaN` is unknown. */
export interface Promised {
  readonly start: Address
  readonly size: number
  readonly charge: number
  readonly used: number
  readonly copyOnWrite: number
  readonly noReserve: number
  /** May still be used without asking: of the charge, or of MAP_NORESERVE memory. */
  readonly latent: number
  readonly perms: string
  readonly kind: Kind
  /** Name in maps, or what a runtime uses it for; a binary string. */
  readonly name: string
}

/** The mappings that are charged or MAP_NORESERVE, in address order. */
export function promisesOf(table: MappingTable, classes: Classification): readonly Promised[] {
  const charges = chargesOf(table, classes)
  const promises: Promised[] = []
  for (let row = 0; row < table.length; row++) {
    const charge = charges.charge[row] as number
    const noReserve = charges.noReserve[row] as number
    if (charge === 0 && noReserve === 0) continue
    const used = charge > 0 ? (charges.used[row] as number) : (charges.noReserveUsed[row] as number)
    const label = classes.label(row)
    promises.push({
      start: table.start[row] as number,
      size: table.size(row),
      charge,
      used,
      copyOnWrite: charges.copyOnWrite[row] as number,
      noReserve,
      latent: charge + noReserve - used,
      perms: permsText(table.perms[row] as number),
      kind: classes.kind(row),
      name: table.nameOf(row) || (label === null ? '' : `(${label})`),
    })
  }
  return promises
}

/** Columns of a process's promises. */
export const PROMISE_FIELDS: readonly RecordField<Promised>[] = [
  { name: 'address', unit: 'text', value: (row) => hexPadded(row.start), meaning: 'where the mapping begins' },
  { name: 'size', unit: 'bytes', value: (row) => row.size, meaning: 'size of the mapping' },
  { name: 'charge', unit: 'bytes', value: (row) => row.charge, meaning: 'charged to Committed_AS' },
  { name: 'used', unit: 'bytes', value: (row) => row.used, meaning: 'in RAM or swap; shared since a fork by share' },
  { name: 'latent', unit: 'bytes', value: (row) => row.latent, meaning: 'may still be used without asking' },
  { name: 'cow', unit: 'bytes', value: (row) => row.copyOnWrite, meaning: 'shared since a fork: copied when written' },
  { name: 'noreserve', unit: 'bytes', value: (row) => row.noReserve, meaning: 'MAP_NORESERVE: not charged' },
  { name: 'perms', unit: 'text', value: (row) => row.perms, meaning: 'permissions as in maps' },
  { name: 'kind', unit: 'text', value: (row) => row.kind, meaning: 'what the mapping is, as in `mmapctl maps`' },
  { name: 'path', unit: 'text', value: (row) => row.name, meaning: 'name as in maps, or what a runtime uses it for' },
]
