import type { Gap } from '../analysis/gaps.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { longestRead } from '../analysis/read-cost.ts'
import { hexJson, splitJson } from '../model/address.ts'
import { jsonName, rawName, schemaName } from './json.ts'
import { mappingJson } from './mapping-json.ts'
import { hostJson } from './report-json.ts'

/** Who made a report. */
export interface Tool {
  readonly name: string
  readonly version: string
}

const MAPS_SCHEMA = schemaName('maps', 1)
const MAPS_SET_SCHEMA = schemaName('maps-set', 1)

/** Writes one report as one JSON document, a mapping a line. */
export function writeMapsJson(report: MapsReport, tool: Tool, write: (text: string) => void): void {
  writeDocument(report, tool, write)
  write('\n')
}

/** A process of several that there is no report on. */
export interface SetFailure {
  readonly code: string
  readonly message: string
}

/** Writes the reports on several processes as one document; `failures` is asked for once all reports are written. */
export function writeMapsSetJson(
  reports: Iterable<MapsReport>,
  failures: () => readonly SetFailure[],
  tool: Tool,
  write: (text: string) => void,
): void {
  write(`{"schema":${JSON.stringify(MAPS_SET_SCHEMA)},"tool":${JSON.stringify(tool)},"reports":[`)
  let separator = '\n'
  for (const report of reports) {
    write(separator)
    writeDocument(report, tool, write)
    separator = ',\n'
  }
  write(`\n],"failures":${JSON.stringify(failures())}}\n`)
}

/** Writes the mappings alone, one JSON object a line, each with its process. */
export function writeMapsNdjson(report: MapsReport, write: (text: string) => void): void {
  const json = mappingJson(report)
  const prefix = `{"pid":${report.memory.pid},`
  for (const row of report.rows) write(`${prefix}${json(row).slice(1)}\n`)
}

function writeDocument(report: MapsReport, tool: Tool, write: (text: string) => void): void {
  const head = JSON.stringify(documentHead(report, tool), null, 2)
  write(`${head.slice(0, -2)},\n  "mappings": [`)
  const json = mappingJson(report)
  let separator = '\n    '
  for (const row of report.rows) {
    write(separator + json(row))
    separator = ',\n    '
  }
  write(report.rows.length === 0 ? ']\n}' : '\n  ]\n}')
}

function documentHead(report: MapsReport, tool: Tool): object {
  const { memory, host } = report
  const { space } = memory
  return {
    schema: MAPS_SCHEMA,
    tool,
    target: targetOf(report),
    host: { ...hostJson(host), maxMapCount: host.maxMapCount },
    partial: space === null,
    depth: space?.depth ?? null,
    consistency: space?.consistency ?? null,
    cost: {
      predictedReadMs: space?.prediction?.readMs ?? null,
      predictedStallMs: space?.prediction?.stallMs ?? null,
      longestReadMs: longestRead(report.provenance),
    },
    provenance: report.provenance,
    totals: report.totals.totals,
    sources: report.totals.sources,
    unavailable: report.totals.unavailable,
    matched: { mappings: report.matched.mappings, ...report.matchedSums },
    groupBy: report.grouping,
    groups: report.groups.map((group) => ({ key: jsonName(group.key), mappings: group.mappings, ...group.sums })),
    ...(report.gaps === null ? {} : { gaps: gapsOf(report) }),
    ...(report.located === null ? {} : { located: locatedOf(report) }),
  }
}

function targetOf(report: MapsReport): object {
  const { memory } = report
  const rawComm = rawName(memory.stat.comm)
  return {
    pid: memory.pid,
    tgid: memory.status?.tgid ?? null,
    startTime: memory.stat.startTime,
    comm: jsonName(memory.stat.comm),
    ...(rawComm === null ? {} : { commHex: rawComm }),
    cmdline: memory.cmdline?.map(jsonName) ?? null,
    exe: memory.exe === null ? null : jsonName(memory.exe),
    user: memory.user,
    state: memory.stat.state,
    threads: memory.stat.numThreads,
    ageSeconds: memory.ageSeconds,
    threadRead: memory.threadRead,
  }
}

function gapsOf(report: MapsReport): object | null {
  const { gaps } = report
  if (gaps === null) return null
  const gap = (each: Gap): object => ({
    start: hexJson(each.start),
    end: hexJson(each.end),
    size: each.end - each.start,
  })
  return {
    count: gaps.gaps.length,
    total: gaps.total,
    largest: gaps.largest === null ? null : gap(gaps.largest),
    fragmentation: gaps.fragmentation,
    list: gaps.gaps.map(gap),
  }
}

function locatedOf(report: MapsReport): object | null {
  const { located, table } = report
  if (located === null) return null
  const start = (row: number | null): string | null => (row === null ? null : hexJson(table.start[row] as number))
  const { row, below, above } = located.place
  return { address: splitJson(located.address), mapping: start(row), below: start(below), above: start(above) }
}
