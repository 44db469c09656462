import { rule as adviceContradicted } from './checks/advice-contradicted.ts'
import { rule as beyondEndOfFile } from './checks/beyond-end-of-file.ts'
import { rule as cgroupNearLimit } from './checks/cgroup-near-limit.ts'
import { rule as commitNearLimit } from './checks/commit-near-limit.ts'
import { rule as databaseOnMmap } from './checks/database-on-mmap.ts'
import { rule as deletedFileSpace } from './checks/deleted-file-space.ts'
import { rule as detachedSegments } from './checks/detached-segments.ts'
import { rule as dirtyAtRisk } from './checks/dirty-at-risk.ts'
import { rule as dirtyThrottling } from './checks/dirty-throttling.ts'
import { rule as executableAnonymous } from './checks/executable-anonymous.ts'
import { rule as faultsWithoutGrowth } from './checks/faults-without-growth.ts'
import { rule as forkCopies } from './checks/fork-copies.ts'
import { rule as fragmentedMemory } from './checks/fragmented-memory.ts'
import { rule as heldOpenMemory } from './checks/held-open-memory.ts'
import { rule as hoardedMemory } from './checks/hoarded-memory.ts'
import { rule as hugetlbExhausted } from './checks/hugetlb-exhausted.ts'
import { rule as hugetlbExpected } from './checks/hugetlb-expected.ts'
import { rule as hugetlbIdle } from './checks/hugetlb-idle.ts'
import { rule as ksmCost } from './checks/ksm-cost.ts'
import { rule as ksmIdle } from './checks/ksm-idle.ts'
import { rule as latencyInSwap } from './checks/latency-in-swap.ts'
import { rule as latentOvercommit } from './checks/latent-overcommit.ts'
import { rule as lazilyFreedMemory } from './checks/lazily-freed-memory.ts'
import { rule as lockedInSwap } from './checks/locked-in-swap.ts'
import { rule as lockedNearLimit } from './checks/locked-near-limit.ts'
import { rule as lockedShare } from './checks/locked-share.ts'
import { rule as lossWindow } from './checks/loss-window.ts'
import { rule as mallocArenas } from './checks/malloc-arenas.ts'
import { rule as mappingChurn } from './checks/mapping-churn.ts'
import { rule as mappingCount } from './checks/mapping-count.ts'
import { rule as memoryStall } from './checks/memory-stall.ts'
import { rule as modifiedText } from './checks/modified-text.ts'
import { rule as nextOomVictim } from './checks/next-oom-victim.ts'
import { rule as numaHintFaults } from './checks/numa-hint-faults.ts'
import { rule as numaImbalance } from './checks/numa-imbalance.ts'
import { rule as oomProtection } from './checks/oom-protection.ts'
import { rule as pageTableOverhead } from './checks/page-table-overhead.ts'
import { rule as promisedBeyondMemory } from './checks/promised-beyond-memory.ts'
import { rule as relocatedLibraries } from './checks/relocated-libraries.ts'
import { rule as replacedFile } from './checks/replaced-file.ts'
import { rule as sharedMemoryInSwap } from './checks/shared-memory-in-swap.ts'
import { rule as smallFileMappings } from './checks/small-file-mappings.ts'
import { rule as snapshotTrust } from './checks/snapshot-trust.ts'
import { rule as swappedWorkingSet } from './checks/swapped-working-set.ts'
import { rule as syncRefaults } from './checks/sync-refaults.ts'
import { rule as thpAdviceWithoutEffect } from './checks/thp-advice-without-effect.ts'
import { rule as thpAllocationFailing } from './checks/thp-allocation-failing.ts'
import { rule as thpBloat } from './checks/thp-bloat.ts'
import { rule as thpDisabled } from './checks/thp-disabled.ts'
import { rule as thpUnused } from './checks/thp-unused.ts'
import { rule as threadStackVolume } from './checks/thread-stack-volume.ts'
import { rule as tlbReach } from './checks/tlb-reach.ts'
import { rule as tlbShootdowns } from './checks/tlb-shootdowns.ts'
import { rule as unchargedMemory } from './checks/uncharged-memory.ts'
import { rule as unevictableMemory } from './checks/unevictable-memory.ts'
import { rule as unguardedStack } from './checks/unguarded-stack.ts'
import { rule as writableExecutable } from './checks/writable-executable.ts'
import type { Rule } from './rule.ts'

/** Every rule, by name. Made by scripts/rules.mjs from the files in checks/. */
export const RULES: readonly Rule[] = [
  adviceContradicted,
  beyondEndOfFile,
  cgroupNearLimit,
  commitNearLimit,
  databaseOnMmap,
  deletedFileSpace,
  detachedSegments,
  dirtyAtRisk,
  dirtyThrottling,
  executableAnonymous,
  faultsWithoutGrowth,
  forkCopies,
  fragmentedMemory,
  heldOpenMemory,
  hoardedMemory,
  hugetlbExhausted,
  hugetlbExpected,
  hugetlbIdle,
  ksmCost,
  ksmIdle,
  latencyInSwap,
  latentOvercommit,
  lazilyFreedMemory,
  lockedInSwap,
  lockedNearLimit,
  lockedShare,
  lossWindow,
  mallocArenas,
  mappingChurn,
  mappingCount,
  memoryStall,
  modifiedText,
  nextOomVictim,
  numaHintFaults,
  numaImbalance,
  oomProtection,
  pageTableOverhead,
  promisedBeyondMemory,
  relocatedLibraries,
  replacedFile,
  sharedMemoryInSwap,
  smallFileMappings,
  snapshotTrust,
  swappedWorkingSet,
  syncRefaults,
  thpAdviceWithoutEffect,
  thpAllocationFailing,
  thpBloat,
  thpDisabled,
  thpUnused,
  threadStackVolume,
  tlbReach,
  tlbShootdowns,
  unchargedMemory,
  unevictableMemory,
  unguardedStack,
  writableExecutable,
]
