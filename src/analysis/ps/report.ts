import type { HostFacts } from '../../collectors/host.ts'
import type { NoFacts, ProcessFacts } from '../../collectors/process-facts.ts'
import type { ProcessSurvey } from '../../collectors/process-survey.ts'
import { sortRecords } from '../records.ts'
import type { PsField } from './field.ts'
import { type GroupColumn, groupProcesses, isPsField, type PsGroup, type PsGrouping, sortGroups } from './groups.ts'
import { type RamReport, ramReport } from './ram.ts'
import { type FileReads, fileReads } from './reads.ts'
import { placeOf } from './sums.ts'

/** What a user asked of a list of processes. */
export interface PsQuestion {
  /** Columns of processes. */
  readonly fields: readonly PsField[]
  readonly grouping: PsGrouping | null
  /** Columns of groups. */
  readonly groupColumns: readonly GroupColumn[]
  readonly by: GroupColumn
  readonly reverse: boolean
  /** At most so many rows; `null` for all. */
  readonly limit: number | null
  /** All processes of the host were asked for. */
  readonly whole: boolean
}

/** How many processes lack PSS and the like, by the reason. */
export interface WalkGaps {
  readonly denied: readonly ProcessFacts[]
  readonly tooCostly: readonly ProcessFacts[]
  /** Those that this kernel, or a read that failed, kept from being walked. */
  readonly unread: readonly ProcessFacts[]
}

/** Everything that any form of `mmapctl ps` shows. */
export interface PsReport {
  readonly host: HostFacts
  readonly question: PsQuestion
  /** In order; all that matched. */
  readonly processes: readonly ProcessFacts[]
  /** In order; `null` without grouping. */
  readonly groups: readonly PsGroup[] | null
  /** What in /proc is no process of the list. */
  readonly none: Readonly<Record<NoFacts, number>>
  readonly gaps: WalkGaps
  /**
   * These are all processes of the host. Where no kernel thread is to be seen they are those of a PID namespace, as in a
   * container, or /proc hides others (hidepid), while meminfo tells of the whole host.
   */
  readonly whole: boolean
  /** `null` when meminfo could not be read. */
  readonly ram: RamReport | null
  readonly reads: readonly FileReads[]
}

/** Makes the report. */
export function psReport(survey: ProcessSurvey, question: PsQuestion): PsReport {
  const { host, list, meminfo, reads, procRoot } = survey
  const { processes, none } = list
  const { by, reverse, grouping } = question
  const whole = question.whole && none['kernel-thread'] > 0 && none.hidden === 0
  return {
    host,
    question,
    processes: sortProcesses(processes, isPsField(by) ? by : null, reverse),
    groups: grouping === null ? null : sortGroups(groupProcesses(processes, grouping), by, reverse),
    none,
    gaps: {
      denied: processes.filter((row) => row.walk.gap?.why === 'denied'),
      tooCostly: processes.filter((row) => row.walk.gap?.why === 'too-costly'),
      unread: processes.filter(({ walk: { gap } }) => gap?.why === 'not-offered' || gap?.why === 'failed'),
    },
    whole,
    ram: meminfo === null ? null : ramReport(meminfo, processes, whole),
    reads: fileReads(reads, procRoot),
  }
}

/** Sorts processes; one whose figure is unknown stands where it would be with what that is at most. */
function sortProcesses(
  rows: readonly ProcessFacts[],
  field: PsField | null,
  reverse: boolean,
): readonly ProcessFacts[] {
  if (field === null) return rows
  const { name, meaning, unit } = field
  return sortRecords(rows, { by: { name, meaning, unit, value: (row) => placeOf(field, row) }, reverse })
}
