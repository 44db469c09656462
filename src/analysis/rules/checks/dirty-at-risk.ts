import type { DirtyFile } from '../../dirty/files.ts'
import { largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20
/** Of the limit at which writers are held. */
const SHARE = 0.05
/** Of that limit: more than this is no longer the flusher's everyday work. */
const MUCH = 0.25

/** So much of the data tells whether two processes have the same at risk. */
const MOST = 0.9

const OF_WRITES =
  'Call fdatasync at the points where the data must be safe, sync_file_range to spread the work; lower vm.dirty_background_bytes and vm.dirty_expire_centisecs. A database that syncs its log at each commit needs none of it. `mmapctl dirty PID` names the files.'

export const rule = defineRule({
  id: 'dirty-at-risk',
  title: 'Much file data that a power failure would take',
  severity: 'medium',
  what: 'Dirty pages, and pages being written, of files that the process maps shared and writable or has open for writing: more than 64 MiB and more than 5 % of the limit for dirty memory, each file once.',
  why: 'The page cache is in memory alone until the flusher comes, half a minute later as a rule; what a crash of the host or a power failure takes of it is lost. It is not lost when only the process dies.',
  remedy:
    'Call msync(MS_SYNC) or fdatasync at the points where the data must be safe, sync_file_range to spread the work; lower vm.dirty_background_bytes and vm.dirty_expire_centisecs. `mmapctl dirty PID` names the files.',
  falseAlarms:
    'Data that can be made again, such as caches and build results; databases whose log is synced at each commit let their data files wait on purpose. Another process may have written to the same file.',
  references: ['msync(2)', 'sync_file_range(2)', 'Documentation/admin-guide/sysctl/vm.rst: dirty_expire_centisecs'],
  needs: ['dirty', 'writeback'],
  check: ({ dirty, writeback }) => {
    const [process] = dirty.processes
    if (process === undefined) return { kind: 'unknown', why: 'the files of the process could not be asked about' }
    const own = dirty.files.filter(({ durability }) => durability === 'msync' || durability === 'fsync')
    const unknown = own.filter(({ atRisk }) => Number.isNaN(atRisk)).length
    const risky = own.filter(({ atRisk }) => atRisk > 0)
    const bytes = total(risky)
    const limit = writeback.thresholds?.limit ?? Number.NaN
    if (bytes < Math.max(LEAST, orNothing(limit) * SHARE)) {
      return unknown === 0
        ? CLEAR
        : {
            kind: 'unknown',
            why: 'the page cache of some of its files could not be asked about; `mmapctl dirty PID` tells which and why',
          }
    }
    const mapped = total(risky.filter(({ durability }) => durability === 'msync'))
    const { mappings } = process
    const rows = rowsWhere({ table: mappings.table }, (row) => {
      return mappings.durability(row) === 'msync' && mappings.dirty(row) > 0
    })
    const atLeast = unknown > 0 || risky.some((file) => file.atLeast)
    const severity = mapped < LEAST ? 'low' : mapped > limit * MUCH ? 'high' : 'medium'
    const how = mapped < LEAST ? 'written with write(2)' : 'stored through mappings'
    const what = `file data ${how} is not on disk yet`
    return finding(severity, 'certain', what, {
      evidence: [
        { what: atLeast ? 'at least' : 'at risk', value: bytes, unit: 'bytes', source: 'cachestat, else smaps' },
        { what: 'of files mapped writable', value: mapped, unit: 'bytes', source: 'the same' },
        { what: 'files', value: risky.length, unit: 'count', source: 'maps, fd' },
        {
          what: 'of dirty pages in its mappings',
          value: sumOver(rows, mappings.dirty),
          unit: 'bytes',
          source: 'smaps',
        },
        ...(Number.isNaN(limit)
          ? []
          : [{ what: 'limit', value: limit, unit: 'bytes' as const, source: 'vmstat: nr_dirty_threshold' }]),
      ],
      rows: largestFirst(rows, mappings.dirty),
      shared: mostOf(risky, bytes),
      ...(mapped === 0 ? { remedy: OF_WRITES } : {}),
    })
  },
})

/**
 * Names the files in which most of it is, however little else a process has open: workers of a database write to the
 * same ones.
 */
function mostOf(files: readonly DirtyFile[], bytes: number): string {
  const ordered = [...files].sort((a, b) => b.atRisk - a.atRisk)
  const most: DirtyFile[] = []
  for (const file of ordered) {
    if (total(most) >= bytes * MOST) break
    most.push(file)
  }
  return most
    .map(({ device, inode }) => `${device} ${inode}`)
    .sort()
    .join('\n')
}

function total(files: readonly DirtyFile[]): number {
  return files.reduce((sum, { atRisk }) => sum + atRisk, 0)
}

function orNothing(value: number): number {
  return Number.isNaN(value) ? 0 : value
}
