import { KINDS } from '../model/kinds.ts'
import { VM_FLAGS } from '../model/vm-flags.ts'
import type { Topic } from './topic.ts'
import { topicsOf } from './topic.ts'
import { ADVICES } from './topics/advice.ts'
import { FAULTS } from './topics/faults.ts'
import { MAPS_NAMES } from './topics/maps-names.ts'
import { MMAP_FLAGS, MSYNC_FLAGS } from './topics/mmap-flags.ts'
import { SETTINGS } from './topics/settings.ts'
import { SMAPS_FIELDS } from './topics/smaps-fields.ts'
import { STATUS_FIELDS } from './topics/status-fields.ts'

const FLAGS = topicsOf(
  'VmFlag',
  { shownBy: 'mmapctl maps PID --flags', reference: 'proc_pid_smaps(5): VmFlags' },
  Object.entries(VM_FLAGS).map(([code, meaning]) => [code, null, sentence(meaning)]),
)

const KIND_TOPICS = topicsOf(
  'kind',
  { shownBy: 'mmapctl maps PID, and --kind', reference: 'docs/maps.md' },
  KINDS.map(([name, meaning]) => [name, null, sentence(meaning)]),
)

/** Everything that `explain` knows but rules, which tell of themselves, and columns, which the output defines. */
export const TOPICS: readonly Topic[] = [
  ...SMAPS_FIELDS,
  ...STATUS_FIELDS,
  ...FLAGS,
  ...MAPS_NAMES,
  ...KIND_TOPICS,
  ...MMAP_FLAGS,
  ...ADVICES,
  ...MSYNC_FLAGS,
  ...FAULTS,
  ...SETTINGS,
]

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
