import type { LimitVerdict } from '../analysis/diff/limit.ts'
import type { DiffReport, MappingChange } from '../analysis/diff/report.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { hexJson } from '../model/address.ts'
import { permsText } from '../model/perms.ts'
import { sideOf } from './diff-figures.ts'
import type { DiffSide, DiffView } from './diff-text.ts'
import { jsonName, rawName, schemaName } from './json.ts'
import type { Tool } from './maps-json.ts'

const SCHEMA = schemaName('diff', 1)

/** Writes a diff as one JSON document: every mapping of both sides, unchanged ones too, so that sums can be checked. */
export function writeDiffJson(report: DiffReport, view: DiffView, tool: Tool, write: (text: string) => void): void {
  const head = {
    schema: SCHEMA,
    tool,
    before: sideJson(report.before, view.sides[0]),
    after: sideJson(report.after, view.sides[1]),
    sameProcess: report.sameProcess,
    totals: { mappings: report.totals.mappings, ...report.totals.figures },
    groupBy: report.after.grouping,
    groups: report.groups.map(({ key, mappings, figures }) => ({ key: jsonName(key), mappings, ...figures })),
    limits: view.verdicts.map(verdictJson),
  }
  const text = JSON.stringify(head, null, 2)
  write(`${text.slice(0, -2)},\n  "mappings": [`)
  report.mappings.forEach((mapping, index) => {
    write(`${index === 0 ? '' : ','}\n    ${JSON.stringify(mappingJson(report, mapping))}`)
  })
  write(report.mappings.length === 0 ? ']\n}\n' : '\n  ]\n}\n')
}

function sideJson({ memory, host, provenance, totals }: MapsReport, { at, file }: DiffSide): object {
  return {
    pid: memory.pid,
    startTime: memory.stat.startTime,
    comm: jsonName(memory.stat.comm),
    kernel: host.kernel.release,
    pageSize: host.pageSize,
    capturedAt: at,
    file,
    depth: memory.space?.depth ?? null,
    unavailable: totals.unavailable,
    provenance,
  }
}

function mappingJson(report: DiffReport, mapping: MappingChange): object {
  const [side, row] = sideOf(report, mapping)
  const name = side.table.nameOf(row)
  const raw = rawName(name)
  const start = (which: MapsReport, at: number | null): string | null =>
    at === null ? null : hexJson(which.table.start[at] as number)
  return {
    change: mapping.fate,
    start: { before: start(report.before, mapping.before), after: start(report.after, mapping.after) },
    perms: permsText(side.table.perms[row] as number),
    kind: side.classes.kind(row),
    label: side.classes.label(row),
    path: jsonName(name),
    ...(raw === null ? {} : { pathHex: raw }),
    properties: mapping.properties.map(({ what, before, after }) => ({
      what,
      before: jsonName(before),
      after: jsonName(after),
    })),
    ...mapping.figures,
  }
}

function verdictJson({ limit, change, exceeded }: LimitVerdict): object {
  return { limit: limit.text, subject: limit.subject, ...change, exceeded }
}
