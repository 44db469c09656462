import type { FaultsReport } from '../model/faults-report.ts'
import { counted, formatMilliseconds } from './units.ts'

/** How the program ended, and of which of its runs the figures are; nothing of a process that was watched. */
export function endTexts({
  target,
  runs,
  repeat,
}: Pick<FaultsReport, 'target' | 'runs' | 'repeat'>): readonly string[] {
  const last = runs.at(-1)?.run
  if (last === undefined) return []
  if (repeat === null) {
    const wall = formatMilliseconds(last.wallMs)
    return target === null ? [endText(last.exit), wall] : [wall]
  }
  const ends = new Map<string, number>()
  for (const { run } of runs) {
    const end = endText(run.exit)
    if (!run.warmup) ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  const [only, ...others] = [...ends].map(([end, count]) => ({ end, count: counted(count, 'run') }))
  if (only === undefined) return ['no run that counts']
  if (repeat.failed === 0) return [only.end, repeat.runs === 1 ? only.count : `${only.count}, medians`]
  const all = [only, ...others].map(({ end, count }) => `${end} (${count})`).join(', ')
  const figures =
    repeat.runs === 0 ? 'none succeeded, figures of one of them' : `medians of the ${repeat.runs} that succeeded`
  return [all, figures]
}

function endText({ code, signal }: { readonly code: number | null; readonly signal: string | null }): string {
  if (signal !== null) return `killed by ${signal}`
  return code === null ? 'still running' : `exit ${code}`
}
