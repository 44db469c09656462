import type { SourceRead } from '../model/provenance.ts'
import { schemaName } from './json.ts'
import type { Tool } from './maps-json.ts'

/** The host of a report, as every document names it. */
export interface ReportHost {
  readonly kernel: { readonly release: string }
  readonly pageSize: number
}

/** Writes one report as a JSON document; its members follow the ones that all reports begin with. */
export function writeReportJson(
  report: { readonly name: string; readonly version: number; readonly body: object },
  from: { readonly tool: Tool; readonly host: ReportHost; readonly provenance: readonly SourceRead[] },
  write: (text: string) => void,
): void {
  const document = {
    schema: schemaName(report.name, report.version),
    tool: from.tool,
    host: { kernel: from.host.kernel.release, pageSize: from.host.pageSize },
    ...report.body,
    provenance: from.provenance,
  }
  write(`${JSON.stringify(document, unknownAsNull, 2)}\n`)
}

/** `NaN` is "unknown", which JSON says with `null`; integers above 2^53 − 1 are multiples of a page and stay exact. */
function unknownAsNull(_key: string, value: unknown): unknown {
  return typeof value === 'number' && Number.isNaN(value) ? null : value
}
