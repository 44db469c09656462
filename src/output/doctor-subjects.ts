import type { MapsReport } from '../analysis/maps-report.ts'
import { type Diagnosis, diagnosisVerdict } from './doctor-parts.ts'
import { pidsText } from './pids-text.ts'
import { displayText } from './sanitise.ts'

/** Who is diagnosed: the host, or processes of one name. */
export function diagnosisSubject(reports: readonly (MapsReport | null)[]): string {
  const processes = reports.flatMap((report) => report?.memory ?? [])
  const [first] = processes
  if (first === undefined) return 'host'
  return `${pidsText(processes.map(({ pid }) => pid))} ${displayText(first.stat.comm)}`
}

/** Processes of one name of which the same is said, and no more than a line, are one line. */
export function withoutFindingsTogether(
  ordered: readonly Diagnosis[],
): readonly (readonly [Diagnosis, ...Diagnosis[]])[] {
  const groups = new Map<unknown, [Diagnosis, ...Diagnosis[]]>()
  for (const diagnosis of ordered) {
    const { report, outcome } = diagnosis
    const own = report === null || outcome.findings.length > 0
    const key = own ? diagnosis : `${diagnosisVerdict(diagnosis)}\n${report.memory.stat.comm}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [diagnosis])
    else group.push(diagnosis)
  }
  return [...groups.values()]
}
