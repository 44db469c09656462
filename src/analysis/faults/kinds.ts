import type { Address } from '../../model/address.ts'
import type { FaultKind } from '../../model/faults-report.ts'
import type { TracedMapping } from './address-spaces.ts'

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
  /** The kernel's own code faulted. */
  readonly inKernel: boolean
  /** The instruction lies in the page that faulted. */
  readonly ownCode: boolean
  /** This page of this process faulted before, and no fork came between. */
  readonly again: boolean
  /** The page was there before a fork, which made it read-only for both sides. */
  readonly forked: boolean
}

/** Names of memory that several processes may share and that no file system holds. */
const SHARED_NAME = /^(?:\/memfd:|\/dev\/shm\/|\/SYSV|\/dev\/zero(?: \(deleted\))?$)/
const HUGETLB_NAME = /^(?:\/anon_hugepage|\/dev\/hugepages\/|\/memfd:hugetlb)/

/**
 * Tells what a fault was for.
 *
 * With the error code this is what the processor says. Without it, what the fault found is inferred: a second fault on
 * a page that is there, in memory that may be written, can only be a write that was not yet allowed. Not told apart:
 * a copy from a page taken over, the zero page from a page in the swap cache, a transparent huge page from a small one.
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
  const upgrade = errorCode === null ? isUpgrade(facts, mapping) : (errorCode & (PRESENT | WRITE)) === (PRESENT | WRITE)
  if (anonymous) return upgrade ? 'cow' : mapping.name.startsWith('[stack') ? 'stack' : 'first-touch'
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
