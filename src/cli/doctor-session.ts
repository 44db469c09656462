import { atLeast, neededSources, type RuleFinding, runRules } from '../analysis/rules/engine.ts'
import { withCausesOnce, withSharedOnce } from '../analysis/rules/told-once.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { resolveTargets, type TargetQuery } from '../collectors/targets.ts'
import { FailureError } from '../model/failure.ts'
import type { Severity } from '../model/severity.ts'
import type { Diagnosis } from '../output/doctor-parts.ts'
import type { Trees } from '../sources/trees.ts'
import { commitAnswer, motionAnswer, sampleMotions } from './doctor-memory-sources.ts'
import { laterSources } from './doctor-reports.ts'
import type { RuleChoice } from './doctor-rules.ts'
import { hostSources, type ProcessSources, processSources, sampleHost } from './doctor-sources.ts'
import { noPermission } from './no-permission.ts'
import { pause } from './pause.ts'

/** How `doctor` looks. */
export interface DiagnoseOptions {
  readonly maxStallMs: number
  /** Between two looks at the host's counters; 0 for one look alone. */
  readonly intervalMs: number
  /** Whether the contents of huge pages are sampled. */
  readonly zeros: boolean
  readonly onProgress: (mappings: number) => void
  /** Told of processes that could not be looked at. */
  readonly failed: (error: Error) => void
}

/** What all rules came to. */
export interface Diagnosed {
  readonly facts: HostFacts
  readonly host: Diagnosis
  readonly processes: readonly Diagnosis[]
  /** Whether something was found that matters at least so much; `null` for nothing ever. */
  isAtLeast(severity: Severity | null): boolean
  /** Why it is open whether something matters at least so much; `null` when it is not. */
  openAt(severity: Severity): FailureError | null
}

/** Checks the chosen rules against the processes that are asked for, and against the host. */
export async function diagnose(
  trees: Trees,
  query: TargetQuery | null,
  choice: RuleChoice,
  options: DiagnoseOptions,
): Promise<Diagnosed> {
  const facts = collectHost(trees)
  const { intervalMs, failed } = options
  const first = trees.capture === null && intervalMs > 0 ? sampleHost(trees) : null
  const pids = query === null ? [] : resolveTargets(trees, query).pids
  const needed = neededSources([...choice.forProcess(null).rules, ...choice.forHost().rules])
  const terms = { host: facts, needed, commit: commitAnswer(trees, facts) }
  const read = readAll(pids, (pid) => processSources(trees, terms, pid, options), failed)
  const moving = needed.has('motion') ? read.map(({ memory }) => memory.pid) : []
  const looks = first === null ? [] : await watchMotions(trees, moving, intervalMs)
  const answers = hostSources(trees, terms, first)
  const judged = read.map(({ memory, report, answers: own }) => {
    const { rules, ignored } = choice.forProcess(Buffer.from(memory.stat.comm, 'latin1').toString('utf8'))
    const later = laterSources(trees, terms, memory, answers, options.zeros)
    const motion = motionAnswer(looks, memory.pid, facts)
    const outcome = runRules(rules, { ...answers, ...own, ...later, motion })
    return { report, pid: memory.pid, outcome, ignored }
  })
  const shared = withSharedOnce(judged)
  const { rules, ignored } = choice.forHost()
  const told = withCausesOnce(
    runRules(rules, answers),
    judged.map(({ pid, outcome }, index) => ({ pid, outcome: shared[index] ?? outcome })),
  )
  const processes = judged.map(({ report, outcome, ignored }, index): Diagnosis => {
    return { report, outcome: told.processes[index] ?? outcome, hidden: 0, ignored }
  })
  const host: Diagnosis = { report: null, outcome: told.host, hidden: 0, ignored }
  for (const { memory } of read) if (memory.space === null) failed(noPermission(memory, trees))
  const found: readonly RuleFinding[] = [host, ...processes].flatMap(({ outcome }) => outcome.findings)
  return {
    facts,
    host,
    processes,
    openAt: (least) => openAt(least, [host, ...processes]),
    isAtLeast: (least) => least !== null && found.some(({ severity }) => atLeast(severity, least)),
  }
}

/** Nothing was checked, or a rule that usually finds what is so bad could have been by another reader or limit. */
function openAt(least: Severity, diagnoses: readonly Diagnosis[]): FailureError | null {
  const outcomes = diagnoses.map(({ outcome }) => outcome)
  const nothing = outcomes.every(
    ({ findings, clear, elsewhere }) => findings.length + clear.length + elsewhere.length === 0,
  )
  const open = outcomes
    .flatMap(({ notChecked }) => notChecked)
    .filter(({ rule, withheld }) => withheld && atLeast(rule.severity, least))
  if (!nothing && open.length === 0) return null
  const rules = [...new Set(open.map(({ rule }) => rule.id))]
  return new FailureError({ code: 'not-checked', severity: least, rules })
}

/** Looks at the processes three times: what changes from each look to the next is no accident of one of them. */
async function watchMotions(trees: Trees, pids: readonly number[], intervalMs: number) {
  const looks = [sampleMotions(trees, pids)]
  for (const part of [Math.floor(intervalMs / 2), Math.ceil(intervalMs / 2)]) {
    await pause(part)
    looks.push(sampleMotions(trees, pids))
  }
  return looks
}

/** The same without the findings that matter less, which are counted. */
export function shownFrom(
  { host, processes }: Pick<Diagnosed, 'host' | 'processes'>,
  least: Severity,
): Pick<Diagnosed, 'host' | 'processes'> {
  const shown = (diagnosis: Diagnosis): Diagnosis => {
    const { outcome } = diagnosis
    const matters = ({ severity }: { readonly severity: Severity }): boolean => atLeast(severity, least)
    const [findings, elsewhere] = [outcome.findings.filter(matters), outcome.elsewhere.filter(matters)]
    // One that is told elsewhere is hidden there, and counted once.
    const hidden = outcome.findings.length - findings.length
    return { ...diagnosis, outcome: { ...outcome, findings, elsewhere }, hidden }
  }
  return { host: shown(host), processes: processes.map(shown) }
}

/** Processes that can be read; one that cannot does not keep the others back. */
function readAll(
  pids: readonly number[],
  read: (pid: number) => ProcessSources,
  failed: (error: Error) => void,
): readonly ProcessSources[] {
  const done: ProcessSources[] = []
  for (const pid of pids) {
    try {
      done.push(read(pid))
    } catch (error) {
      if (pids.length === 1) throw error
      failed(error as Error)
    }
  }
  return done
}
