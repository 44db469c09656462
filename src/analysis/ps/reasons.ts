import type { ProcessFacts } from '../../collectors/process-facts.ts'
import type { PsField } from './field.ts'

/** Why a figure of a process is unknown. */
export type UnknownReason =
  | 'needs-ptrace'
  | 'too-costly'
  | 'not-offered'
  | 'read-failed'
  | 'not-printed'
  | 'not-readable'
  | 'mappings-changed'

/** The reason for an unknown figure, going by the file it would have come from. */
export function unknownReason(field: PsField, row: ProcessFacts): UnknownReason {
  const { gap } = row.walk
  if (field.source === 'status') return 'not-printed'
  if (field.source === 'maps') return gap?.why === 'denied' ? 'needs-ptrace' : 'mappings-changed'
  if (field.source !== 'smaps_rollup' && field.source !== 'smaps') return 'not-readable'
  if (gap?.why === 'denied') return 'needs-ptrace'
  if (gap?.why === 'too-costly') return 'too-costly'
  if (gap?.why === 'not-offered') return 'not-offered'
  if (gap?.why === 'failed') return 'read-failed'
  return field.source === 'smaps' ? 'mappings-changed' : 'not-printed'
}
