import type { HostView } from '../analysis/overcommit/host-report.ts'
import { OWNER_FIELDS } from '../analysis/overcommit/owners.ts'
import type { OwnershipReport } from '../analysis/overcommit/ownership.ts'
import type { PromiseReport } from '../analysis/overcommit/process-report.ts'
import { PROMISE_FIELDS, type Promised } from '../analysis/overcommit/promises.ts'
import type { RecordField } from '../analysis/records.ts'
import type { SourceRead } from '../model/provenance.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { type OvercommitStyle, type ReportCost, writeHostText } from '../output/overcommit-host.ts'
import { hostBody, processesBody } from '../output/overcommit-json.ts'
import { writeProcessText } from '../output/overcommit-process.ts'
import { createPalette } from '../output/palette.ts'
import { writeRecordsCsv } from '../output/record-table.ts'
import { writeReportJson } from '../output/report-json.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { Io } from './io.ts'
import type { HostRequest, ProcessRequest } from './overcommit-request.ts'

/** The output flags, as parsed. */
export interface OvercommitViewFlags {
  readonly bytes: boolean
  readonly header: boolean
  readonly wide: boolean
  readonly color: ColourMode
  readonly quiet: boolean
}

/** A report on a process, with what it cost. */
export interface CostedReport extends ReportCost {
  readonly report: PromiseReport
}

/** Writes reports in the form that was asked for. */
export class OvercommitView {
  readonly #io: Io
  readonly #tool: Tool
  readonly #flags: OvercommitViewFlags

  constructor(options: { readonly io: Io; readonly tool: Tool; readonly flags: OvercommitViewFlags }) {
    this.#io = options.io
    this.#tool = options.tool
    this.#flags = options.flags
  }

  /** Writes the report on the host. */
  showHost(
    report: OwnershipReport,
    request: HostRequest,
    cost: ReportCost,
    isOfProcess: (read: SourceRead) => boolean,
  ): void {
    if (request.form === 'csv') {
      writeRecordsCsv(request.columns ?? OWNER_FIELDS, report.owners, this.#flags.header, this.#write)
    } else if (request.form === 'json') {
      // Some reads of each of a thousand processes are no provenance that anybody follows; their number is told.
      const own = cost.provenance.filter((read) => !isOfProcess(read))
      this.#json(report.view, { ...hostBody(report), cost: costOf(cost) }, own)
    } else writeHostText(report, request.columns, cost, this.#style(), this.#write)
  }

  /** Writes the reports on processes. */
  showProcesses(
    reports: Iterable<CostedReport>,
    view: HostView,
    request: ProcessRequest,
    also: { readonly common: readonly SourceRead[]; readonly failures: readonly SetFailure[] },
  ): void {
    if (request.form === 'json') {
      const all = [...reports]
      const provenance = [...also.common, ...all.flatMap((each) => each.provenance)]
      const durationMs = all.reduce((sum, each) => sum + each.durationMs, 0)
      const body = processesBody(
        view,
        all.map((each) => each.report),
        also.failures,
      )
      this.#json(view, { ...body, cost: costOf({ provenance, durationMs }) }, provenance)
      return
    }
    let first = true
    for (const { report, ...cost } of reports) {
      if (request.form === 'csv') this.#csv(report, request.columns ?? PROMISE_FIELDS, first)
      else {
        if (!first) this.#write('\n')
        writeProcessText(report, request.columns, cost, this.#style(), this.#write)
      }
      first = false
    }
  }

  /** Rows of several processes are told apart by the first column. */
  #csv(report: PromiseReport, columns: readonly RecordField<Promised>[], first: boolean): void {
    const { pid } = report.readings.memory
    const process: RecordField<Promised> = { name: 'pid', unit: 'id', value: () => pid, meaning: 'the process' }
    writeRecordsCsv([process, ...columns], report.promises, this.#flags.header && first, this.#write)
  }

  #json(view: HostView, body: object, provenance: readonly SourceRead[]): void {
    const { release, pageSize, capturedAt } = view.readings.host
    writeReportJson(
      { name: 'overcommit', version: 1, body },
      { tool: this.#tool, host: { kernel: { release }, pageSize, capturedAt }, provenance },
      this.#write,
    )
  }

  #style(): OvercommitStyle {
    const { bytes, header, wide, color, quiet } = this.#flags
    const { stdout, env } = this.#io
    const width = wide ? null : stdout.columns
    return { palette: createPalette(wantsColour(color, stdout, env)), bytes, header, width, quiet }
  }

  readonly #write = (text: string): void => this.#io.stdout.write(text)
}

function costOf({ provenance, durationMs }: ReportCost): object {
  const sum = (of: (read: SourceRead) => number): number => provenance.reduce((total, read) => total + of(read), 0)
  return {
    durationMs,
    files: provenance.length,
    reads: sum((read) => read.reads),
    bytes: sum((read) => read.bytes),
    longestReadMs: provenance.reduce((longest, read) => Math.max(longest, read.longestReadMs), 0),
  }
}
