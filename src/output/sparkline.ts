const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Values as a row of bars, from 0 to the largest; nothing at all is the lowest bar. More values than columns are put
 * together, the largest of each column shown, so that no peak is lost. `NaN` is unknown, and a space.
 */
export function sparkline(values: readonly number[], columns: number): string {
  const shown = columnsOf(values, columns)
  const top = Math.max(0, ...shown.filter((value) => Number.isFinite(value)))
  return shown.map((value) => (Number.isFinite(value) ? bar(value, top) : ' ')).join('')
}

function bar(value: number, top: number): string {
  const level = top === 0 ? 0 : Math.ceil((Math.max(0, value) / top) * BARS.length) - 1
  return BARS[Math.min(BARS.length - 1, Math.max(0, level))] ?? ''
}

function columnsOf(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns) return values
  return Array.from({ length: Math.max(0, columns) }, (_, column) => {
    const from = Math.floor((column * values.length) / columns)
    const to = Math.floor(((column + 1) * values.length) / columns)
    const known = values.slice(from, to).filter((value) => Number.isFinite(value))
    return known.length === 0 ? Number.NaN : Math.max(...known)
  })
}
