import { type Candidate, FailureError } from '../model/failure.ts'
import { similarNames } from '../model/similar.ts'
import type { Trees } from '../sources/trees.ts'
import { cgroupExists } from './cgroup-mounts.ts'
import { cgroupsOf, cmdlineOf, commOf, exeName, hasMemory, listPids, parentOf } from './processes.ts'
import { callingProcess } from './self.ts'

/** Which processes a command was asked about. */
export interface TargetQuery {
  /** PIDs, `self`, or names: exactly a thread name, or the base name of an executable. */
  readonly words: readonly string[]
  /** Matched against the command line, arguments joined by spaces. */
  readonly pgrep: RegExp | null
  /** A cgroup path; its processes and those of the cgroups below it. */
  readonly cgroup: string | null
  /** Also all descendants of each. */
  readonly children: boolean
  /** Take every match of a name or pattern instead of asking for one. */
  readonly all: boolean
  /** Those of the words that captures in the working directory are called too. */
  readonly captures?: readonly string[]
}

/** The processes a query means, in the order asked for, without repeats. */
export interface Targets {
  readonly pids: readonly number[]
  /** Set when `self` was asked for: which process that turned out to be. */
  readonly self: number | null
}

/** Finds the processes that a query means. Throws a failure when it means none, or more than it may. */
export function resolveTargets(trees: Trees, query: TargetQuery): Targets {
  const found = new Set<number>()
  let self: number | null = null
  for (const word of query.words) {
    if (word === 'self') {
      self = callingProcess(trees)
      found.add(self)
    } else if (/^\d+$/.test(word)) found.add(Number(word))
    else for (const pid of namedProcesses(trees, word, query)) found.add(pid)
  }
  if (query.pgrep !== null) for (const pid of matchingProcesses(trees, query.pgrep, query.all)) found.add(pid)
  if (query.cgroup !== null) for (const pid of cgroupProcesses(trees, query.cgroup)) found.add(pid)
  if (query.children) for (const pid of descendants(trees, found)) found.add(pid)
  return { pids: [...found], self }
}

function namedProcesses(trees: Trees, name: string, { all, captures = [] }: TargetQuery): readonly number[] {
  const binary = Buffer.from(name, 'utf8').toString('latin1')
  const pids = othersThanUs(trees)
  const matches = pids.filter((pid) => commOf(trees, pid) === binary || exeName(trees, pid) === binary)
  if (matches.length === 0) {
    const known = pids.map((pid) => commOf(trees, pid) ?? '')
    const capture = captures.includes(name)
    throw new FailureError({ code: 'no-such-name', name, similar: similarNames(binary, known), capture })
  }
  return onlyOne(trees, name, matches, all)
}

function matchingProcesses(trees: Trees, pattern: RegExp, all: boolean): readonly number[] {
  const matches = othersThanUs(trees).filter((pid) => pattern.test(cmdlineText(trees, pid)))
  if (matches.length === 0) throw new FailureError({ code: 'no-match', what: `--pgrep ${pattern.source}` })
  return onlyOne(trees, pattern.source, matches, all)
}

/** Patterns are typed as UTF-8, so command lines are compared as UTF-8. */
function cmdlineText(trees: Trees, pid: number): string {
  return Buffer.from(cmdlineOf(trees, pid).join(' '), 'latin1').toString('utf8')
}

function onlyOne(trees: Trees, name: string, matches: readonly number[], all: boolean): readonly number[] {
  if (matches.length === 1 || all) return matches
  throw new FailureError({ code: 'ambiguous', name, candidates: matches.map((pid) => candidate(trees, pid)) })
}

function candidate(trees: Trees, pid: number): Candidate {
  return { pid, comm: commOf(trees, pid) ?? '', cmdline: cmdlineOf(trees, pid) }
}

function cgroupProcesses(trees: Trees, path: string): readonly number[] {
  const wanted = `/${path.replace(/^\/sys\/fs\/cgroup\/?|^\//, '').replace(/\/$/, '')}`
  const below = wanted === '/' ? '/' : `${wanted}/`
  const known = new Set<string>()
  const pids = othersThanUs(trees).filter((pid) => {
    const paths = cgroupsOf(trees, pid).map((entry) => entry.path)
    for (const each of paths) known.add(each)
    return paths.some((each) => each === wanted || each.startsWith(below)) && hasMemory(trees, pid)
  })
  if (pids.length === 0) {
    const exists = cgroupExists(trees, wanted)
    throw new FailureError({ code: 'empty-cgroup', path: wanted, exists, similar: similarNames(wanted, [...known]) })
  }
  return pids
}

function descendants(trees: Trees, roots: ReadonlySet<number>): readonly number[] {
  const children = new Map<number, number[]>()
  for (const pid of othersThanUs(trees)) {
    const parent = parentOf(trees, pid)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const found: number[] = []
  const open = [...roots]
  for (let pid = open.shift(); pid !== undefined; pid = open.shift()) {
    for (const child of children.get(pid) ?? []) {
      if (hasMemory(trees, child)) found.push(child)
      open.push(child)
    }
  }
  return found
}

/** All processes but our own, whose command line holds every pattern it was given. */
function othersThanUs(trees: Trees): readonly number[] {
  const pids = listPids(trees)
  return trees.own ? pids.filter((pid) => pid !== process.pid) : pids
}
