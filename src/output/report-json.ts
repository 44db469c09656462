import { schemaName } from './json.ts'
import type { Tool } from './maps-json.ts'

/** The host of a report, as every document names it. */
export interface ReportHost {
  readonly kernel: { readonly release: string }
  readonly pageSize: number
  /** When the capture was made that the report is of, ISO 8601 in UTC; `null` for a host that was read just now. */
  readonly capturedAt: string | null
}

/** A report without what all of them begin with. */
export interface ReportBody {
  readonly name: string
  readonly version: number
  readonly body: object
  /** A last member that may hold thousands of records: written a line each, and never in memory as a whole. */
  readonly records?: { readonly name: string; readonly rows: Iterable<object> }
}

/** What every document says of the host that was read. */
export function hostJson({ kernel, pageSize, capturedAt }: ReportHost): object {
  return { kernel: kernel.release, pageSize, capturedAt }
}

/**
 * Writes one report as a JSON document; its members follow the ones that all reports begin with. `NaN`, "unknown", is
 * written as `null`, which JSON.stringify does by itself. `provenance` is every read, or, where thousands of files of a
 * kind were read, the sum of each kind.
 */
export function writeReportJson(
  report: ReportBody,
  from: { readonly tool: Tool; readonly host: ReportHost; readonly provenance: readonly object[] },
  write: (text: string) => void,
): void {
  const document = {
    schema: schemaName(report.name, report.version),
    tool: from.tool,
    host: hostJson(from.host),
    ...report.body,
    provenance: from.provenance,
  }
  const head = JSON.stringify(document, null, 2)
  if (report.records === undefined) {
    write(`${head}\n`)
    return
  }
  write(`${head.slice(0, -2)},\n  ${JSON.stringify(report.records.name)}: [`)
  let separator = '\n    '
  for (const row of report.records.rows) {
    write(separator + JSON.stringify(row))
    separator = ',\n    '
  }
  write(separator.startsWith(',') ? '\n  ]\n}\n' : ']\n}\n')
}
