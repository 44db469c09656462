import { isKind, largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20
/** Part of a file that was accessed. */
const WHOLE = 0.9

export const rule = defineRule({
  id: 'advice-contradicted',
  title: 'Random access was advised, and all of it was accessed',
  severity: 'low',
  what: 'Mappings of files of 64 MiB and more that were advised MADV_RANDOM (VmFlag rr), of which 90 % or more is resident and was accessed.',
  why: 'The advice switches reading ahead off: what was not in memory was read page by page, each a major fault of its own, where one fault could have brought 32 pages.',
  remedy: 'Leave the advice away, or give MADV_SEQUENTIAL or MADV_POPULATE_READ for the time of a scan.',
  falseAlarms:
    'Random accesses reach every page at last; what others had read before was in memory anyway. `mmapctl faults` counts the major faults of a run.',
  references: ['madvise(2): MADV_RANDOM', 'mm/filemap.c do_sync_mmap_readahead'],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table } = smaps
    const referenced = (row: number): number => table.value('Referenced', row)
    const rows = rowsWhere(
      smaps,
      (row) =>
        isKind(smaps, row, ['file-private', 'file-shared']) &&
        table.flagsOf(row)?.includes('rr') === true &&
        table.size(row) >= LEAST &&
        referenced(row) >= table.size(row) * WHOLE,
    )
    const ordered = largestFirst(rows, referenced)
    const [first] = ordered
    if (first === undefined) return CLEAR
    return finding('low', 'possible', `all of ${nameInSentence(smaps, first)} was accessed, page by page as advised`, {
      evidence: [
        { what: 'accessed', value: sumOver(rows, referenced), unit: 'bytes', source: 'smaps: Referenced of rr' },
        { what: 'size', value: sumOver(rows, (row) => table.size(row)), unit: 'bytes', source: 'smaps: Size' },
      ],
      rows: ordered,
    })
  },
})
