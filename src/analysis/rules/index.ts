import { rule as beyondEndOfFile } from './checks/beyond-end-of-file.ts'
import { rule as deletedFileSpace } from './checks/deleted-file-space.ts'
import { rule as executableAnonymous } from './checks/executable-anonymous.ts'
import { rule as hoardedMemory } from './checks/hoarded-memory.ts'
import { rule as lockedNearLimit } from './checks/locked-near-limit.ts'
import { rule as lossWindow } from './checks/loss-window.ts'
import { rule as mallocArenas } from './checks/malloc-arenas.ts'
import { rule as mappingCount } from './checks/mapping-count.ts'
import { rule as memoryStall } from './checks/memory-stall.ts'
import { rule as modifiedText } from './checks/modified-text.ts'
import { rule as pageTableOverhead } from './checks/page-table-overhead.ts'
import { rule as replacedFile } from './checks/replaced-file.ts'
import { rule as sharedMemoryInSwap } from './checks/shared-memory-in-swap.ts'
import { rule as snapshotTrust } from './checks/snapshot-trust.ts'
import { rule as swappedWorkingSet } from './checks/swapped-working-set.ts'
import { rule as thpDisabled } from './checks/thp-disabled.ts'
import { rule as writableExecutable } from './checks/writable-executable.ts'
import type { Rule } from './rule.ts'

/** Every rule, by name. Made by scripts/rules.mjs from the files in checks/. */
export const RULES: readonly Rule[] = [
  beyondEndOfFile,
  deletedFileSpace,
  executableAnonymous,
  hoardedMemory,
  lockedNearLimit,
  lossWindow,
  mallocArenas,
  mappingCount,
  memoryStall,
  modifiedText,
  pageTableOverhead,
  replacedFile,
  sharedMemoryInSwap,
  snapshotTrust,
  swappedWorkingSet,
  thpDisabled,
  writableExecutable,
]
