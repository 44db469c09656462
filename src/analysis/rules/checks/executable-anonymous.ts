import { EXEC, WRITE } from '../../../model/perms.ts'
import { isKind, largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'executable-anonymous',
  title: 'Executable memory that comes from no file',
  severity: 'medium',
  what: 'Executable, not writable mappings without a file behind them that hold written pages; also a memfd that is mapped both to be written and to be executed.',
  why: 'Code that is in no file was made or loaded while the process ran: by a just-in-time compiler, or by somebody who injected it. File scanners and package checks cannot see it.',
  remedy:
    'Find who made it: the perf map that a runtime writes, `strace -e trace=mmap,mprotect`; or forbid it (SELinux execmem, systemd MemoryDenyWriteExecute=yes).',
  falseAlarms:
    'Just-in-time compilers, regular expression compilers (PCRE) and libffi closures work like this; a known runtime is named and lowers the finding to info.',
  references: ['mprotect(2)', 'systemd.exec(5): MemoryDenyWriteExecute='],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table, classes } = smaps
    const rows = rowsWhere(
      smaps,
      (row) =>
        ((table.perms[row] as number) & (EXEC | WRITE)) === EXEC &&
        isKind(smaps, row, ['jit', 'memfd', 'anonymous-shared']) &&
        (table.value('Anonymous', row) > 0 || table.hasInode(row)),
    )
    const ordered = largestFirst(rows, (row) => table.value('Rss', row))
    const [first] = ordered
    if (first === undefined) return CLEAR
    const runtime = rows.every((row) => classes.label(row) !== null)
    return finding(
      runtime ? 'info' : 'medium',
      runtime ? 'certain' : 'possible',
      runtime
        ? `generated code of a runtime: ${nameInSentence(smaps, first)}`
        : 'code is run from memory that no file backs',
      {
        evidence: [
          { what: 'mappings', value: rows.length, unit: 'count', source: 'smaps: perms, inode' },
          {
            what: 'resident',
            value: sumOver(rows, (row) => table.value('Rss', row)),
            unit: 'bytes',
            source: 'smaps: Rss',
          },
        ],
        rows: ordered,
      },
    )
  },
})
