import { EXEC, WRITE } from '../../../model/perms.ts'
import { largestFirst, nameInSentence, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

/** Above so many data mappings of files the cause is not one library but the personality of the process. */
const EVERYWHERE = 5

const ON_PURPOSE = 'Nothing, where it runs no code of strangers: it compiles while it runs, and has it on purpose.'

/** By what the classification calls the code of a runtime. */
const REMEDIES: readonly (readonly [label: string, remedy: string])[] = [
  ['JVM', 'Nothing: HotSpot cannot do without it, not even with -Xint, whose interpreter is made when it starts.'],
  [
    'V8',
    'Nothing, where it runs no code of strangers, or runs it in a sandbox as browsers do. V8 does without it when it does not compile (`node --jitless`, --js-flags=--jitless of Chromium), which is slow and has no WebAssembly.',
  ],
]

export const rule = defineRule({
  id: 'writable-executable',
  title: 'Memory that is writable and executable at once',
  severity: 'high',
  what: 'Mappings with both w and x in their permissions.',
  why: 'Whoever can make the process write there can make it run what was written: the defence that writable memory is not executable is gone.',
  remedy:
    'Map code twice or switch it between writable and executable (mprotect) instead of both at once; build with -z noexecstack; where the stack or all memory is so, find the file: `readelf -lW /proc/PID/exe | grep GNU_STACK` says RWE, or that of a library does.',
  falseAlarms:
    'Just-in-time compilers that do without the switch for speed (V8, HotSpot) have such memory on purpose; its size is then some MiB, or that of the whole code cache in huge pages (java -XX:+UseLargePages).',
  references: ['mprotect(2)', 'execstack(8)', 'personality(2): READ_IMPLIES_EXEC'],
  // Without VmFlags the code of V8 looks like anybody's.
  needs: ['smaps'],
  check: ({ smaps: maps }) => {
    const both = WRITE | EXEC
    const rows = rowsWhere(maps, (row) => ((maps.table.perms[row] as number) & both) === both)
    const [first] = rows
    if (first === undefined) return CLEAR
    const size = sumOver(rows, (row) => maps.table.size(row))
    const runtime = rows.every((row) => maps.classes.label(row) !== null)
    const files = rows.filter((row) => maps.table.hasInode(row)).length
    const ordered = largestFirst(rows, (row) => maps.table.size(row))
    const evidence = [
      { what: 'mappings', value: rows.length, unit: 'count' as const, source: 'maps: perms' },
      { what: 'size', value: size, unit: 'bytes' as const, source: 'maps: end − start' },
    ]
    if (runtime) {
      const who = maps.classes.label(first) ?? nameInSentence(maps, first)
      return finding('info', 'certain', `a runtime keeps writable code: ${who}`, {
        evidence,
        rows: ordered,
        // Workers of one program have the same, each its own: nothing more is known of the second.
        shared: who,
        remedy: REMEDIES.find(([runtime]) => who.startsWith(runtime))?.[1] ?? ON_PURPOSE,
      })
    }
    if (files >= EVERYWHERE) {
      return finding('high', 'likely', 'nearly all data of the process is executable', {
        evidence,
        rows: ordered,
        remedy:
          'One library or the program itself lacks a GNU_STACK header, or the personality READ_IMPLIES_EXEC is set: `cat /proc/PID/personality` (bit 0x400000) and `readelf -lW` on each file tell which.',
      })
    }
    const count = rows.length === 1 ? 'one mapping is' : `${rows.length} mappings are`
    return finding('high', 'certain', `${count} writable and executable`, { evidence, rows: ordered })
  },
})
