import * as Flags from '@oclif/core/flags'
import { mapsReport } from '../analysis/maps-report.ts'
import { atLeast, neededSources, runRules } from '../analysis/rules/engine.ts'
import { SEVERITIES, type Severity } from '../analysis/rules/rule.ts'
import type { SourceAnswers } from '../analysis/rules/sources.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { commitAnswer, motionAnswer, sampleMotions } from '../cli/doctor-memory-sources.ts'
import { laterSources } from '../cli/doctor-reports.ts'
import { chosenRules } from '../cli/doctor-rules.ts'
import { hostSources, processSources, sampleHost } from '../cli/doctor-sources.ts'
import { type DoctorView, showDoctor } from '../cli/doctor-view.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { durationFlag, listFlag, outputFlags, targetArgs, targetFlags } from '../cli/flags.ts'
import { noPermission } from '../cli/no-permission.ts'
import { pause } from '../cli/pause.ts'
import { Progress } from '../cli/progress.ts'
import { openSubject, optionalTargetQuery } from '../cli/targets.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { resolveTargets } from '../collectors/targets.ts'
import type { Diagnosis } from '../output/doctor-text.ts'
import type { SetFailure } from '../output/maps-json.ts'
import type { Trees } from '../sources/trees.ts'

const { json, color, quiet } = outputFlags

export default class Doctor extends BaseCommand {
  static override id = 'doctor'

  static override summary = 'Say what is wrong with a process’s memory, how we know, and what to do.'

  static override description = [
    'Checks every rule against a process, a capture, several, or without a TARGET the host alone. A finding names its figures with their kernel source, why it matters, what to do, and what would make it a false alarm.',
    'A rule that lacks what it needs is named as not checked, never passed. `mmapctl explain RULE` tells more of each.',
  ].join('\n\n')

  static override examples = [
    { description: 'One process', command: '<%= config.bin %> doctor redis-server' },
    { description: 'The host', command: '<%= config.bin %> doctor' },
    {
      description: 'In a check: fail on anything serious',
      command: '<%= config.bin %> doctor 1234 --fail-on high --ignore writable-executable',
    },
  ]

  static override usage = 'doctor [TARGET...] [FLAGS]'
  static override args = targetArgs

  static override flags = {
    ...targetFlags,
    rules: listFlag({ helpValue: 'LIST', helpGroup: 'RULES', description: 'check these rules alone' }),
    ignore: listFlag({ helpValue: 'LIST', helpGroup: 'RULES', description: 'leave these rules out' }),
    severity: Flags.option({
      options: SEVERITIES,
      default: 'info' as const,
      helpGroup: 'RULES',
      description: 'show findings that matter at least so much',
    })(),
    'fail-on': Flags.option({
      options: SEVERITIES,
      helpGroup: 'RULES',
      description: 'end with status 3 when a finding matters at least so much',
    })(),
    interval: durationFlag({
      default: 500,
      defaultHelp: async () => '500ms',
      helpGroup: 'RULES',
      description: 'time between two looks at the host’s counters; 0 leaves rates out',
    }),
    'max-stall': durationFlag({
      default: 100,
      defaultHelp: async () => '100ms',
      description: 'longest predicted wait of the process’s own mmap calls; above it only maps is read',
    }),
    zeros: Flags.boolean({
      helpGroup: 'RULES',
      description: 'sample the contents of huge pages, for thp-bloat (needs the right to trace)',
    }),
    json,
    markdown: Flags.boolean({
      helpGroup: 'OUTPUT',
      description: 'findings for an incident’s notes',
      exclusive: ['json'],
    }),
    wide: outputFlags.wide,
    color,
    quiet,
  }

  #status: ExitStatus = EXIT.ok
  readonly #failures: SetFailure[] = []

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Doctor)
    const rules = chosenRules(flags.rules, flags.ignore)
    const { trees, words } = await openSubject(args.target ?? [], flags)
    const query = optionalTargetQuery(words, flags)
    const host = collectHost(trees)
    const progress = new Progress(this.io, flags.quiet)
    const first = trees.capture === null && flags.interval > 0 ? sampleHost(trees) : null
    const pids = query === null ? [] : resolveTargets(trees, query).pids
    const needed = neededSources([...rules.process, ...rules.host])
    const depth = { maxStallMs: flags['max-stall'], onProgress: progress.update }
    const terms = { host, needed, commit: commitAnswer(trees, host) }
    const read = this.#read(pids, (pid) => processSources(trees, terms, pid, depth))
    progress.done()
    const moving = needed.has('motion') ? read.map(({ memory }) => memory.pid) : []
    const looks = first === null ? [] : await this.#watch(trees, moving, flags.interval)
    const answers = hostSources(trees, terms, first)
    const diagnoses = read.map(({ memory, answers: own }): Diagnosis => {
      const later = laterSources(trees, terms, memory, answers, flags.zeros)
      const all: SourceAnswers = { ...answers, ...own, ...later, motion: motionAnswer(looks, memory.pid, host) }
      return { report: mapsReport(memory, host, QUESTION, []), outcome: runRules(rules.process, all) }
    })
    const hostDiagnosis: Diagnosis = { report: null, outcome: runRules(rules.host, answers) }
    for (const { memory } of read) if (memory.space === null) this.#failed(noPermission(memory, trees.asRoot))
    this.#show(hostDiagnosis, diagnoses, flags, host, trees)
    const worst = [hostDiagnosis, ...diagnoses].flatMap(({ outcome }) => outcome.findings)
    const failOn = flags['fail-on']
    return failOn !== undefined && worst.some(({ severity }) => atLeast(severity, failOn)) ? EXIT.failed : this.#status
  }

  /** Looks at the processes three times: what changes from each look to the next is no accident of one of them. */
  async #watch(trees: Trees, pids: readonly number[], intervalMs: number) {
    const looks = [sampleMotions(trees, pids)]
    for (const part of [1, 2]) {
      await pause(part === 1 ? Math.floor(intervalMs / 2) : Math.ceil(intervalMs / 2))
      looks.push(sampleMotions(trees, pids))
    }
    return looks
  }

  #show(
    host: Diagnosis,
    processes: readonly Diagnosis[],
    flags: DoctorView['flags'] & { readonly severity: Severity },
    facts: HostFacts,
    trees: Trees,
  ): void {
    const shown = (diagnosis: Diagnosis): Diagnosis => ({
      ...diagnosis,
      outcome: {
        ...diagnosis.outcome,
        findings: diagnosis.outcome.findings.filter(({ severity }) => atLeast(severity, flags.severity)),
      },
    })
    showDoctor(
      { host: shown(host), processes: processes.map(shown), failures: this.#failures },
      { io: this.io, tool: this.tool, flags, facts, provenance: trees.ledger.take() },
    )
  }

  #failed(error: Error): void {
    const { exit, code, message } = this.complain(error)
    this.#status = exit
    this.#failures.push({ code, message })
  }

  /** Processes that can be read; one that cannot does not keep the others back. */
  #read<Read>(pids: readonly number[], read: (pid: number) => Read): readonly Read[] {
    const done: Read[] = []
    for (const pid of pids) {
      try {
        done.push(read(pid))
      } catch (error) {
        if (pids.length === 1) throw error
        this.#failed(error as Error)
      }
    }
    return done
  }
}

const QUESTION = {
  filter: {},
  grouping: null,
  order: null,
  coalesce: false,
  limit: null,
  overview: false,
  address: null,
  gaps: false,
}
