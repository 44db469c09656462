import type { HugeList, HugeProcess } from '../analysis/thp/process-list.ts'
import { groupReads } from '../analysis/thp/reads.ts'
import type { ThpReport } from '../analysis/thp/report.ts'
import { jsonName } from './json.ts'
import type { SetFailure, Tool } from './maps-json.ts'
import { writeReportJson } from './report-json.ts'
import { nameJson } from './thp-name-json.ts'
import { processJson } from './thp-process-json.ts'
import { systemJson } from './thp-system-json.ts'

/** Writes a report as one document. `shown` are the processes of a list that the limit lets through. */
export function writeThpJson(
  report: ThpReport,
  shown: readonly HugeProcess[],
  failures: readonly SetFailure[],
  tool: Tool,
  write: (text: string) => void,
): void {
  const { host, list, processes } = report
  const provenance = list === null ? report.provenance : groupReads(report.provenance)
  const body = {
    hugePageSize: report.block,
    system: systemJson(report.system),
    ...(list === null ? {} : { list: listJson(list) }),
    processes: list === null ? processes.map((entry) => processJson(entry, report)) : shown.map(listedJson),
    failures,
  }
  writeReportJson({ name: 'thp', version: 1, body }, { tool, host, provenance }, write)
}

function listJson({ totals, reconciliation, denied, tooCostly, vanished }: HugeList): object {
  return {
    totals: {
      processes: totals.processes,
      rss: totals.rss,
      anonHugePages: totals.anonHuge,
      shmemPmdMapped: totals.shmemHuge,
      filePmdMapped: totals.fileHuge,
      huge: totals.huge,
      hugetlbPages: totals.hugetlb,
      small: totals.small,
      missed: totals.missed,
    },
    reconciliation,
    notRead: { denied, tooCostly, vanished },
  }
}

function listedJson(process: HugeProcess): object {
  return {
    ...nameJson(process),
    cmdline: process.cmdline.map(jsonName),
    thpEnabled: process.thpEnabled,
    totals: {
      rss: process.rss,
      anonHugePages: process.anonHuge,
      shmemPmdMapped: process.shmemHuge,
      filePmdMapped: process.fileHuge,
      huge: process.huge,
      hugetlbPages: process.hugetlb,
      small: process.small,
      missed: process.missed,
    },
    unavailable: unavailableOf(process),
  }
}

function unavailableOf({ tooCostly, huge }: HugeProcess): Readonly<Record<string, string>> {
  const why = 'smaps_rollup was not read: it would stall the process longer than --max-stall'
  if (tooCostly) return { totals: why }
  return Number.isNaN(huge)
    ? { huge: `${why}; of huge pages of some files PAGEMAP_SCAN does not tell what they are` }
    : {}
}
