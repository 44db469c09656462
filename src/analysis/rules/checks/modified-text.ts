import { EXEC, WRITE } from '../../../model/perms.ts'
import { isKind, largestFirst, nameInSentence, pagesFrom, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'modified-text',
  title: 'Program code that differs from its file',
  severity: 'medium',
  what: 'Executable mappings of programs and libraries with anonymous pages: copies that were written to.',
  why: 'Code in memory is not the code on disk: breakpoints, probes, hooks, text relocations, or an intruder. Such pages are private, so they are not shared between processes either.',
  remedy:
    'Find the pages with `mmapctl maps PID --kind library,program --perms x --sort anonymous`; compare them with the file in a debugger (`compare-sections` of gdb); look for a tracer in TracerPid.',
  falseAlarms:
    'A debugger leaves one page for each breakpoint, a uprobe one for each probe; libraries that are not position independent are patched when they are loaded.',
  references: ['ptrace(2)', 'Documentation/trace/uprobetracer.rst'],
  needs: ['pages', 'status'],
  check: ({ pages, status }) => {
    const { table } = pages
    const anonymous = (row: number): number => table.value('Anonymous', row)
    const rows = rowsWhere(
      pages,
      (row) =>
        ((table.perms[row] as number) & (EXEC | WRITE)) === EXEC &&
        isKind(pages, row, ['program', 'library']) &&
        anonymous(row) > 0,
    )
    const ordered = largestFirst(rows, anonymous)
    const [first] = ordered
    if (first === undefined) return CLEAR
    const tracer = Number(status.other.get('TracerPid') ?? 0)
    const traced = tracer > 0
    const summary = `code of ${nameInSentence(pages, first)} was written to${traced ? ` (process ${tracer} traces it)` : ''}`
    return finding(traced ? 'info' : 'medium', traced ? 'likely' : 'certain', summary, {
      evidence: [
        { what: 'written code', value: sumOver(rows, anonymous), unit: 'bytes', source: pagesFrom(pages, 'Anonymous') },
        { what: 'mappings', value: rows.length, unit: 'count', source: 'maps' },
        ...(traced
          ? [{ what: 'tracer', value: `process ${tracer}`, unit: 'text' as const, source: 'status: TracerPid' }]
          : []),
      ],
      rows: ordered,
    })
  },
})
