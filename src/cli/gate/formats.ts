import { appendFileSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { systemErrorText } from '../../model/errno.ts'
import type { CheckReport } from '../../model/gate/report.ts'
import { checkJson } from '../../output/gate/check-json.ts'
import { githubAnnotations } from '../../output/gate/github.ts'
import { junitXml } from '../../output/gate/junit.ts'
import { checkMarkdown } from '../../output/gate/markdown.ts'
import { prettyText } from '../../output/gate/pretty.ts'
import { bencherJson, ghaBenchmarkJson, gitlabMetrics } from '../../output/gate/series.ts'
import type { Tool } from '../../output/maps-json.ts'
import { createPalette } from '../../output/palette.ts'
import { type ColourMode, wantsColour } from '../colour.ts'
import type { Io } from '../io.ts'
import { obstacleTo, writeFileAtomically } from '../report-output.ts'
import { UsageError } from '../usage-error.ts'

/** The forms of a report. */
export const FORMATS = [
  'pretty',
  'json',
  'junit',
  'github',
  'markdown',
  'gitlab-metrics',
  'gha-benchmark',
  'bmf',
] as const
export type Format = (typeof FORMATS)[number]

/** A form, and the file it goes to; `null` for stdout. */
export interface Sink {
  readonly format: Format
  readonly file: string | null
}

/** Meant for the log of a job, where they may stand one after the other; the others are documents. */
const FOR_THE_LOG: readonly Format[] = ['pretty', 'github']
/** GitHub takes no comment above 65,536 characters. */
const COMMENT_BYTES = 60 * 1024
/** GitHub takes no summary of a step above 1 MiB, and shows nothing of one that is longer. */
const SUMMARY_BYTES = 1024 * 1024

/** A word of the command line: a format, or the file for the one before. */
export interface FormatWord {
  readonly flag: 'format' | 'output'
  readonly value: string
}

/** Joins `--format X --output FILE` pairs in the order in which they were written. */
export function sinksOf(words: readonly FormatWord[], json: boolean, env: Io['env']): readonly Sink[] {
  const sinks: { format: Format; file: string | null }[] = []
  for (const { flag, value } of words) {
    if (flag === 'format') {
      sinks.push({ format: value as Format, file: null })
      continue
    }
    const last = sinks.at(-1)
    if (last === undefined || last.file !== null) {
      throw new UsageError(`--output ${value} has no --format before it`, 'write --format junit --output FILE')
    }
    last.file = value
  }
  if (json) sinks.push({ format: 'json', file: null })
  const onStdout = sinks.filter(({ file }) => file === null)
  const documents = onStdout.filter(({ format }) => !FOR_THE_LOG.includes(format))
  if (documents.length > 1 || (documents.length === 1 && onStdout.length > 1)) {
    const names = onStdout.map(({ format }) => format).join(' and ')
    throw new UsageError(`${names} would both go to stdout`, 'add --output FILE to one of them')
  }
  if (documents.length > 0) return sinks
  const formats = new Set(onStdout.map(({ format }) => format))
  // Whoever reads the log is a person; on GitHub annotations are read there too.
  if (env['GITHUB_ACTIONS'] === 'true') formats.add('github')
  formats.delete('pretty')
  return [
    { format: 'pretty', file: null },
    ...[...formats].map((format) => ({ format, file: null })),
    ...sinks.filter(({ file }) => file !== null),
  ]
}

/** Refuses files that could not be written, and one for two forms, before a program has run for nothing. */
export function checkSinks(sinks: readonly Sink[]): void {
  const files = new Set<string>()
  for (const { file } of sinks) {
    if (file === null) continue
    const obstacle = obstacleTo(file)
    if (obstacle !== null) throw new UsageError(`--output ${file} cannot be written: ${obstacle}`)
    // Devices and pipes may take several.
    if (files.has(resolve(file)) && isFile(file)) throw new UsageError(`two forms would both go to ${file}`)
    files.add(resolve(file))
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true
}

/** What writing a report needs to know. */
export interface Writing {
  readonly io: Io
  readonly tool: Tool
  readonly exit: number
  /** The configuration, as an absolute path. */
  readonly config: string | null
  readonly colour: ColourMode
  readonly quiet: boolean
}

/** Writes a report in all its forms, and to GitHub's summary where there is one. */
export function writeReport(report: CheckReport, sinks: readonly Sink[], writing: Writing): void {
  const { io } = writing
  for (const { format, file } of sinks) {
    if (file === null) io.stdout.write(textOf(format, report, writing, true))
    else writeFileAtomically(file, (write) => write(textOf(format, report, writing, false)))
  }
  const summary = io.env['GITHUB_STEP_SUMMARY']
  const own = sinks.some(({ file }) => file !== null && file === summary)
  if (summary !== undefined && summary !== '' && !own) appendSummary(summary, report, writing)
}

function textOf(
  format: Format,
  report: CheckReport,
  { io, tool, exit, config, colour, quiet }: Writing,
  stdout: boolean,
): string {
  switch (format) {
    case 'pretty': {
      const coloured = stdout ? wantsColour(colour, io.stdout, io.env) : colour === 'always'
      return prettyText(report, exit, {
        palette: createPalette(coloured),
        width: stdout ? io.stdout.columns : null,
        quiet,
      })
    }
    case 'json':
      return checkJson(report, exit, tool)
    case 'junit':
      return junitXml(report)
    case 'github':
      return githubAnnotations(report, config === null ? null : inCheckout(config, report, io.env))
    case 'markdown':
      return checkMarkdown(report, COMMENT_BYTES)
    case 'gitlab-metrics':
      return gitlabMetrics(report)
    case 'gha-benchmark':
      return ghaBenchmarkJson(report)
    case 'bmf':
      return bencherJson(report)
  }
}

/** As GitHub wants it: relative to the checkout. */
function inCheckout(config: string, report: CheckReport, env: Io['env']): string {
  const workspace = env['GITHUB_WORKSPACE']
  return workspace === undefined || workspace === '' ? (report.config ?? config) : relative(workspace, config)
}

/** The file is the step's, and others may have written to it. That it cannot be written to changes no verdict. */
function appendSummary(file: string, report: CheckReport, { io, tool }: Writing): void {
  try {
    const used = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    const text = checkMarkdown(report, SUMMARY_BYTES - used)
    if (used + Buffer.byteLength(text) <= SUMMARY_BYTES) appendFileSync(file, text)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    io.stderr.write(`${tool.name}: the job summary could not be written: ${systemErrorText(error)}\n`)
  }
}
