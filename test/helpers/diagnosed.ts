import { neededSources, runRules } from '../../src/analysis/rules/engine.ts'
import { RULES } from '../../src/analysis/rules/index.ts'
import type { Finding } from '../../src/analysis/rules/rule.ts'
import { PROCESS_SOURCES, type SourceAnswers } from '../../src/analysis/rules/sources.ts'
import { commitAnswer } from '../../src/cli/doctor-memory-sources.ts'
import { type HostSample, hostSources, processSources } from '../../src/cli/doctor-sources.ts'
import { collectHost } from '../../src/collectors/host.ts'
import type { Trees } from '../../src/sources/trees.ts'

/** What one rule comes to for a process, or for the host alone, with everything read as `doctor` reads it. */
export function diagnosed(
  id: string,
  trees: Trees,
  pid: number | null = null,
  more: { readonly before?: HostSample; readonly answers?: SourceAnswers } = {},
): Finding | 'clear' | { readonly unknown: string } {
  const rules = RULES.filter((rule) => rule.id === id)
  const needed = neededSources(rules)
  const ofProcess = [...needed].some((name) => PROCESS_SOURCES.has(name))
  if (rules.length !== 1 || ofProcess !== (pid !== null)) throw new Error(`no such rule of this kind: ${id}`)
  const host = collectHost(trees)
  const terms = { host, needed, commit: commitAnswer(trees, host) }
  const own = pid === null ? {} : processSources(trees, terms, pid, { maxStallMs: Number.POSITIVE_INFINITY }).answers
  const answers = { ...hostSources(trees, terms, more.before ?? null), ...own, ...more.answers }
  const { findings, notChecked } = runRules(rules, answers)
  const [missing] = notChecked
  return findings[0] ?? (missing === undefined ? 'clear' : { unknown: missing.why })
}
