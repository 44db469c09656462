import Table from 'cli-table3'

/** A column of a short table. */
export interface ShortColumn {
  readonly title: string
  readonly align: 'left' | 'right'
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Lays out a table of at most some dozens of rows; long listings are streamed by `column-writer.ts`. */
export function shortTable(columns: readonly ShortColumn[], rows: readonly (readonly string[])[]): readonly string[] {
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}
