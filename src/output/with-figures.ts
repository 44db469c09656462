import type { ListColumn } from './column-writer.ts'

/** A column without any figure is left out. */
export function withFigures(columns: readonly ListColumn[], rows: number): readonly ListColumn[] {
  const indices = Array.from({ length: rows }, (_, row) => row)
  return columns.filter(({ align, cell }) => align === 'left' || indices.some((row) => cell(row) !== ''))
}
