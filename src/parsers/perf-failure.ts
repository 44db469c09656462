import type { ProgramExit } from '../model/faults.ts'
import type { PerfCause, PerfFailure } from '../model/perf-failure.ts'

/** What a match of a rule tells beside the cause. */
interface Details {
  readonly event?: string | null
  readonly detail?: string | null
  readonly packages?: readonly string[]
}

/** How one cause reads in perf's words. */
interface Rule {
  readonly cause: PerfCause
  readonly pattern: RegExp
  readonly details?: (match: RegExpExecArray, text: string) => Details
}

/** Beyond this a line of perf's is no longer a message. */
const LONGEST_DETAIL = 200
const NOT_FOUND = 127

const detail = ([, said]: RegExpExecArray): Details => ({ detail: said ?? null })
const event = ([, name]: RegExpExecArray): Details => ({ event: name ?? null })

/**
 * The messages of perf 4.15 to 7.2, and of the scripts that Ubuntu and Debian install as /usr/bin/perf, in the order
 * in which they must be looked for: 4.15 prints its words on paranoid below others, and 7.2 `No supported events
 * found.` above them.
 */
const RULES: readonly Rule[] = [
  {
    cause: 'wrapper',
    pattern: /perf not found for kernel \S+/,
    details: (_match, text) => ({ packages: text.match(/(?<=^\s+)linux-\S+$/gm) ?? [] }),
  },
  {
    cause: 'wrapper',
    pattern: /^E: (linux-perf-\S+) is not installed\.$/m,
    details: ([, name]) => ({ packages: name === undefined ? [] : [name] }),
  },
  { cause: 'not-installed', pattern: /perf: (?:command )?not found$/m },
  { cause: 'no-program', pattern: /^Workload failed: (.*)$/m, details: detail },
  { cause: 'no-libtraceevent', pattern: /libtraceevent is necessary/, details: syntaxError },
  { cause: 'tracefs', pattern: /can't access trace events|No permissions to read \S+/, details: syntaxError },
  { cause: 'unknown-event', pattern: /^event syntax error: /m, details: syntaxError },
  { cause: 'too-many-files', pattern: /^Too many events are opened/m },
  { cause: 'forbidden', pattern: /^No permission to enable (.*) event/m, details: event },
  { cause: 'paranoid', pattern: /^Access to performance monitoring .* is limited|may not have permission to collect/m },
  { cause: 'no-perf-events', pattern: /Function not implemented/ },
  { cause: 'refused', pattern: /syscall (?:returned with \d+|failed) .*$/m, details: systemCall },
  { cause: 'mlock', pattern: /^Permission error mapping pages/m },
  { cause: 'no-such-process', pattern: /Problems finding threads of monitor|thread\/CPU maps: No such process/ },
  { cause: 'no-output', pattern: /^(failed to create output file: .*|Failed opening logfd: .*)$/m, details: detail },
  {
    cause: 'no-supported-event',
    pattern: /^The (.*) event is not supported\./m,
    details: event,
  },
  { cause: 'no-supported-event', pattern: /^No supported events found/m },
  { cause: 'mixed-up', pattern: /failed to process type: 9 \[Bad address\]/ },
  { cause: 'too-old', pattern: /switch `D' expects an unsigned|unknown option `(?:control|no-bpf-event)/ },
  { cause: 'unknown-flag', pattern: /unknown (?:option|switch) `(.*)'/, details: detail },
]

/** Lines that say nothing: headings, usage texts, and what an attached perf says when all is well. */
const EMPTY_TALK = /^(?:Error:|Usage:.*|Events (?:enabled|disabled)|-.*|)$/

/** Finds out from perf's own words and end why it gave no counts. `stderr` is a binary string. */
export function parsePerfFailure(stderr: string, exit: ProgramExit): PerfFailure {
  const text = stderr.replaceAll('\r', '')
  const paranoid = /paranoid setting is (-?\d+)|current value is (-?\d+)/.exec(text)
  const level = paranoid?.[1] ?? paranoid?.[2]
  const base = { event: null, detail: null, packages: [], paranoid: level === undefined ? null : Number(level) }
  for (const { cause, pattern, details } of RULES) {
    const match = pattern.exec(text)
    if (match !== null) return { ...base, cause, ...details?.(match, text) }
  }
  // Neither status nor signal: it was still running, and was given up.
  if (exit.signal === null && exit.code === null) return { ...base, cause: 'no-answer' }
  if (exit.signal !== null) return { ...base, cause: 'killed', detail: exit.signal }
  const said = text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => !EMPTY_TALK.test(line))
  if (said !== undefined) return { ...base, cause: 'other', detail: said.slice(0, LONGEST_DETAIL) }
  if (exit.code === NOT_FOUND) return { ...base, cause: 'not-installed' }
  return { ...base, cause: exit.code === 0 ? 'no-output' : 'other' }
}

/** `… returned with 19 (No such device) for event (page-faults).`; 7.2: `… failed for event (page-faults): No such device` */
function systemCall([said = '']: RegExpExecArray): Details {
  const name = /for event \(([^)]*)\)/.exec(said)?.[1] ?? null
  const why = /returned with \d+ \((.*?)\)/.exec(said)?.[1] ?? /for event \([^)]*\): (.*)$/.exec(said)?.[1]
  return { event: name, detail: why ?? said }
}

/** The event that perf could not understand: it names it below, or points at it with `\___`. */
function syntaxError(_match: RegExpExecArray, text: string): Details {
  const said = /^event syntax error: '(.*)'$/m.exec(text)
  const pointed = said === null ? null : eventAt(said[1] ?? '', caretOf(text))
  const path = /events\/([^/\s]+)\/(\S+)/.exec(text)
  const named = path === null ? null : `${path[1]}:${path[2]}`
  return {
    event:
      /PMU of '(.*)'|find PMU `(.*?)'/
        .exec(text)
        ?.slice(1)
        .find((each) => each !== undefined) ??
      named ??
      pointed,
  }
}

const QUOTED_FROM = "event syntax error: '".length

function caretOf(text: string): number {
  const caret = /^( *)\\___/m.exec(text)?.[1]
  return caret === undefined ? 0 : Math.max(0, caret.length - QUOTED_FROM)
}

/** The event of a comma-separated list that holds this position. */
function eventAt(list: string, position: number): string | null {
  const from = list.lastIndexOf(',', position - 1) + 1
  const to = list.indexOf(',', from)
  const found = list.slice(from, to === -1 ? undefined : to)
  return found === '' ? null : found
}
