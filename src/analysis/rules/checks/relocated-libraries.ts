import { EXEC } from '../../../model/perms.ts'
import { isKind, largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** A browser’s whole code comes to 14 MiB; what has more has loaded several libraries of that size. */
const LEAST = 16 * 2 ** 20

export const rule = defineRule({
  id: 'relocated-libraries',
  title: 'Libraries have much private memory of their own',
  severity: 'info',
  what: 'Private copies of pages (Anonymous, and dirty in this process alone) of the data of programs and libraries, not of their code, of more than 16 MiB together. What is shared with a forked process is not counted.',
  why: 'Pointers in a library’s data are set when it is loaded (relocations), which makes private copies of its pages: each process pays again for what looks shared, and cannot give it back but by swapping.',
  remedy:
    'Load fewer or smaller libraries, and only when they are needed (dlopen); link what is used statically; make tables without pointers (-fvisibility=hidden, offsets in place of pointers); fork workers from one process that has loaded everything.',
  falseAlarms:
    'One process of its kind pays once, and few programs come near: Chromium has 14 MiB, PyTorch 5 MiB. Variables of a program that has large static arrays (.data) are ordinary use of memory.',
  references: ['ld.so(8): prelink, LD_BIND_NOW', 'proc_pid_smaps(5): Anonymous'],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table } = smaps
    // After a fork the copies are shared and dirty: another process does not pay again.
    const own = (row: number): number => Math.min(table.value('Anonymous', row), table.value('Private_Dirty', row))
    const rows = rowsWhere(smaps, (row) => {
      const code = ((table.perms[row] as number) & EXEC) !== 0
      return !code && isKind(smaps, row, ['library', 'program']) && own(row) > 0
    })
    const bytes = sumOver(rows, own)
    const ordered = largestFirst(rows, own)
    const [first] = ordered
    if (first === undefined || bytes < LEAST) return CLEAR
    return finding('info', 'certain', `libraries have private data, most of all ${nameInSentence(smaps, first)}`, {
      evidence: [
        {
          what: 'private copies',
          value: bytes,
          unit: 'bytes',
          source: 'smaps: Anonymous and Private_Dirty of programs and libraries',
        },
        { what: 'of the largest', value: own(first), unit: 'bytes', source: 'smaps: Anonymous, Private_Dirty' },
        { what: 'files', value: new Set(rows.map((row) => table.name[row])).size, unit: 'count', source: 'smaps' },
      ],
      rows: ordered,
    })
  },
})
