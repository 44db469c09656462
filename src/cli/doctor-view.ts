import type { HostFacts } from '../collectors/host.ts'
import type { SourceRead } from '../model/provenance.ts'
import { doctorJson } from '../output/doctor-json.ts'
import { writeDiagnosisMarkdown } from '../output/doctor-markdown.ts'
import { type Diagnosis, writeDiagnosis } from '../output/doctor-text.ts'
import type { SetFailure, Tool } from '../output/maps-json.ts'
import { createPalette } from '../output/palette.ts'
import { writeReportJson } from '../output/report-json.ts'
import { type ColourMode, wantsColour } from './colour.ts'
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
  readonly flags: {
    readonly json: boolean
    readonly markdown: boolean
    readonly wide: boolean
    readonly color: ColourMode
    readonly quiet: boolean
  }
  readonly facts: HostFacts
  readonly provenance: readonly SourceRead[]
}

/** Writes diagnoses in the form that was asked for: the processes first, whom the question was about. */
export function showDoctor({ host, processes, failures }: Diagnoses, view: DoctorView): void {
  const { io, tool, flags, facts, provenance } = view
  const write = (text: string): void => io.stdout.write(text)
  if (flags.json) {
    const body = doctorJson(host, processes, failures)
    writeReportJson({ name: 'doctor', version: 1, body }, { tool, host: facts, provenance }, write)
    return
  }
  const palette = createPalette(wantsColour(flags.color, io.stdout, io.env))
  const style = { palette, width: flags.wide ? null : io.stdout.columns, quiet: flags.quiet }
  const { clear, findings, notChecked } = host.outcome
  const checked = clear.length + findings.length + notChecked.length > 0
  const all = checked ? [...processes, host] : processes
  all.forEach((diagnosis, index) => {
    if (index > 0) write('\n')
    if (flags.markdown) writeDiagnosisMarkdown(diagnosis, write)
    else writeDiagnosis(diagnosis, style, write)
  })
}
