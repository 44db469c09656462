import { largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'locked-in-swap',
  title: 'Locked memory that is in swap all the same',
  severity: 'medium',
  what: 'Mappings with a lock (VmFlags lo) that have pages in swap.',
  why: 'The kernel never swaps a page that is locked; but MLOCK_ONFAULT and MCL_ONFAULT lock pages only from their next touch on, and do not bring back what is in swap already. Until then the lock holds nothing, and the touch waits for the disk: what the lock was to prevent.',
  remedy:
    'Touch the memory once after locking it with ONFAULT, or lock it without ONFAULT (mlock, mlockall(MCL_CURRENT)), which brings all of it in; lock it before it is used.',
  falseAlarms:
    'Memory that is locked for secrecy’s sake (keys) and has never been written since: what is in swap was there before the lock.',
  references: ['mlock2(2): MLOCK_ONFAULT', 'mlockall(2): MCL_ONFAULT', 'proc_pid_smaps(5): VmFlags lo'],
  needs: ['smaps'],
  check: ({ smaps }) => {
    const { table } = smaps
    const swap = (row: number): number => table.value('Swap', row)
    const rows = rowsWhere(smaps, (row) => swap(row) > 0 && table.flagsOf(row)?.includes('lo') === true)
    const ordered = largestFirst(rows, swap)
    const [first] = ordered
    if (first === undefined) return CLEAR
    return finding('medium', 'certain', `locked memory is in swap: ${nameInSentence(smaps, first)}`, {
      evidence: [
        { what: 'in swap', value: sumOver(rows, swap), unit: 'bytes', source: 'smaps: Swap, VmFlags lo' },
        { what: 'size', value: sumOver(rows, (row) => table.size(row)), unit: 'bytes', source: 'smaps: Size' },
        {
          what: 'locked',
          value: sumOver(rows, (row) => table.value('Locked', row)),
          unit: 'bytes',
          source: 'smaps: Locked',
        },
      ],
      rows: ordered,
    })
  },
})
