import type { Address } from '../../model/address.ts'
import type { FaultKind } from '../../model/fault-attribution.ts'
import type { TracedMapping } from './space.ts'

/** Bits of x86's page-fault error code (arch/x86/include/asm/trap_pf.h). */
const PRESENT = 1
const WRITE = 2
const FETCH = 16

/** What is known of one fault. */
export interface FaultFacts {
  readonly mapping: TracedMapping | null
  readonly page: Address
  /** `null` where minor and major were not recorded apart. */
  readonly major: boolean | null
  /** x86's error code; `null` without the tracepoint. */
  readonly errorCode: number | null
  /** Bytes of the page that the fault ended with; `null` when it was not recorded. */
  readonly pageSize: number | null
  /** The kernel's own code faulted. */
  readonly inKernel: boolean
  /** The instruction lies in the page that faulted. */
  readonly ownCode: boolean
  /** This page of this process faulted before, and no fork came between. */
  readonly again: boolean
  /** The host swapped meanwhile. */
  readonly swapped: boolean
  /** The page was there before a fork, which made it read-only for both sides. */
  readonly forked: boolean
}

/** Names of memory that several processes may share and that no file system holds. */
const SHARED_NAME = /^(?:\/memfd:|\/dev\/shm\/|\/SYSV|\/dev\/zero(?: \(deleted\))?$)/
/**
 * A page that a table above the last one maps: 2 MiB and 1 GiB on x86, more with larger base pages. Smaller large pages
 * (mTHP of 64 KiB) are many entries of the last table, and look like small ones.
 */
const HUGE = 1024 ** 2
const HUGETLB_NAME = /^(?:\/anon_hugepage|\/dev\/hugepages\/|\/memfd:hugetlb)/

/**
 * Tells what a fault was for.
 *
 * With the error code this is what the processor says. Without it, what the fault found is inferred: a second fault on
 * a page that is there, in memory that may be written, can only be a write that was not yet allowed. A transparent huge
 * page is told from a small one by the size of the page, where that was recorded. Not told apart: a copy from a page
 * taken over, and memory given back from a page in the swap cache, which is why both are `returned` on a host that swaps.
 */
export function kindOf(facts: FaultFacts): FaultKind {
  const { mapping, errorCode, major } = facts
  if (mapping === null) return 'unknown'
  if (facts.inKernel) return 'kernel'
  if (HUGETLB_NAME.test(mapping.name)) return 'huge'
  if (isText(facts, mapping)) return 'text'
  const anonymous = isAnonymous(mapping)
  // Nothing but swap has to be waited for in anonymous memory.
  if (anonymous && major === true) return 'swap-in'
  if (facts.pageSize !== null && facts.pageSize >= HUGE) return 'huge'
  const upgrade = errorCode === null ? isUpgrade(facts, mapping) : (errorCode & (PRESENT | WRITE)) === (PRESENT | WRITE)
  return anonymous ? anonymousKind(facts, mapping, upgrade) : fileKind(facts, mapping, upgrade)
}

function anonymousKind({ again, swapped }: FaultFacts, mapping: TracedMapping, upgrade: boolean): FaultKind {
  if (upgrade) return 'cow'
  if (again && swapped) return 'returned'
  return mapping.name.startsWith('[stack') ? 'stack' : 'first-touch'
}

function fileKind({ errorCode }: FaultFacts, mapping: TracedMapping, upgrade: boolean): FaultKind {
  if (SHARED_NAME.test(mapping.name)) return 'shared'
  const wrote = errorCode !== null && (errorCode & WRITE) !== 0
  if (upgrade || wrote) return isPrivate(mapping) ? 'cow' : 'dirty'
  return 'file'
}

function isText({ errorCode, ownCode }: FaultFacts, mapping: TracedMapping): boolean {
  if (errorCode !== null) return (errorCode & FETCH) !== 0
  return ownCode && mapping.perms?.[2] === 'x'
}

function isUpgrade({ again, forked, major }: FaultFacts, mapping: TracedMapping): boolean {
  if (mapping.perms?.[1] !== 'w' || major === true) return false
  if (isAnonymous(mapping)) return forked
  return again || (forked && isPrivate(mapping))
}

/** Private memory without a file: anonymous, heap, stack. */
function isAnonymous(mapping: TracedMapping): boolean {
  const { name, file } = mapping
  if (!isPrivate(mapping) || file !== null) return false
  return name === '' || name === '[heap]' || name.startsWith('[stack') || name.startsWith('[anon')
}

function isPrivate(mapping: TracedMapping): boolean {
  return mapping.perms?.[3] !== 's'
}
