import type { PsField } from '../analysis/ps/field.ts'
import { isPsField, type PsGroup } from '../analysis/ps/groups.ts'
import { unknownReason } from '../analysis/ps/reasons.ts'
import type { PsReport } from '../analysis/ps/report.ts'
import { sumOf } from '../analysis/ps/sums.ts'
import type { ProcessFacts } from '../collectors/process-facts.ts'
import { jsonName, rawName } from './json.ts'
import type { SetFailure, Tool } from './maps-json.ts'
import { REASON_TEXTS } from './ps-reasons.ts'
import { writeReportJson } from './report-json.ts'

/** Writes the report as one document. */
export function writePsJson(
  report: PsReport,
  failures: readonly SetFailure[],
  tool: Tool,
  write: (text: string) => void,
): void {
  const { host, question, none, gaps, whole, ram, reads } = report
  const body = {
    columns: question.fields.map((field) => field.json),
    groupBy: question.grouping,
    counts: {
      processes: report.processes.length,
      walked: report.processes.filter((row) => row.walk.source !== null).length,
      denied: gaps.denied.length,
      tooCostly: gaps.tooCostly.length,
      unread: gaps.unread.length,
      hidden: none.hidden,
      vanished: none.vanished,
      kernelThreads: none['kernel-thread'],
      zombies: none.zombie,
    },
    allProcesses: whole,
    ram,
    totals: sumsJson(question.fields, report.processes),
    groups: report.groups === null ? null : limited(report.groups, report).map((group) => groupJson(group, report)),
    failures,
  }
  const processes = report.groups === null ? limited(report.processes, report) : report.processes
  const rows = { name: 'processes', rows: each(processes, (row) => processJson(row, question.fields)) }
  writeReportJson({ name: 'ps', version: 1, body, records: rows }, { tool, host, provenance: reads }, write)
}

/** Writes the rows alone, a JSON object a line. */
export function writePsNdjson(report: PsReport, write: (text: string) => void): void {
  const { fields } = report.question
  const rows =
    report.groups === null
      ? each(limited(report.processes, report), (row) => processJson(row, fields))
      : each(limited(report.groups, report), (group) => groupJson(group, report))
  for (const row of rows) write(`${JSON.stringify(row)}\n`)
}

function* each<Row>(rows: readonly Row[], make: (row: Row) => object): Generator<object> {
  for (const row of rows) yield make(row)
}

function limited<Row>(rows: readonly Row[], report: PsReport): readonly Row[] {
  return rows.slice(0, report.question.limit ?? undefined)
}

function processJson(row: ProcessFacts, fields: readonly PsField[]): object {
  const json: Record<string, unknown> = { pid: row.pid }
  const unavailable: Record<string, string> = {}
  for (const field of fields) {
    const value = field.name === 'command' ? cmdlineJson(row) : field.value(row)
    if (typeof value === 'string') {
      json[field.json] = jsonName(value)
      const raw = rawName(value)
      if (raw !== null) json[`${field.json}Hex`] = raw
    } else {
      json[field.json] = value
      if (typeof value === 'number' && Number.isNaN(value))
        unavailable[field.json] = REASON_TEXTS[unknownReason(field, row)]
    }
  }
  if (row.threadRead !== null) json['threadRead'] = row.threadRead
  return { ...json, unavailable }
}

function cmdlineJson(row: ProcessFacts): readonly string[] | number {
  return row.cmdline?.map(jsonName) ?? Number.NaN
}

function groupJson(group: PsGroup, report: PsReport): object {
  const { key } = group
  const raw = typeof key === 'string' ? rawName(key) : null
  return {
    key: typeof key === 'string' ? jsonName(key) : null,
    ...(raw === null ? {} : { keyHex: raw }),
    ...sumsJson(report.question.groupColumns.filter(isPsField), group.rows),
    pids: group.rows.map((row) => row.pid),
  }
}

/** Figures added up: those that are true, and those that are only a bound of what is true, apart. */
function sumsJson(fields: readonly PsField[], rows: readonly ProcessFacts[]): object {
  const sums: Record<string, number> = {}
  const atMost: Record<string, number> = {}
  const atLeast: Record<string, number> = {}
  for (const field of fields) {
    if (field.sum === 'none') continue
    const { kind, value } = sumOf(field, rows)
    sums[field.json] = kind === 'exact' ? value : Number.NaN
    if (kind === 'at-most') atMost[field.json] = value
    if (kind === 'at-least') atLeast[field.json] = value
  }
  return { processes: rows.length, sums, atMost, atLeast }
}
