import {
  type FolioAnswer,
  isSample,
  isScan,
  type ThpMapping,
  type ThpProcess,
  type ZeroAnswer,
} from '../analysis/thp/process-report.ts'
import type { HugeTotals } from '../analysis/thp/process-totals.ts'
import type { ThpProcessReport, ThpReport } from '../analysis/thp/report.ts'
import { missingReason } from '../analysis/totals.ts'
import { hexJson } from '../model/address.ts'
import { permsText } from '../model/perms.ts'
import { jsonName, rawName } from './json.ts'
import { nameJson } from './thp-name-json.ts'
import { folioRefusalText, zeroRefusalText } from './thp-process-lines.ts'

/** A process that was asked for. */
export function processJson(entry: ThpProcessReport, report: ThpReport): object {
  const { process, rows, matched, findings, counters } = entry
  const { memory, folioSums } = process
  return {
    ...nameJson({ pid: memory.pid, startTime: memory.stat.startTime, comm: memory.stat.comm }),
    cmdline: memory.cmdline?.map(jsonName) ?? null,
    thpEnabled: memory.status?.thpEnabled ?? null,
    depth: memory.space?.depth ?? null,
    consistency: memory.space?.consistency ?? null,
    totals: totalsJson(process.totals),
    unavailable: unavailableJson(process),
    reasons: process.reasons,
    folios: folioSums === null ? null : { ...folioSums, ...scanJson(process.folios) },
    zeros: isSample(process.zeros) ? process.zeros : null,
    tlb: process.tlb === null ? null : { ...process.tlb, estimate: true },
    counters,
    findings,
    matched,
    mappings: rows.map((mapping) => mappingJson(process, mapping, report.system.settings !== null)),
  }
}

function totalsJson(totals: HugeTotals): object {
  return {
    rss: totals.rss,
    anonymous: totals.anonymous,
    anonHugePages: totals.anonHuge,
    shmemPmdMapped: totals.shmemHuge,
    filePmdMapped: totals.fileHuge,
    huge: totals.huge,
    hugetlbPages: totals.hugetlb,
    small: totals.small,
    gain: totals.gain,
    sharedHuge: totals.sharedHuge,
    sharePercent: totals.share,
    coveragePercent: totals.coverage,
  }
}

/** Why what is null is null. */
function unavailableJson(process: ThpProcess): Readonly<Record<string, string>> {
  const reasons: Record<string, string> = {}
  Object.assign(reasons, unreadJson(process))
  if (process.folioSums === null) reasons['folios'] = folioReason(process.folios)
  if (!isSample(process.zeros)) reasons['zeros'] = zeroReason(process.zeros)
  return reasons
}

/** What only smaps tells, where pages were looked at or nothing was. */
function unreadJson({ memory, totals }: ThpProcess): Readonly<Record<string, string>> {
  const why = missingReason(memory)
  if (memory.space?.depth !== 'pagemap') return Number.isNaN(totals.huge) ? { totals: why } : {}
  const unknown = Object.entries(totalsJson(totals)).filter(([name, value]) => ASKED.test(name) && Number.isNaN(value))
  return { ...Object.fromEntries(unknown.map(([name]) => [`totals.${name}`, why])), mappings: why }
}

/** Shares of nothing are null without a reason. */
const ASKED = /^(?!.*Percent$)/

function folioReason(answer: FolioAnswer): string {
  if (answer === 'not-asked') return 'page frames were not looked at: --folios'
  return isScan(answer) ? '' : folioRefusalText(answer)
}

function zeroReason(answer: ZeroAnswer): string {
  if (answer === 'not-asked') return 'memory was not sampled: --zeros'
  return isSample(answer) ? '' : zeroRefusalText(answer)
}

function scanJson(answer: FolioAnswer): object {
  return isScan(answer) ? { pages: answer.pages, mappingsLeftOut: answer.left.length } : {}
}

function mappingJson(process: ThpProcess, { facts, reason, gain, folios }: ThpMapping, known: boolean): object {
  const { table, classes } = process
  const { row, backing, shape } = facts
  const path = table.nameOf(row)
  const raw = rawName(path)
  return {
    start: hexJson(table.start[row] as number),
    end: hexJson(table.end[row] as number),
    perms: permsText(table.perms[row] as number),
    offset: table.offset.at(row),
    kind: classes.kind(row),
    label: classes.label(row),
    path: jsonName(path),
    ...(raw === null ? {} : { pathHex: raw }),
    backing: backing.of,
    vmFlags: facts.flags,
    size: facts.size,
    rss: facts.rss,
    anonymous: facts.anonymous,
    anonHugePages: facts.anonHuge,
    shmemPmdMapped: facts.shmemHuge,
    filePmdMapped: facts.fileHuge,
    huge: facts.huge,
    hugetlb: facts.hugetlb,
    swap: facts.swap,
    small: facts.small,
    thpEligible: facts.eligible,
    policy: facts.policy,
    folioSizes: known && facts.flags !== null ? facts.smaller : null,
    capable: shape.capable,
    head: shape.head,
    tail: shape.tail,
    skew: shape.skew,
    cut: facts.cut,
    reason,
    gain,
    folios,
  }
}
