import { KINDS } from '../model/kinds.ts'
import { ABILITIES } from './abilities.ts'
import type { Topic } from './topic.ts'
import { topicsOf } from './topic.ts'
import { ADVICES } from './topics/advice.ts'
import { FAULTS } from './topics/faults.ts'
import { LIMITS } from './topics/limits.ts'
import { MAPS_NAMES } from './topics/maps-names.ts'
import { MEMINFO_FIELDS } from './topics/meminfo-fields.ts'
import { MMAP_FLAGS, MSYNC_FLAGS } from './topics/mmap-flags.ts'
import { OWN_WORDS, sentence } from './topics/own-words.ts'
import { KERNEL_SETTINGS } from './topics/settings-kernel.ts'
import { MEMORY_SETTINGS } from './topics/settings-memory.ts'
import { THP_SETTINGS } from './topics/settings-thp.ts'
import { VM_SETTINGS } from './topics/settings-vm.ts'
import { ZONE_SETTINGS } from './topics/settings-zones.ts'
import { SMAPS_FIELDS } from './topics/smaps-fields.ts'
import { STATUS_FIELDS } from './topics/status-fields.ts'
import { FLAGS } from './topics/vm-flags.ts'
import { VMSTAT_COUNTERS } from './topics/vmstat-counters.ts'

const KIND_TOPICS = topicsOf(
  'kind',
  { shownBy: 'mmapctl maps PID, and --kind', reference: 'docs/maps.md' },
  KINDS.map(([name, meaning]) => [name, null, sentence(meaning)]),
)

const ABILITY_TOPICS = topicsOf(
  'ability',
  { shownBy: 'mmapctl doctor --self', reference: 'docs/doctor.md' },
  Object.entries(ABILITIES).map(([id, { title, costs }]) => [id, null, sentence(title), `Without it: ${costs}`]),
)

/** Everything that `explain` knows but rules, which tell of themselves, and columns, which the output defines. */
export const TOPICS: readonly Topic[] = [
  ...SMAPS_FIELDS,
  ...STATUS_FIELDS,
  ...MEMINFO_FIELDS,
  ...FLAGS,
  ...MAPS_NAMES,
  ...KIND_TOPICS,
  ...MMAP_FLAGS,
  ...ADVICES,
  ...MSYNC_FLAGS,
  ...FAULTS,
  ...MEMORY_SETTINGS,
  ...VM_SETTINGS,
  ...ZONE_SETTINGS,
  ...THP_SETTINGS,
  ...KERNEL_SETTINGS,
  ...LIMITS,
  ...OWN_WORDS,
  ...VMSTAT_COUNTERS,
  ...ABILITY_TOPICS,
]
