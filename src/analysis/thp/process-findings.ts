import type { HostFacts } from '../../collectors/host.ts'
import type { HugetlbPool } from '../../model/hugetlb.ts'
import { SHARED } from '../../model/perms.ts'
import type { ThpFinding } from '../../model/thp-findings.ts'
import { isSample, type ThpMapping, type ThpProcess } from './process-report.ts'

/** What of the host the findings on a process need. */
export interface FindingContext {
  readonly host: HostFacts
  /** Bytes of a huge page. */
  readonly block: number
  readonly pools: readonly HugetlbPool[]
  /** Bytes a second that khugepaged looks through at most; `null` when it is not known. */
  readonly khugepagedSpeed: number | null
}

/** A wait that nobody needs to be told of, in seconds. */
const SHORT_WAIT = 60
/** Less than this share of zeros is no bloat. */
const MUCH_ZERO = 0.25

/** What is to be noticed of a process's huge memory. */
export function processFindings(process: ThpProcess, context: FindingContext): readonly ThpFinding[] {
  return [
    ...switchedOff(process),
    ...forked(process, context),
    ...zeros(process),
    ...slow(process, context.khugepagedSpeed),
    ...unheeded(process),
    ...sigbus(process, context.pools),
  ]
}

function switchedOff({ memory, reasons }: ThpProcess): readonly ThpFinding[] {
  if (memory.status?.thpEnabled !== false) return []
  return [{ code: 'prctl', gain: reasons.find(({ reason }) => reason === 'prctl')?.gain ?? 0 }]
}

/**
 * Since 5.8 (commit 3917c80280c9) a write to a huge page that is shared after a fork takes its mapping apart and copies
 * one small page; before, it copied the whole huge page.
 */
function forked({ totals }: ThpProcess, { host, block }: FindingContext): readonly ThpFinding[] {
  if (!(totals.sharedHuge > 0)) return []
  const whole = host.kernel.major < 5 || (host.kernel.major === 5 && host.kernel.minor < 8)
  return [{ code: 'forked', bytes: totals.sharedHuge, copied: whole ? block : host.pageSize, whole }]
}

function zeros({ zeros: sample, totals }: ThpProcess): readonly ThpFinding[] {
  if (!isSample(sample) || sample.pages === 0) return []
  const share = sample.zeroPages / sample.pages
  return share < MUCH_ZERO ? [] : [{ code: 'zeros', share, bytes: Math.round(totals.anonHuge * share) }]
}

function slow({ reasons }: ThpProcess, speed: number | null): readonly ThpFinding[] {
  const bytes = reasons.find(({ reason }) => reason === 'khugepaged-waits')?.gain ?? 0
  if (speed === null || speed === 0 || !(bytes / speed > SHORT_WAIT)) return []
  return [{ code: 'khugepaged-slow', bytes, seconds: bytes / speed }]
}

function unheeded(process: ThpProcess): readonly ThpFinding[] {
  const idle = unheededAdvice(process)
  if (idle.length === 0) return []
  return [
    {
      code: 'advice-without-effect',
      mappings: idle.length,
      bytes: idle.reduce((sum, { facts }) => sum + facts.size, 0),
    },
  ]
}

/** Mappings that asked for huge pages and can have none. DAX mappings carry `hg` without advice. */
export function unheededAdvice({ mappings }: ThpProcess): readonly ThpMapping[] {
  return mappings.filter(({ facts }) => {
    const advised = facts.eligible === false && facts.flags?.includes('hg') === true && facts.backing.of !== 'dax'
    return advised && facts.huge === 0
  })
}

function sigbus(process: ThpProcess, pools: readonly HugetlbPool[]): readonly ThpFinding[] {
  const bytes = unbackedHugetlb(process, pools).reduce((sum, { facts }) => sum + facts.size - facts.hugetlb, 0)
  return bytes === 0 ? [] : [{ code: 'sigbus-risk', bytes }]
}

/** hugetlb mappings without a reservation, not all there, of whose page size no page is to be had. */
export function unbackedHugetlb(process: ThpProcess, pools: readonly HugetlbPool[]): readonly ThpMapping[] {
  return process.mappings.filter(({ facts }) => {
    const { backing, flags, size, hugetlb } = facts
    if (backing.of !== 'hugetlb' || flags?.includes('nr') !== true || size <= hugetlb) return false
    return hasNoPage(process, facts.row, pools)
  })
}

/** Private hugetlb mappings that share pages after a fork, when no page is to be had to copy one into. */
export function uncopiableHugetlb(process: ThpProcess, pools: readonly HugetlbPool[]): readonly ThpMapping[] {
  const { table } = process
  return process.mappings.filter(({ facts: { backing, row } }) => {
    if (backing.of !== 'hugetlb' || ((table.perms[row] as number) & SHARED) !== 0) return false
    return table.value('Shared_Hugetlb', row) > 0 && hasNoPage(process, row, pools)
  })
}

/** Whether the pool that a mapping takes its pages from is known, and has none left to give, nor may grow. */
function hasNoPage({ table }: ThpProcess, row: number, pools: readonly HugetlbPool[]): boolean {
  const pool = pools.find(({ size }) => size === table.value('KernelPageSize', row))
  return pool !== undefined && pagesToHave(pool) <= 0
}

/** Pages that the next mapping could have: free and promised to nobody, or beyond the pool's size. */
function pagesToHave({ free, reserved, overcommit, surplus }: HugetlbPool): number {
  return free - (reserved ?? 0) + Math.max(0, (overcommit ?? 0) - (surplus ?? 0))
}
