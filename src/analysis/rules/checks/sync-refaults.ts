import { WRITE } from '../../../model/perms.ts'
import { isKind, largestFirst, nameInSentence, rowsWhere } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Minor faults a second below which nobody is slowed. */
const BUSY = 1000
/** Of the faults: so many pages may be new, and so many must have made a page dirty. */
const FEW_NEW = 0.1
const MOSTLY = 0.5

export const rule = defineRule({
  id: 'sync-refaults',
  title: 'Syncing a mapped file makes each page fault again',
  severity: 'medium',
  what: 'More than 1,000 minor faults a second that bring no new memory and make as many pages dirty, in a process that maps files shared and writable.',
  why: 'msync and fsync write-protect each page that they write; the next store to it is a page fault again. A program that syncs often and stores to the same pages takes a fault for each page and round, which no faster disk mends.',
  remedy:
    'Sync less often or smaller ranges, group commits, keep what changes all the time in few pages; or append with write(2) instead. `mmapctl faults --pid PID --by mapping --duration 5s` counts them by mapping.',
  falseAlarms:
    'The faults may be of other memory when the process also writes much with write(2): then it is only possible. First touches of memory are told apart by the resident set, which would grow.',
  references: ['msync(2)', 'mm/memory.c do_wp_page, mm/page-writeback.c folio_clear_dirty_for_io'],
  needs: ['maps', 'motion', 'host'],
  check: ({ maps, motion, host }) => {
    const { table } = maps
    const { minorFaults, resident, seconds, dirtied, written } = motion
    const rows = rowsWhere(
      maps,
      (row) => isKind(maps, row, ['file-shared']) && ((table.perms[row] as number) & WRITE) !== 0,
    )
    if (rows.length === 0 || minorFaults < BUSY) return CLEAR
    const grown = Math.max(0, resident[1] - resident[0])
    if (grown > minorFaults * seconds * host.pageSize * FEW_NEW) return CLEAR
    if (Number.isNaN(dirtied)) return { kind: 'unknown', why: '/proc/PID/io may not be read' }
    const pages = dirtied / host.pageSize
    if (pages < minorFaults * MOSTLY) return CLEAR
    const stored = (dirtied - written) / host.pageSize
    const ordered = largestFirst(rows, (row) => table.size(row))
    const name = nameInSentence(maps, ordered[0] as number)
    return finding(
      'medium',
      stored < minorFaults * MOSTLY ? 'possible' : 'likely',
      `pages of ${name} fault again after each sync`,
      {
        evidence: [
          { what: 'minor faults', value: minorFaults, unit: 'per-second', source: 'stat: minflt' },
          { what: 'pages made dirty', value: pages, unit: 'per-second', source: 'io: write_bytes' },
          { what: 'growth meanwhile', value: grown, unit: 'bytes', source: 'stat: rss' },
        ],
        rows: ordered,
      },
    )
  },
})
