import { inSentence, largestFirst, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 64 * 2 ** 20
const MUCH = 2 ** 30
const NAMED = 3

export const rule = defineRule({
  id: 'held-open-memory',
  title: 'Memory that only an open descriptor keeps',
  severity: 'low',
  what: 'Memfds and deleted tmpfs files that the process has open and does not map, of 64 MiB together or more.',
  why: 'Their pages are in RAM or swap and in no process’s RSS: no list of processes shows them, and they stay until the last descriptor is closed.',
  remedy:
    'Close the descriptor, or truncate it: `: > /proc/PID/fd/N` frees the pages at once, and readers see an empty file.',
  falseAlarms:
    'Another process may map the same memfd, as the parts of a browser or of a Wayland desktop do; files in /tmp on tmpfs that are read and written with descriptors alone are unlinked on purpose.',
  references: ['memfd_create(2)', 'tmpfs(5)'],
  needs: ['heldFiles', 'maps'],
  check: ({ heldFiles, maps }) => {
    const { table } = maps
    const mapped = new Set<string>()
    for (let row = 0; row < table.length; row++) {
      if (table.hasInode(row)) mapped.add(`${table.device.at(row)}:${table.inodeText(row)}`)
    }
    const files = heldFiles.filter(({ device, inode }) => !mapped.has(`${device}:${inode}`))
    const bytes = sumOver(files, (file) => file.allocated)
    if (bytes < LEAST) return CLEAR
    const order = largestFirst([...files.keys()], (index) => files[index]?.allocated ?? 0)
    return finding(
      bytes >= MUCH ? 'medium' : 'low',
      'possible',
      'open files without a name hold memory that is in no RSS',
      {
        evidence: [
          { what: 'in RAM and swap', value: bytes, unit: 'bytes', source: 'stat of fd: st_blocks' },
          { what: 'files', value: files.length, unit: 'count', source: 'fd: " (deleted)", not in maps' },
          ...order.slice(0, NAMED).flatMap((index) => {
            const file = files[index]
            if (file === undefined) return []
            const { fd, name, allocated } = file
            return [
              { what: `fd ${fd}, ${inSentence(name)}`, value: allocated, unit: 'bytes' as const, source: `fd/${fd}` },
            ]
          }),
        ],
      },
    )
  },
})
