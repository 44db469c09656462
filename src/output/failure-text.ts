import { refusalText } from '../model/errno.ts'
import type { Candidate, Failure } from '../model/failure.ts'
import { displayText } from './sanitise.ts'
import { type ShortColumn, shortTable } from './short-table.ts'
import { formatBytes } from './units.ts'
import { shortenMiddle } from './width.ts'

/** What a person is told: what happened and why, and what to do. */
export interface FailureText {
  readonly message: string
  readonly hint: string | null
}

/** Candidates shown when a name is ambiguous, and columns a command line may take. */
const MOST_CANDIDATES = 20
const COMMAND_WIDTH = 100
const CANDIDATE_COLUMNS: readonly ShortColumn[] = [
  { title: 'PID', align: 'right' },
  { title: 'COMMAND', align: 'left' },
]

/** Words every failure; the only place that does. */
export function failureText(failure: Failure): FailureText {
  switch (failure.code) {
    case 'no-such-process':
      return { message: `no process ${failure.pid}: it has ended, or never was`, hint: null }
    case 'hidden-process':
      return {
        message: `process ${failure.pid} is hidden from you: /proc is mounted with hidepid`,
        hint: 'run as its owner or as root',
      }
    case 'no-such-name':
      if (failure.name.includes('/')) {
        const shown = displayText(Buffer.from(failure.name).toString('latin1'))
        return {
          message: `${shown} is no capture, and no process has a name with a directory`,
          hint: 'give a capture that `mmapctl capture` wrote, a PID or a name',
        }
      }
      if (failure.capture) {
        const shown = displayText(Buffer.from(failure.name).toString('latin1'))
        const hint = `the capture of that name is given with its directory: ./${shown}`
        return { message: `no process is named ${quoted(Buffer.from(failure.name).toString('latin1'))}`, hint }
      }
      return {
        message: `no process is named ${quoted(Buffer.from(failure.name).toString('latin1'))}`,
        hint: failure.similar.length === 0 ? 'give a PID, or search with --pgrep' : didYouMean(failure.similar),
      }
    case 'no-match':
      return { message: `no process matches ${displayText(Buffer.from(failure.what).toString('latin1'))}`, hint: null }
    case 'empty-cgroup':
      return emptyCgroup(failure)
    case 'ambiguous':
      return ambiguous(failure.name, failure.candidates)
    case 'kernel-thread':
      return {
        message: `process ${failure.process.pid} (${displayText(failure.process.comm)}) is a kernel thread: it has no memory mappings`,
        hint: null,
      }
    case 'zombie':
      return {
        message: `process ${failure.process.pid} (${displayText(failure.process.comm)}) is a zombie: it has exited and its memory is freed`,
        hint: `its parent, process ${failure.parent}, has not waited for it yet`,
      }
    case 'vanished':
      return { message: `process ${failure.pid} ended while it was being read`, hint: null }
    case 'no-permission':
      if (failure.captured) {
        return {
          message: `the capture was made without the right to read the mappings of process ${failure.process.pid} (${displayText(failure.process.comm)}), and has none`,
          hint: failure.root ? null : 'capture it as root',
        }
      }
      return {
        message: `process ${failure.process.pid} (${displayText(failure.process.comm)}) does not let you read its mappings: ptrace access is needed`,
        hint: failure.root
          ? 'root is refused too: a container, a user namespace or a security module is in the way'
          : failure.user === null || failure.user === 'root'
            ? 'run as root'
            : `run as root, or as user ${displayText(failure.user)} unless the process is protected`,
      }
    case 'figures-not-read':
      return {
        message: `process ${failure.pid}: ${failure.flag} cannot be answered, because ${failure.reason}`,
        hint: null,
      }
    case 'not-checked': {
      const { severity, rules } = failure
      const what = rules.length === 0 ? 'no rule was checked' : `${rules.join(', ')} could not be checked`
      return { message: `the question of --fail-on ${severity} has no answer: ${what}`, hint: null }
    }
    case 'not-procfs':
      return notProcfs(failure.path)
    case 'capture-too-large':
    case 'bad-capture':
    case 'bad-recording':
      return captureFailure(failure)
    case 'unreadable':
      return {
        message: `cannot read ${displayText(Buffer.from(failure.refusal.path).toString('latin1'))}: ${refusalText(failure.refusal)}`,
        hint: null,
      }
  }
}

function emptyCgroup({ path, exists, similar }: Extract<Failure, { readonly code: 'empty-cgroup' }>): FailureText {
  const shown = displayText(Buffer.from(path).toString('latin1'))
  if (exists === true) return { message: `cgroup ${shown} holds no process, nor do those below it`, hint: null }
  return {
    message: exists === false ? `there is no cgroup ${shown}` : `no process is in cgroup ${shown}, nor below it`,
    hint: similar.length === 0 ? 'paths are those of /proc/PID/cgroup' : didYouMean(similar),
  }
}

function notProcfs(path: string): FailureText {
  // Our own was not asked for, so it is not there.
  if (path === '/proc') return { message: 'no procfs is mounted on /proc', hint: 'mount -t proc proc /proc' }
  return {
    message: `${displayText(Buffer.from(path).toString('latin1'))} is not a procfs: sys/kernel/osrelease cannot be read there`,
    hint: 'mount the host’s /proc there, or leave --procfs out',
  }
}

function captureFailure(
  failure: Extract<Failure, { readonly code: 'capture-too-large' | 'bad-capture' | 'bad-recording' }>,
): FailureText {
  if (failure.code === 'capture-too-large') {
    return {
      message: `the capture would hold more than ${formatBytes(failure.limit)}`,
      hint: 'capture fewer processes, or --basic without the figures of smaps',
    }
  }
  const path = displayText(Buffer.from(failure.path).toString('latin1'))
  const what = displayText(Buffer.from(failure.what).toString('latin1'))
  const kind = failure.code === 'bad-capture' ? 'capture' : 'recording'
  return { message: `${path} is not a ${kind} that can be read: ${what}`, hint: null }
}

function ambiguous(name: string, candidates: readonly Candidate[]): FailureText {
  const rows = candidates.slice(0, MOST_CANDIDATES).map((each) => {
    const command = each.cmdline.length > 0 ? each.cmdline.join(' ') : each.comm
    return [String(each.pid), shortenMiddle(displayText(command), COMMAND_WIDTH)]
  })
  const shown = shortTable(CANDIDATE_COLUMNS, rows).map((line) => `  ${line}`)
  const more = candidates.length - rows.length
  if (more > 0) shown.push(`  … and ${more} more`)
  return {
    message: `${candidates.length} processes fit ${quoted(Buffer.from(name).toString('latin1'))}:\n${shown.join('\n')}`,
    hint: 'give one of these PIDs, or --all',
  }
}

function quoted(binary: string): string {
  return `"${displayText(binary)}"`
}

function didYouMean(names: readonly string[]): string {
  return `did you mean ${names.map(displayText).join(', ')}?`
}
