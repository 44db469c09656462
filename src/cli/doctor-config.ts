import { relative } from 'node:path'
import picomatch from 'picomatch'
import type { IgnoredRule } from '../analysis/rules/ignored.ts'
import type { Rule } from '../analysis/rules/rule.ts'
import type { IgnoredRule as NamedIgnore, NamedRule, TargetIgnores } from '../model/doctor-config.ts'
import type { Severity } from '../model/severity.ts'
import { displayText } from '../output/sanitise.ts'
import { parseDoctorConfig } from '../parsers/doctor-config.ts'
import { ConfigProblem } from '../parsers/gate/problem.ts'
import { isOfProcess, ruleHint, ruleOf } from './doctor-rules.ts'
import { findConfig, parsed } from './gate/project.ts'

/** What a configuration says of `doctor`, with the rules that it names. */
export interface LoadedConfig {
  /** The file as a message names it. */
  readonly file: string
  /** `null` for all. */
  readonly rules: readonly Rule[] | null
  readonly ignore: readonly IgnoredRule[]
  /** What goes for processes whose thread name fits. */
  readonly targets: readonly { readonly fits: (name: string) => boolean; readonly ignore: readonly IgnoredRule[] }[]
  readonly severity: Severity | null
  readonly failOn: Severity | null
}

/** Finds and reads the configuration of a directory; `null` where nobody says anything of `doctor`. */
export function loadDoctorConfig(cwd: string, named: string | undefined): LoadedConfig | null {
  const found = findConfig(cwd, named)
  if (found === null) return null
  const file = displayText(Buffer.from(relative(cwd, found.file)).toString('latin1'))
  return parsed(found, cwd, () => {
    const config = parseDoctorConfig(found.source, found.key)
    if (config === null) return null
    const ignored = (each: NamedIgnore): IgnoredRule => ({
      rule: ruleAt(each),
      by: `${file}:${each.line}`,
      reason: each.reason,
    })
    return {
      ...config,
      file,
      rules: config.rules?.map(ruleAt) ?? null,
      ignore: config.ignore.map(ignored),
      targets: config.targets.map((target) => ({
        fits: nameDecider(target),
        ignore: target.ignore.map((each) => ignored(ofProcess(each))),
      })),
    }
  })
}

/** The kernel's TASK_COMM_LEN without the NUL: what it keeps of a thread name, in bytes. */
const NAME_BYTES = 15

/** Whether a thread name is meant by a target: the name itself (`[a]` is no set of characters then), or a glob. */
function nameDecider({ pattern, line }: Pick<TargetIgnores, 'pattern' | 'line'>): (name: string) => boolean {
  const given = `target "${pattern}"`
  if (pattern === '') throw new ConfigProblem(line, 'a target has no name', 'write a thread name, or a glob')
  if (!/[*?[\]{}()\\]/.test(pattern) && Buffer.byteLength(pattern) > NAME_BYTES) {
    const kept = Buffer.from(pattern).subarray(0, NAME_BYTES).toString()
    throw new ConfigProblem(line, `${given} fits no thread name, which has ${NAME_BYTES} bytes`, `write "${kept}"`)
  }
  try {
    const matches = picomatch(pattern, { dot: true, strictBrackets: true, nonegate: true })
    return (name) => name === pattern || matches(name)
  } catch {
    const hint = 'close its brackets, or write a backslash before one that is part of the name'
    throw new ConfigProblem(line, `${given} is no glob`, hint)
  }
}

/** A rule of the host finds nothing in a process, so that to leave it out there would change nothing. */
function ofProcess(named: NamedIgnore): NamedIgnore {
  if (isOfProcess(ruleAt(named))) return named
  throw new ConfigProblem(
    named.line,
    `${named.id} is about the host, not about a process`,
    'put it under doctor.ignore',
  )
}

function ruleAt({ id, line }: NamedRule): Rule {
  const found = ruleOf(id)
  if (found === null) throw new ConfigProblem(line, `there is no rule "${id}"`, ruleHint(id))
  return found
}
