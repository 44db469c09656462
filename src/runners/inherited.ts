import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants as os } from 'node:os'
import { basename } from 'node:path'
import { type Limit, parseLimits } from '../parsers/limits.ts'
import { parseStatus } from '../parsers/status.ts'
import { exactVariables } from './exact-bytes.ts'

/** What we were given by whoever started us, and what Node keeps from the programs that it starts. */
export interface Inherited {
  /** Open file descriptors above 2, ascending. libuv marks them to be closed (uv_disable_stdio_inheritance). */
  readonly descriptors: readonly number[]
  /** Signals that were ignored. Node has reset them before any of our code runs, so that this is circumstantial. */
  readonly ignored: readonly IgnoredSignal[]
  /** Values of variables that are no text, binary strings by name; Node has lost some of their bytes. */
  readonly variables: ReadonlyMap<string, string>
  /** Soft limit of open files, where it was lower than the hard one, to which Node raises it; else `null`. */
  readonly openFiles: number | null
}

/** Those that no shell ignores for itself alone; it does QUIT and TERM, and those of terminals. */
const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGVTALRM',
  'SIGPROF',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGURG',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const
export type IgnoredSignal = (typeof SIGNALS)[number]

/** Gathers it. Before anything else is opened: what is open then is either inherited, or one of Node's own. */
export function readInherited(env: NodeJS.ProcessEnv): Inherited {
  return {
    descriptors: inheritedDescriptors(),
    ignored: ignoredSignals(env),
    variables: exactVariables(env),
    openFiles: openFilesLimit(),
  }
}

const STDERR = 2

/**
 * Descriptors that are not Node's. Node's are event queues and counters, and pipes from itself to itself; a pipe of
 * which we have both ends may still be inherited, as the jobserver's of `make` is, and then our parent has it too.
 */
function inheritedDescriptors(): readonly number[] {
  const open = openDescriptors('self')
  const ends = new Map<string, Set<number>>()
  for (const [descriptor, what] of open) {
    if (what.startsWith('pipe:')) ends.set(what, (ends.get(what) ?? new Set()).add(accessMode(descriptor)))
  }
  const shared = new Set(openDescriptors(process.ppid).values())
  const isOurs = (what: string): boolean =>
    what.startsWith('anon_inode:') || ((ends.get(what)?.size ?? 0) > 1 && !shared.has(what))
  return [...open]
    .filter(([descriptor, what]) => descriptor > STDERR && !isOurs(what))
    .map(([descriptor]) => descriptor)
    .sort((a, b) => a - b)
}

/** What each descriptor of a process is open on; empty when it may not be looked at. */
function openDescriptors(pid: number | 'self'): ReadonlyMap<number, string> {
  const directory = `/proc/${pid}/fd`
  const open = new Map<number, string>()
  try {
    for (const name of readdirSync(directory)) {
      const what = linkOf(`${directory}/${name}`)
      if (what !== null) open.set(Number(name), what)
    }
  } catch {
    // Another user's.
  }
  return open
}

/** `null` when it was closed meanwhile, as the one that lists the directory is. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/** O_RDONLY, O_WRONLY or O_RDWR. */
function accessMode(descriptor: number): number {
  const info = read(`self/fdinfo/${descriptor}`, (bytes) => bytes.toString('latin1')) ?? ''
  return Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '0', 8) & (constants.O_WRONLY | constants.O_RDWR)
}

/** What shells ignore they hand on, but for what they ignore for themselves, which is none of `SIGNALS`. */
const SHELLS: ReadonlySet<string> = new Set(['sh', 'dash', 'ash', 'bash', 'busybox', 'ksh', 'mksh', 'zsh'])
/** These hand on what they were given, but ignore SIGINT for themselves while they wait. */
const STARTERS: ReadonlySet<string> = new Set(['make', 'gmake', 'xargs', 'timeout', 'time', 'find'])

/**
 * Signals that we were started to ignore, as far as it shows: what our parent ignores and its kind hands on, and what
 * nohup(1) leaves behind.
 */
function ignoredSignals(env: NodeJS.ProcessEnv): readonly IgnoredSignal[] {
  const parent = read(`${process.ppid}/status`, parseStatus)
  const name = parent?.name ?? ''
  const mask = BigInt(`0x${parent?.other.get('SigIgn') ?? '0'}`)
  const nohup = startedByNohup(env)
  return SIGNALS.filter((signal) => {
    if (signal === 'SIGHUP' && nohup) return true
    const ignored = ((mask >> BigInt(os.signals[signal] - 1)) & 1n) === 1n
    return ignored && (SHELLS.has(name) || (STARTERS.has(name) && signal !== 'SIGINT'))
  })
}

/**
 * Shells name in `_` what they start; in place of a terminal nohup(1) gives a stdin that cannot be read, and a file of
 * its own for the output.
 */
function startedByNohup(env: NodeJS.ProcessEnv): boolean {
  if (basename(env['_'] ?? '') === 'nohup') return true
  if (linkOf('/proc/self/fd/0') === '/dev/null' && accessMode(0) === constants.O_WRONLY) return true
  return basename(linkOf('/proc/self/fd/1') ?? '') === 'nohup.out'
}

/** Our parent's soft limit, where its hard one is ours: then it is what we were given. */
function openFilesLimit(): number | null {
  const own = limitOf('self')
  const given = limitOf(process.ppid)
  if (own === null || given === null || given.hard !== own.hard || given.soft === 'unlimited') return null
  return own.soft === 'unlimited' || given.soft < own.soft ? Number(given.soft) : null
}

function limitOf(pid: number | 'self'): Limit | null {
  return read(`${pid}/limits`, parseLimits)?.get('Max open files') ?? null
}

/** A file of /proc; `null` where it may not be read, or is not as it should be: what is only likely must stop nothing. */
function read<Value>(path: string, parse: (bytes: Buffer) => Value): Value | null {
  try {
    return parse(readFileSync(`/proc/${path}`))
  } catch {
    return null
  }
}
