import type { MapsReport } from '../analysis/maps-report.ts'
import type { RuleFinding } from '../analysis/rules/engine.ts'
import { hexJson } from '../model/address.ts'
import { permsText } from '../model/perms.ts'
import { type Diagnosis, rulePage } from './doctor-parts.ts'
import { jsonName, rawName } from './json.ts'

/** The body of a `doctor` document: the host's findings apart from those of each process. */
export function doctorJson(
  host: Diagnosis | null,
  processes: readonly Diagnosis[],
  failures: readonly { readonly code: string; readonly message: string }[],
): object {
  const reports = new Map(processes.map(({ report }) => [report?.memory.pid ?? null, report]))
  return {
    ...(host === null ? {} : { hostFindings: outcomeJson(host, reports) }),
    processes: processes.map((diagnosis) => ({
      ...(diagnosis.report === null
        ? {}
        : { pid: diagnosis.report.memory.pid, comm: jsonName(diagnosis.report.memory.stat.comm) }),
      ...outcomeJson(diagnosis, reports),
    })),
    failures,
  }
}

/** By PID; of nobody for the host. */
type Reports = ReadonlyMap<number | null, MapsReport | null>

function outcomeJson({ report, outcome, hidden, ignored }: Diagnosis, reports: Reports): object {
  const { findings, notChecked, clear, elsewhere } = outcome
  return {
    findings: findings.map((finding) => findingJson(finding, report, reports)),
    notChecked: notChecked.map(({ rule, why }) => ({ rule: rule.id, why })),
    clear: clear.map(({ id }) => id),
    elsewhere: elsewhere.map(({ rule, pid }) => ({ rule: rule.id, pid })),
    ignored: ignored.map(({ rule, by, reason }) => ({ rule: rule.id, by, reason })),
    belowSeverity: hidden,
  }
}

function findingJson(finding: RuleFinding, teller: MapsReport | null, reports: Reports): object {
  const { rule, severity, confidence, summary, evidence, rows, remedy, also, sharers, whose } = finding
  const report = whose === undefined ? teller : (reports.get(whose) ?? null)
  return {
    rule: rule.id,
    ...(whose === undefined ? {} : { pid: whose }),
    title: rule.title,
    severity,
    confidence,
    summary,
    evidence,
    mappings: report === null ? [] : rows.map((row) => mappingJson(report, row)),
    also: also.map((each) => findingJson(each, report, reports)),
    sharers,
    why: rule.why,
    remedy: remedy ?? rule.remedy,
    falseAlarms: rule.falseAlarms,
    page: rulePage(rule.id).page,
  }
}

function mappingJson({ table, classes }: MapsReport, row: number): object {
  const name = table.nameOf(row)
  const raw = rawName(name)
  return {
    start: hexJson(table.start[row] as number),
    end: hexJson(table.end[row] as number),
    perms: permsText(table.perms[row] as number),
    kind: classes.kind(row),
    path: jsonName(name),
    ...(raw === null ? {} : { pathHex: raw }),
  }
}
