import type { BusiestPrograms, FaultKind, ProgramRef, ProgramShare } from '../../model/fault-attribution.ts'
import type { Cell } from './cells.ts'

/**
 * One program from its execve(2) to its end, in all processes that were forked from it and went on running it. A shell
 * that becomes another program, and a launcher that starts one, are programs of their own.
 */
export interface Program {
  readonly id: number
  /** The process that executed it. */
  readonly pid: number
  /** What the kernel called it then. */
  readonly comm: string
  /** Forks by its processes; threads are not counted. */
  forks: number
  /** Anonymous mappings that appeared in its processes, growth left out. */
  anonymousMappings: number
  /** Copies of pages that were there before a fork. */
  copiesAfterFork: number
}

/** A program that has done nothing yet. */
export function newProgram(id: number, pid: number, comm: string): Program {
  return { id, pid, comm, forks: 0, anonymousMappings: 0, copiesAfterFork: 0 }
}

/** A program as reports name it. */
export function programRef({ pid, comm }: Program): ProgramRef {
  return { pid, comm }
}

/** Whose faults they are, by the programs' names, most first. */
export function programShares(cells: readonly Cell[], faults: number): readonly ProgramShare[] {
  const shares = new Map<string, { faults: number; programs: Set<Program>; processes: Set<number> }>()
  for (const cell of cells) {
    const { comm } = cell.program
    const share = shares.get(comm) ?? { faults: 0, programs: new Set(), processes: new Set() }
    shares.set(comm, share)
    share.faults += cell.faults
    share.programs.add(cell.program)
    share.processes.add(cell.thread.pid)
  }
  return [...shares]
    .map(([comm, { faults: own, programs, processes }]) => ({
      comm,
      faults: own,
      share: faults === 0 ? 0 : own / faults,
      executed: programs.size,
      processes: processes.size,
    }))
    .sort((a, b) => b.faults - a.faults || (a.comm < b.comm ? -1 : 1))
}

/** Of the programs, those that did most of what advice is given about. */
export function busiestPrograms(cells: readonly Cell[]): BusiestPrograms {
  const programs = [...new Set(cells.map(({ program }) => program))]
  const of = (kind: FaultKind): Map<Program, number> => {
    const faults = new Map<Program, number>()
    for (const cell of cells) {
      if (cell.kind === kind) faults.set(cell.program, (faults.get(cell.program) ?? 0) + cell.faults)
    }
    return faults
  }
  const touched = of('first-touch')
  const swapped = of('swap-in')
  const copier = most(programs, ({ copiesAfterFork }) => copiesAfterFork)
  const mapper = most(programs, ({ anonymousMappings }) => anonymousMappings)
  const swapper = most(programs, (program) => swapped.get(program) ?? 0)
  return {
    copies: copier && { ...programRef(copier), faults: copier.copiesAfterFork, forks: copier.forks },
    mappings: mapper && {
      ...programRef(mapper),
      faults: touched.get(mapper) ?? 0,
      mappings: mapper.anonymousMappings,
    },
    swapIns: swapper && { ...programRef(swapper), faults: swapped.get(swapper) ?? 0 },
  }
}

/** The program with the largest figure; `null` where all are 0. */
function most(programs: readonly Program[], figure: (program: Program) => number): Program | null {
  let found: Program | null = null
  for (const program of programs) if (figure(program) > (found === null ? 0 : figure(found))) found = program
  return found
}
