import { isKind, nameInSentence, rowsWhere } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const SUFFIX = ' (deleted)'

export const rule = defineRule({
  id: 'replaced-file',
  title: 'A program or library that has been deleted or replaced',
  severity: 'medium',
  what: 'Mappings of programs and libraries whose file has been unlinked, as after a package upgrade.',
  why: 'The process still runs the old code: a security update is not in effect until it is restarted, and its disk space is not given back.',
  remedy: 'Restart the process; `needrestart` or `zypper ps` list all such processes of a host.',
  falseAlarms:
    'Programs that unlink what they have unpacked into /tmp do so on purpose (bundled JNI libraries); a file whose name really ends in " (deleted)" is told apart where that can be seen.',
  references: ['proc_pid_maps(5)', 'unlink(2)'],
  needs: ['maps'],
  check: ({ maps }) => {
    const { table, memory } = maps
    const rows = rowsWhere(
      maps,
      (row) =>
        isKind(maps, row, ['program', 'library']) &&
        table.nameOf(row).endsWith(SUFFIX) &&
        memory.deleted.get(table.name[row] as number) !== false,
    )
    const [first] = rows
    if (first === undefined) return CLEAR
    const files = [...new Set(rows.map((row) => table.name[row] as number))]
    const firstOfEach = files.map((id) => rows.find((row) => table.name[row] === id) as number)
    const proved = files.every((id) => memory.deleted.get(id) === true)
    const temporary = firstOfEach.every((row) => table.nameOf(row).startsWith('/tmp/'))
    const more = files.length === 1 ? '' : ` and ${files.length - 1} more`
    const name = nameInSentence(maps, first).slice(0, -SUFFIX.length)
    return finding(
      temporary ? 'info' : 'medium',
      proved ? 'certain' : 'likely',
      `runs ${name}${more}, which is gone from disk`,
      {
        evidence: [
          {
            what: 'files',
            value: files.length,
            unit: 'count',
            source: 'maps: " (deleted)"; stat of map_files: st_nlink',
          },
        ],
        rows: firstOfEach,
      },
    )
  },
})
