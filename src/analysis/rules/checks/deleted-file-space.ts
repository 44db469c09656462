import { fileKey } from '../../../model/file-key.ts'
import { isKind, largestFirst, nameInSentence, objectOf, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Below this nobody looks for the lost space. */
const LEAST = 64 * 2 ** 20

export const rule = defineRule({
  id: 'deleted-file-space',
  title: 'Deleted files that still take disk space',
  severity: 'medium',
  what: 'Mapped files without a name any more, by the blocks that they take, 64 MiB together or more; each counted once.',
  why: 'df shows the space as used, du does not find it: it is given back only when the last mapping and descriptor is gone.',
  remedy:
    'Restart the process or make it unmap the file; `truncate -s 0 /proc/PID/map_files/RANGE` (`ls -l /proc/PID/map_files` has the RANGE) frees the space at once, and any later access to the mapping ends in SIGBUS.',
  falseAlarms: 'Databases and shuffles unlink temporary files at once so that a crash cleans them up.',
  references: ['unlink(2)', 'lsof(8): +L1'],
  toldWith: [{ rule: 'replaced-file', of: 'mappings' }],
  needs: ['maps', 'files'],
  check: ({ maps, files }) => {
    // A sparse file is smaller than its size says.
    const space = (row: number): number => Number(files.get(fileKey(maps.table, row))?.facts.allocated ?? 0n)
    const seen = new Set<string>()
    const rows = rowsWhere(maps, (row) => {
      const key = fileKey(maps.table, row)
      const file = files.get(key)
      if (file?.facts.links !== 0n || seen.has(key) || !isKind(maps, row, ON_DISK)) return false
      seen.add(key)
      return true
    })
    const bytes = sumOver(rows, space)
    if (bytes < LEAST) return CLEAR
    const ordered = largestFirst(rows, space)
    const [first = 0] = ordered
    const more = rows.length === 1 ? '' : ` and ${rows.length - 1} more`
    return finding(
      'medium',
      'certain',
      `${nameInSentence(maps, first)}${more} ${rows.length === 1 ? 'takes' : 'take'} disk space without a name`,
      {
        evidence: [
          { what: 'on disk', value: bytes, unit: 'bytes', source: 'stat of map_files: st_blocks where st_nlink is 0' },
          { what: 'files', value: rows.length, unit: 'count', source: 'maps' },
        ],
        rows: ordered,
        shared: objectOf(maps, ordered),
      },
    )
  },
})

/** Kinds whose pages lie on a disk: tmpfs and the kernel's own objects take memory instead. */
const ON_DISK = ['file-private', 'file-shared', 'library', 'program'] as const
