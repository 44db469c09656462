import type { HostFacts } from '../collectors/host.ts'
import type { SourceRead } from '../model/provenance.ts'
import type { Severity } from '../model/severity.ts'
import { doctorJson } from '../output/doctor-json.ts'
import { writeDiagnosesMarkdown } from '../output/doctor-markdown.ts'
import type { Diagnosis } from '../output/doctor-parts.ts'
import { writeDiagnoses } from '../output/doctor-text.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { writeReportJson } from '../output/report-json.ts'
import { type ColourMode, wantsColour } from './colour.ts'
import type { DoctorFormat } from './doctor-flags.ts'
import type { Io } from './io.ts'

/** What `doctor` found. */
export interface Diagnoses {
  readonly host: Diagnosis
  readonly processes: readonly Diagnosis[]
  readonly failures: readonly SetFailure[]
}

/** How it is shown, and with what. */
export interface DoctorView {
  readonly io: Io
  readonly tool: Tool
  readonly format: DoctorFormat
  readonly least: Severity
  readonly flags: { readonly wide: boolean; readonly color: ColourMode; readonly quiet: boolean }
  readonly facts: HostFacts
  readonly provenance: readonly SourceRead[]
  /** The date of the capture that was read; `null` for what is live. */
  readonly captured: string | null
}

/** Writes diagnoses in the form that was asked for. */
export function showDoctor({ host, processes, failures }: Diagnoses, view: DoctorView): void {
  const { io, tool, format, flags, facts, provenance } = view
  const write = (text: string): void => io.stdout.write(text)
  if (format === 'json') {
    const body = doctorJson(host, processes, failures)
    writeReportJson({ name: 'doctor', version: 1, body }, { tool, host: facts, provenance }, write)
    return
  }
  const { clear, findings, notChecked, elsewhere } = host.outcome
  const parts = [clear, findings, notChecked, elsewhere, host.ignored]
  const checked = host.hidden > 0 || parts.some((part) => part.length > 0)
  const diagnoses = checked || processes.length === 0 ? [...processes, host] : processes
  const texts = { diagnoses, least: view.least, provenance, captured: view.captured }
  if (format === 'markdown') {
    writeDiagnosesMarkdown(texts, write)
    return
  }
  const palette = createPalette(wantsColour(flags.color, io.stdout, io.env))
  writeDiagnoses(texts, { palette, width: flags.wide ? null : io.stdout.columns, quiet: flags.quiet }, write)
}
