import { CLEAR, defineRule, type Evidence, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'snapshot-trust',
  title: 'The figures may not be one moment’s',
  severity: 'info',
  what: 'Mappings that changed while they were read, VmFlags that this version does not know, and a main thread that has exited.',
  why: 'What the other rules say rests on these figures.',
  remedy: 'Ask again; stop the process for a moment (`kill -STOP`) where it matters; use a capture of a quiet moment.',
  falseAlarms: 'A process that maps and unmaps all the time is never quite at rest: the sums still hold.',
  references: ['proc_pid_maps(5)'],
  needs: ['maps'],
  check: ({ maps }) => {
    const { space, threadRead } = maps.memory
    const evidence: Evidence[] = []
    if (space !== null && space.consistency.confidence !== 'high') {
      evidence.push({
        what: 'confidence',
        value: `${space.consistency.confidence}: ${space.consistency.explanation}`,
        unit: 'text',
        source: `${space.depth}, against statm`,
      })
    }
    if (threadRead !== null) {
      const what = 'main thread has exited; read through thread'
      evidence.push({ what, value: String(threadRead), unit: 'text', source: 'task/TID' })
    }
    const unknown = maps.table.flagSets.size === 0 ? 0 : unknownFlags(maps.table)
    if (unknown > 0) {
      evidence.push({ what: 'mappings with unknown flags', value: unknown, unit: 'count', source: 'smaps: VmFlags ??' })
    }
    if (evidence.length === 0) return CLEAR
    if (threadRead !== null && evidence.length === 1) {
      return finding('info', 'certain', 'the main thread has exited, and the others go on', {
        evidence,
        remedy:
          'Nothing for the figures: all threads have the same memory. Tools that read /proc/PID/maps or smaps find them empty, and `ps` shows a zombie.',
      })
    }
    return finding('info', 'certain', 'the figures need care', { evidence })
  },
})

function unknownFlags(table: { readonly length: number; flagsOf(row: number): readonly string[] | null }): number {
  let count = 0
  for (let row = 0; row < table.length; row++) if (table.flagsOf(row)?.includes('??') === true) count++
  return count
}
